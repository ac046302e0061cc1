"""LoyaltyHandling Proposed: the customer decides, before the card, and silence is never a yes."""

import asyncio
from typing import Any

import pytest

from pos_bridge.domain.identity import Chouchous
from pos_bridge.pos_api import proposal
from tests.pos_api.choosing import HANDLING, MEMBER, with_member, with_order
from tests.pos_api.told import identity
from tests.pos_api.world import Store, more, repeated, result
from tests.wire.nexo.shapes import SALE, abort, award, cash, payment, refund, status, with_field


class AtThePad:
    """A customer who says what the test says, once `door` (if any) is open; `says` may be an exception."""

    def __init__(self, says: bool | Exception | None = None) -> None:
        self.says = says
        self.asked: list[tuple[str, str, float]] = []
        self.door: asyncio.Event | None = None

    async def confirm(self, fr: str, en: str, limit_s: float, service_id: str) -> bool | None:
        self.asked.append((fr, en, limit_s))
        if self.door is not None:
            await self.door.wait()
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


def at_the_pad(store: Store, says: bool | Exception | None) -> AtThePad:
    customer = store.customer = AtThePad(says)
    store.restart()
    store.desk.forgets = False
    return customer


def hesitates(store: Store, customer: AtThePad) -> None:
    async def hold() -> None:
        customer.door = asyncio.Event()

    store.run(hold())


def proposed(message: dict[str, Any]) -> dict[str, Any]:
    return with_member(message, handling="Proposed")


@pytest.fixture(params=[payment, cash], ids=["card", "cash"])
def sale(request):
    return proposed(request.param())


def test_yes_is_the_choice_and_nobody_is_asked_twice(store: Store, sale):
    customer = at_the_pad(store, says=True)
    first = store.ask(sale)
    assert identity(first) == ("chouchous", None)
    assert first["LoyaltyResult"]
    assert store.desk.asks[0].choices == (Chouchous(MEMBER),)
    assert customer.asked == [
        ("Ajouter cet achat à votre compte Chouchous?", "Add this purchase to your Chouchous account?", 15.0)
    ]
    assert store.ask(sale) == first
    assert repeated(store.ask(status())) == first
    store.restart()
    assert identity(store.ask(sale)) == ("chouchous", None)
    assert len(customer.asked) == 1
    assert store.dropped == 0


def test_no_is_no_choice_and_nothing_is_said_of_it(store: Store, sale):
    at_the_pad(store, says=False)
    first = store.ask(sale)
    assert result(first) == ("Success", None)
    assert identity(first) == (None, None)
    assert store.desk.asks[0].choices == ()
    assert store.dropped == 0
    store.restart()
    assert identity(repeated(store.ask(status()))) == (None, None)


@pytest.mark.parametrize("says", [None, RuntimeError("a broken pad")])
def test_where_nobody_answers_it_is_dropped_counted_and_said(store: Store, sale, says):
    at_the_pad(store, says)
    first = store.ask(sale)
    assert result(first) == ("Success", None)
    assert identity(first) == (None, "identity-dropped")
    assert store.desk.asks[0].choices == ()
    assert store.dropped == 1
    assert store.ask(sale) == first
    store.restart()
    assert identity(repeated(store.ask(status()))) == (None, "identity-dropped")


def test_a_till_with_nobody_to_ask_drops_it(store: Store, sale):
    assert identity(store.ask(sale)) == (None, "identity-dropped")


def test_an_order_beside_it_is_a_choice_of_its_own(store: Store, sale):
    at_the_pad(store, says=False)
    assert identity(store.ask(with_order(sale))) == ("delivery", None)


def test_it_is_asked_before_the_card_and_the_payment_runs_meanwhile(store: Store):
    customer = at_the_pad(store, says=True)
    hesitates(store, customer)
    paying = store.asking(proposed(payment()))
    store.wait_for(lambda: bool(customer.asked))
    assert store.desk.asks == []
    assert result(store.ask(status())) == ("Failure", "InProgress")
    assert more(store.ask(payment(service_id="P2")))["serviceId"] == "0207111104"
    open_door(store, customer)
    assert identity(paying.answer()) == ("chouchous", None)


def test_a_till_is_not_quiet_while_a_customer_is_asked(store: Store):
    """No desk has heard of that payment, and an upgrade would cut it off."""
    customer = at_the_pad(store, says=True)
    ran = [store.reception.runs]
    hesitates(store, customer)
    paying = store.asking(proposed(payment()))
    store.wait_for(lambda: bool(customer.asked))
    ran.append(store.reception.runs)
    assert ran == [False, True]
    waiting = store.begin(store.reception.quiet())
    assert not waiting.done()
    open_door(store, customer)
    assert identity(paying.answer()) == ("chouchous", None)
    waiting.result(30.0)
    assert not store.reception.runs


