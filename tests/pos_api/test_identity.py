"""What a till is told about identity: which choices are kept with the sale, what is not, the same each time it asks."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from pos_bridge.domain.identity import ChoiceKind, Chouchous, HomeDelivery, VaultFault, VaultUnusableError
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import NotRecordable, PaidByCard
from pos_bridge.pos_api.choice import NOTHING_OFFERED
from pos_bridge.pos_api.kept import Kept, decode_kept
from pos_bridge.pos_api.kept_request import encode_kept
from tests.pos_api.choosing import MEMBER, ORDER, with_member, with_order
from tests.pos_api.fake_desk import VISA, approved, failed, kept_nobody
from tests.pos_api.told import identity
from tests.pos_api.world import Store, result
from tests.wire.nexo.shapes import cash, payment, status, with_field

ACQUIRER = "PaymentRequest.SaleData.SaleToAcquirerData"


@pytest.fixture(params=[payment, cash], ids=["card", "cash"])
def sale(request):
    return request.param()


def repeated(body: dict[str, Any]) -> dict[str, Any]:
    told = body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]["PaymentResponse"]
    assert isinstance(told, dict)
    return told


CHOICES = {
    "chouchous": (with_member, (Chouchous(MEMBER),)),
    "delivery": (with_order, (HomeDelivery(ORDER),)),
    "chouchous,delivery": (lambda message: with_order(with_member(message)), (Chouchous(MEMBER), HomeDelivery(ORDER))),
}


@pytest.mark.parametrize("word", CHOICES)
def test_what_is_kept_is_told_the_same_each_time(store: Store, sale, word):
    make, choices = CHOICES[word]
    message = make(sale)
    first = store.ask(message)
    assert result(first) == ("Success", None)
    assert identity(first) == (word, None)
    assert store.desk.asks[0].choices == choices
    assert store.ask(message) == first
    assert repeated(store.ask(status())) == first
    assert repeated(store.ask(status(None))) == first
    assert store.desk.vault_asked == []
    store.restart()
    for again in (store.ask(message), repeated(store.ask(status()))):
        assert identity(again) == (word, None)
    assert len(store.desk.vault_asked) == 2
    assert store.dropped == 0


def test_a_repeat_gets_the_first_answer_whatever_it_chooses(store: Store, sale):
    first = store.ask(with_member(sale))
    assert store.ask(sale) == first
    assert store.ask(with_order(sale)) == first
    store.restart()
    assert identity(store.ask(sale)) == ("chouchous", None)


def test_a_repeat_adds_no_choice_to_a_sale_that_had_none(store: Store, sale):
    first = store.ask(sale)
    assert identity(first) == (None, None)
    assert store.ask(with_member(sale)) == first
    store.restart()
    assert identity(store.ask(with_member(sale))) == (None, None)
    assert store.desk.vault_asked == [], "a sale without a choice asks the vault for nothing"


def test_what_could_not_be_kept_is_told(store: Store, sale):
    store.desk.ending = kept_nobody
    first = store.ask(with_member(sale))
    assert result(first) == ("Success", None)
    assert identity(first) == (None, "identity-not-kept")
    assert store.ask(with_member(sale)) == first
    assert repeated(store.ask(status())) == first


def test_one_of_two_choices_kept_is_told_as_that(store: Store):
    store.desk.ending = lambda ask, key: approved(replace(ask, choices=ask.choices[:1]), key)
    assert identity(store.ask(with_order(with_member(payment())))) == ("chouchous", "identity-not-kept")


def test_a_vault_that_does_not_answer_is_neither_kept_nor_not_kept(store: Store, sale):
    store.ask(with_member(sale))
    store.restart()
    store.desk.vault = VaultUnusableError(VaultFault.DAMAGED)
    for again in (store.ask(with_member(sale)), repeated(store.ask(status()))):
        assert result(again) == ("Success", None)
        assert identity(again) == (None, "identity-unknown")


def test_two_warnings_are_told_with_a_comma(store: Store):
    store.desk.ending = kept_nobody
    body = store.ask(with_field(with_member(payment()), ACQUIRER, "shopperEmail=a%40b.test"))
    assert identity(body) == (None, "identity-dropped,identity-not-kept")
    assert store.dropped == 1


@pytest.mark.parametrize("cause", [Cause.ISSUER, Cause.NO_CARD, Cause.NO_ANSWER])
def test_a_sale_that_was_not_paid_tells_of_nobody(store: Store, cause):
    store.desk.ending = failed(cause)
    body = store.ask(with_member(payment()))
    assert result(body)[0] == "Failure"
    assert identity(body) == (None, None)
    assert repeated(store.ask(status())) == body
    assert store.desk.vault_asked == []


def test_a_partial_approval_tells_it_too(store: Store):
    known = frozenset({ChoiceKind.CHOUCHOUS})
    store.desk.ending = lambda ask, key: PaidByCard(key, ask.amount, Amount(500), "A1B2C3", VISA, known)
    body = store.ask(with_field(with_member(payment("10")), "PaymentRequest.PaymentData.SplitPaymentFlag", value=True))
    assert result(body)[0] == "Partial"
    assert identity(body) == ("chouchous", None)


def test_a_till_without_a_vault_says_that_it_dropped_the_choice(store: Store, sale):
    store.offered = NOTHING_OFFERED
    store.restart()
    assert identity(store.ask(with_order(with_member(sale)))) == (None, "identity-dropped")
    assert store.desk.asks[0].choices == ()


def test_a_payment_that_is_refused_counts_and_says_it_too(store: Store, sale):
    """Dropped is dropped, whatever the payment was refused for."""
    tip = with_field(sale, "PaymentRequest.PaymentTransaction.AmountsReq.TipAmount", 2)
    body = store.ask(with_field(tip, "PaymentRequest.SaleData.SaleToPOIData", "name=somebody"))
    assert result(body) == ("Failure", "NotAllowed")
    assert identity(body) == (None, "identity-dropped")
    assert store.dropped == 1


@pytest.mark.parametrize("again", ["with", "without"])
def test_what_came_of_a_first_try_that_could_not_be_recorded_does_not_stand_for_the_second(store: Store, sale, again):
    first, second = (with_member(sale), sale) if again == "without" else (sale, with_member(sale))
    ending = store.desk.ending
    store.desk.ending = lambda ask, key: NotRecordable()
    assert result(store.ask(first))[1] == "UnavailableService"
    store.desk.ending = ending
    told = identity(store.ask(second))
    assert told == ((None, None) if again == "without" else ("chouchous", None))
    store.restart()
    assert identity(store.ask(second)) == told


def test_neither_answer_nor_answers_file_holds_what_was_chosen(store: Store, sale):
    _, raw = store.post(with_order(with_member(sale)))
    kept = b"".join(store.answers.kept.values())
    for secret in (MEMBER.encode(), ORDER.encode(), b"2026.11"):
        assert secret not in raw
        assert secret not in kept


def test_what_is_kept_has_one_length_with_and_without_a_choice(store: Store):
    store.ask(payment(service_id="one"))
    store.ask(with_member(payment(service_id="two")))
    store.ask(with_order(with_member(payment(service_id="six"))))
    assert len({len(kept) for kept in store.answers.kept.values()}) == 1


def test_what_an_earlier_version_kept_can_be_read(store: Store):
    store.ask(with_member(payment()))
    (raw,) = store.answers.kept.values()
    now = decode_kept(raw)
    assert now is not None
    assert now.kinds == {ChoiceKind.CHOUCHOUS}
    fields = msgspec.msgpack.decode(raw)[1:]
    assert decode_kept(msgspec.msgpack.encode([1, *fields[:-6]])) == msgspec.structs.replace(now, layout=1, asked=0)
    assert decode_kept(msgspec.msgpack.encode([2, *fields[:-5]])) == msgspec.structs.replace(now, layout=2)
    assert decode_kept(msgspec.msgpack.encode([3, *fields[:-3]])) == msgspec.structs.replace(now, layout=3)
    assert decode_kept(encode_kept(msgspec.structs.replace(now, asked=4))) is None


def test_there_is_a_bit_for_each_kind():
    (asked,) = (field for field in msgspec.structs.fields(Kept) if field.name == "asked")
    assert msgspec.convert(2 ** len(ChoiceKind) - 1, asked.type) == 2 ** len(ChoiceKind) - 1
