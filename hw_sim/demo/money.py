"""The demo's steps where money goes back, in parts, or through a crash; and the day end, where two books agree."""

import time

from hw_sim.demo.errors import DemoError
from hw_sim.demo.narrator import Narrator
from hw_sim.reply import Reply
from hw_sim.till import new_service_id

_LIMIT_S = 20.0
_PAUSE_S = 0.05


def giving_back(told: Narrator) -> None:
    told.say("A Visa of 60.00; later 15.00 of it go back by the reference on the receipt, and no card is needed.")
    sale = told.pay("visa", "60.00")
    told.expect(sale, "Success")
    told.await_journalled(sale, "captured")
    refund = told.till.reverse(sale.transaction, "15.00")
    told.expect(refund, "Success")
    told.tell(f"refunded, under a key of its own; the processor holds: {told.state(refund)}")
    told.explain(refund, "About you: nothing.")
    again = told.till.reverse(sale.transaction, "45.01")
    told.expect(again, "Failure", "NotAllowed")
    told.tell(f"45.01 more: {again.additional.get('messageEn')}")


def split_tender(told: Narrator) -> None:
    told.say("A sale of 50.02 in two tenders: the Mastercard is good for 30.00, the rest is cash.")
    told.store.do("processor", "partial", "3000")
    name = "demo-split"
    card = told.pay("mastercard", "50.02", part_of=name)
    told.store.do("processor", "approve")
    told.expect(card, "Partial", "PaymentRestriction")
    told.tell(f"approved in part; the till was told that {card.additional.get('remaining')} is still due")
    if card.transaction not in told.command("journal", "--unresolved"):
        raise DemoError("the half-paid sale is not listed")
    told.tell("until the rest is paid, `pos-bridge journal --unresolved` lists it: it is not forgotten by anybody")
    cash = told.till.pay("20.02", cash=True, split=True, paid="30.00", transaction_id=name)
    told.expect(cash, "Success")
    told.tell(f"the rest in cash, and only that is rounded: {cash.additional.get('cashDue')}")


def killed(told: Narrator) -> None:
    told.say("The engine is killed in the middle of a sale: an Amex, 25.00, approved, and nobody was told.")
    told.store.do("processor", "drop-response")
    service = new_service_id()
    held = len(told.store.ledger())
    told.pay_until("amex", "25.00", service, lambda: len(told.store.ledger()) > held)
    (row,) = told.store.ledger()[held:]
    told.tell(f"the processor holds: {row['state']}; the journal, durable before anything was sent: intent")
    told.store.do("processor", "approve")
    told.store.do("engine", "restart")
    answer = _ended(told, service)
    told.expect(answer, "Success")
    outcome = answer.repeated["Response"]["Result"]
    if outcome != "Failure":
        raise DemoError(f"the till was told {outcome} of a payment that is being reversed")
    told.tell(f"started again; the till asks what became of it: {outcome}, nothing will stand")
    until = time.monotonic() + _LIMIT_S
    while told.store.ledger()[held]["state"] != "reversed":
        if time.monotonic() > until:
            raise DemoError("what was approved was not reversed")
        time.sleep(_PAUSE_S)
    told.tell("and the processor holds: reversed. No card was kept to do it with, only the key")


def day_end(told: Narrator) -> None:
    told.say("The day end: totals by tender and kind, compared with the processor's own list, leg by leg.")
    told.lines(told.command("day-end", "--lang", "en"))
    answer = told.till.reconcile()
    told.expect(answer, "Success")
    if "differences" in answer.additional:
        raise DemoError("the books differ")
    told.tell("the till ends the day; both books agree")


def _ended(told: Narrator, service: str) -> Reply:
    """The till asks again while it is told that the payment is still in progress."""
    until = time.monotonic() + _LIMIT_S
    while (answer := told.till.status(service)).error == "InProgress":
        if time.monotonic() > until:
            raise DemoError("what became of the payment is never known")
        time.sleep(_PAUSE_S)
    return answer