def open_door(store: Store, customer: AtThePad) -> None:
    assert customer.door is not None
    store._loop.call_soon_threadsafe(customer.door.set)


def test_an_abort_ends_the_question_at_once(store: Store, sale):
    customer = at_the_pad(store, says=True)
    hesitates(store, customer)
    paying = store.asking(sale)
    store.wait_for(lambda: bool(customer.asked))
    assert store.post(abort()) == (200, b"")
    assert result(paying.answer()) == ("Failure", "Aborted")
    assert store.desk.asks == []


def test_a_pad_that_never_ends_is_not_waited_for(store: Store, sale, monkeypatch):
    monkeypatch.setattr(proposal, "LIMIT_S", 0.02)
    monkeypatch.setattr(proposal, "_GRACE_S", 0.02)
    customer = at_the_pad(store, says=True)
    hesitates(store, customer)
    assert identity(store.ask(sale)) == (None, "identity-dropped")


def test_a_stop_does_not_wait_for_the_customer(store: Store):
    customer = at_the_pad(store, says=True)
    hesitates(store, customer)
    paying = store.asking(proposed(cash()))
    store.wait_for(lambda: bool(customer.asked))
    store.run(store.service.close())  # as the engine does it: before the server
    assert identity(paying.answer()) == (None, "identity-dropped")


def test_with_a_refund_nobody_is_asked(store: Store):
    customer = at_the_pad(store, says=True)
    message = refund()
    data = payment_loyalty(proposed(payment()))
    for path, value in data.items():
        message = with_field(message, path, value)
    assert identity(store.ask(message)) == (None, "identity-dropped")
    assert customer.asked == []


def payment_loyalty(message: dict[str, Any]) -> dict[str, Any]:
    body = message["SaleToPOIRequest"]["PaymentRequest"]
    return {
        "PaymentRequest.LoyaltyData": body["LoyaltyData"],
        "PaymentRequest.PaymentTransaction.TransactionConditions": body["PaymentTransaction"]["TransactionConditions"],
    }


# ---- on a message of its own ----


def proposed_award() -> dict[str, Any]:
    return with_field(award(sale=SALE), HANDLING, "Proposed")


@pytest.mark.parametrize(
    ("says", "told", "warning"),
    [(True, ("Success", None), None), (False, ("Failure", "NotAllowed"), None),
     (None, ("Failure", "NotAllowed"), "identity-dropped")],
)  # fmt: skip
def test_an_award_asks_too(store: Store, says, told, warning):
    customer = at_the_pad(store, says)
    first = store.ask(proposed_award())
    assert result(first) == told
    assert more(first).get("warning") == warning
    assert len(store.desk.awards) == (says is True)
    assert store.ask(proposed_award()) == first
    assert repeated(store.ask(status("0207111104", "Loyalty")), "Loyalty") == first
    assert len(customer.asked) == 1
    assert store.dropped == (says is None)


def test_an_award_that_waits_for_the_customer_can_be_aborted(store: Store):
    customer = at_the_pad(store, says=True)
    hesitates(store, customer)
    asking = store.asking(proposed_award())
    store.wait_for(lambda: bool(customer.asked))
    assert result(store.ask(status("0207111104", "Loyalty"))) == ("Failure", "InProgress")
    assert store.post(abort(category="Loyalty")) == (200, b"")
    assert result(asking.answer()) == ("Failure", "Aborted")
    assert store.desk.awards == []
    assert result(store.ask(proposed_award())) == ("Failure", "Aborted"), "that name is used up"


def test_a_till_is_not_quiet_while_a_customer_is_asked_for_points(store: Store):
    """An upgrade would take the question from the pad, and the points with it."""
    customer = at_the_pad(store, says=True)
    hesitates(store, customer)
    asking = store.asking(proposed_award())
    store.wait_for(lambda: bool(customer.asked))
    assert store.reception.runs
    waiting = store.begin(store.reception.quiet())
    assert not waiting.done()
    open_door(store, customer)
    assert result(asking.answer()) == ("Success", None)
    waiting.result(30.0)
    assert not store.reception.runs


def test_nothing_of_what_was_proposed_is_kept(store: Store, sale):
    at_the_pad(store, says=False)
    _, raw = store.post(sale)
    assert MEMBER.encode() not in raw + b"".join(store.answers.kept.values())
