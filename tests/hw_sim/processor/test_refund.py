"""Giving money back: by reference or to the card that is there, never more than was taken, never of another's sale."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hw_sim.cards import CARDS
from hw_sim.processor.modes import Mode, Word
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.conftest import Counter, Store
from tests.hw_sim.processor.encrypting import Encrypting
from tests.hw_sim.processor.terminal import answer_of, clear_text, fresh_key, outcome_of, state_of, track2

APPROVE = Mode()
ONE = pb.AuthoriseRequest.FLOW_ONE_MESSAGE


def sold(at: Counter, card: str = "interac", cents: int = 1999) -> bytes:
    """A sale that is captured."""
    key = fresh_key()
    request = at.terminal.authorise(key, at.fence, cents, clear=clear_text(track2(CARDS[card])), flow=ONE)
    assert answer_of(at.desk.authorise(at.till, request, APPROVE)) == "approved"
    return key


def send(at: Counter, request: pb.RefundRequest, mode: Mode = APPROVE) -> str:
    return answer_of(at.desk.refund(at.till, request, mode))


def by_reference(at: Counter, sale: bytes, cents: int = 1999) -> str:
    return send(at, terminal.refund(fresh_key(), sale, at.fence, cents))


def to_card(at: Counter, sale: bytes, cents: int = 1999, card: str = "interac") -> str:
    return send(at, at.terminal.refund(fresh_key(), sale, at.fence, cents, card=card))


def reverse(at: Counter, key: bytes) -> str:
    return outcome_of(at.desk.reverse(at.till, terminal.reverse(key, at.fence)))


def look_up(at: Counter, key: bytes) -> pb.LookUpResponse:
    return at.desk.look_up(at.till, pb.LookUpRequest(key=key))


def test_interac_is_given_back_to_the_card_alone(counter: Counter) -> None:
    sale = sold(counter)
    assert by_reference(counter, sale) == "CARD_NEEDED"
    assert to_card(counter, sale, card="visa") == "OTHER_CARD"
    key = fresh_key()
    request = counter.terminal.refund(key, sale, counter.fence, 1500)
    assert [send(counter, request), send(counter, request)] == ["approved", "approved"]
    assert to_card(counter, sale, 500) == "EXCEEDS"
    receipt = look_up(counter, key).receipt
    assert (receipt.amount.cents, receipt.brand, receipt.last_four) == (1500, pb.BRAND_INTERAC, 1933)
    assert receipt.entry_mode == pb.ENTRY_MODE_MAGSTRIPE


def test_a_credit_card_that_is_there_takes_its_own_refund_only(counter: Counter) -> None:
    sale = sold(counter, "visa")
    assert to_card(counter, sale, 700, "mastercard") == "OTHER_CARD"
    assert to_card(counter, sale, 700, "visa") == "approved"
    assert by_reference(counter, sale, 1300) == "EXCEEDS"
    assert by_reference(counter, sale, 1299) == "approved"


def test_a_card_that_was_never_published_is_another_card_and_nowhere(counter: Counter) -> None:
    sale, key, number = sold(counter), fresh_key(), "4012888888881881"
    payment = counter.terminal.seal(clear_text(f"{number}=49121010000".encode()), key, 1999)
    assert send(counter, counter.terminal.refund(key, sale, counter.fence, payment=payment)) == "OTHER_CARD"
    assert number.encode() not in counter.desk.listing()


@pytest.mark.parametrize("card", [None, "interac"])
def test_a_refund_is_reversed_until_it_is_settled(counter: Counter, card: str | None) -> None:
    sale, key = sold(counter, card or "visa"), fresh_key()

    def request(of: bytes) -> pb.RefundRequest:
        if card is None:
            return terminal.refund(of, sale, counter.fence)
        return counter.terminal.refund(of, sale, counter.fence, card=card)

    first = request(key)
    assert send(counter, first) == "approved"
    assert reverse(counter, sale) == ("CARD_NEEDED" if card else "TOO_LATE")  # what was given back is gone
    assert [reverse(counter, key), reverse(counter, key)] == ["REVERSED", "REVERSED"]
    assert state_of(look_up(counter, key)) == "REVERSED"
    assert send(counter, first) == "KEY_ENDED"
    second = fresh_key()
    assert send(counter, request(second)) == "approved", "the first counts no more"
    assert send(counter, request(fresh_key())) == "EXCEEDS"
    counter.desk.settle()
    assert reverse(counter, second) == ("CARD_NEEDED" if card else "TOO_LATE")
    assert state_of(look_up(counter, second)) == "REFUNDED"


def test_a_sale_whose_refund_was_reversed_can_be_reversed_itself(counter: Counter) -> None:
    sale, key = sold(counter, "visa"), fresh_key()
    assert send(counter, terminal.refund(key, sale, counter.fence, 700)) == "approved"
    assert [reverse(counter, key), reverse(counter, sale)] == ["REVERSED", "REVERSED"]
    assert by_reference(counter, sale, 1) == "WRONG_STATE"


def test_a_refund_that_was_refused_stays_refused(counter: Counter) -> None:
    """A copy that was long on its way must not give back what the till was told it did not."""
    held, sale = fresh_key(), sold(counter, "visa")
    counter.desk.authorise(counter.till, counter.terminal.authorise(held, counter.fence), APPROVE)
    first = fresh_key()
    send(counter, terminal.refund(first, sale, counter.fence, 1500))
    unknown = fresh_key()
    refused = {
        "WRONG_STATE": terminal.refund(fresh_key(), held, counter.fence),
        "EXCEEDS": terminal.refund(fresh_key(), sale, counter.fence, 1000),
        "NOT_SEEN": terminal.refund(fresh_key(), unknown, counter.fence),
        "OTHER_CARD": counter.terminal.refund(fresh_key(), sale, counter.fence, 1, card="amex"),
    }
    assert {word: send(counter, request) for word, request in refused.items()} == {word: word for word in refused}
    assert answer_of(counter.desk.capture(counter.till, terminal.capture(held, counter.fence))) == "captured"
    assert reverse(counter, first) == "REVERSED"
    counter.desk.authorise(counter.till, counter.terminal.authorise(unknown, counter.fence, flow=ONE), APPROVE)
    assert {word: send(counter, request) for word, request in refused.items()} == {word: word for word in refused}
    for request in refused.values():
        assert state_of(look_up(counter, request.key)) == "DECLINED"
        assert reverse(counter, request.key) == "WAS_DECLINED"
        assert send(counter, request) == "KEY_ENDED"


def test_the_issuers_no_to_a_refund_is_its_answer_for_good(counter: Counter) -> None:
    sale, request = sold(counter), None
    request = counter.terminal.refund(fresh_key(), sale, counter.fence)
    assert [send(counter, request, mode) for mode in (Mode(Word.DECLINE), APPROVE)] == ["DO_NOT_HONOUR"] * 2
    assert to_card(counter, sale) == "approved"


def test_a_refund_in_another_currency_is_none_of_that_sale(counter: Counter) -> None:
    request = terminal.refund(fresh_key(), sold(counter, "visa"), counter.fence)
    request.amount.currency = 840
    assert send(counter, request) == "WRONG_STATE"


@pytest.mark.parametrize("part", ["entry_mode", "payment", "binding"])
def test_a_card_that_is_there_in_part_is_malformed(counter: Counter, part: str) -> None:
    request = counter.terminal.refund(fresh_key(), sold(counter), counter.fence)
    request.ClearField(part)
    assert send(counter, request) == "MALFORMED"


FLIPPABLE = ("ciphertext", "key_id", "payment_salt", "order_digest", "signature", "key")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(FLIPPABLE), at=st.integers(0, 8 * 1648))
def test_a_flipped_bit_leaves_no_refund(counter: Counter, field: str, at: int) -> None:
    sale = sold(counter)
    request = counter.terminal.refund(fresh_key(), sale, counter.fence)
    where = {"ciphertext": request.payment.room, "key_id": request.payment.room, "key": request}.get(
        field, request.binding
    )
    raw = getattr(where, field)
    flipped = (int.from_bytes(raw, "big") ^ (1 << at % (8 * len(raw)))).to_bytes(len(raw), "big")
    setattr(where, field, flipped)
    assert send(counter, request) in {"BINDING", "UNREADABLE", "MALFORMED"}
    assert counter.ledger.refunded_cents(counter.till.merchant, sale) == 0


def test_another_amount_than_the_terminal_bound_is_refused(counter: Counter) -> None:
    request = counter.terminal.refund(fresh_key(), sold(counter), counter.fence, 500)
    request.amount.cents = 501
    assert send(counter, request) == "BINDING"
    request.binding.CopyFrom(counter.terminal.bind(request.key, request.payment, 501))
    assert send(counter, request) == "UNREADABLE"  # the card room sealed for another amount


def test_what_a_reader_sealed_is_given_back_to_once(store: Store, counter: Counter) -> None:
    reader = Encrypting((store.folder / "base.key").read_bytes())
    sale, seal = sold(counter, "visa"), reader.seal()
    request = counter.terminal.refund(fresh_key(), sale, counter.fence, 500, payment=seal)
    assert [send(counter, request), send(counter, request)] == ["approved", "approved"]
    recorded = counter.terminal.refund(fresh_key(), sale, counter.fence, 500, payment=seal)
    assert send(counter, recorded) == "UNREADABLE"


def test_any_lane_of_the_merchant_and_no_other_refunds_a_sale(counter: Counter) -> None:
    sale = sold(counter, "visa")
    lane = replace(counter.till, name="P400-000000002")
    stranger = replace(counter.till, name="P400-000000003", merchant="OTHER-001")
    for till, expected in ((stranger, "NOT_SEEN"), (lane, "approved")):
        fence = counter.desk.open_session(till, pb.OpenSessionRequest(journal=terminal.NO_ROW)).fence
        request = terminal.refund(fresh_key(), sale, fence)
        assert answer_of(counter.desk.refund(till, request, APPROVE)) == expected
        assert outcome_of(counter.desk.reverse(till, terminal.reverse(request.key, fence))) == (
            "REVERSED" if till is lane else "WAS_DECLINED"
        )
