"""What users of such systems complain of, one test each, by the complaint's own words, over the whole real store.

Where a complaint is met more closely elsewhere too, its test says so.
"""

import random
import threading
import time

import pytest

from hw_sim.cards import CARDS
from hw_sim.processor import control
from hw_sim.store.layout import Layout
from hw_sim.till import new_service_id
from tests.surfaces.accounts import Told
from tests.surfaces.book import Book, until

pytestmark = pytest.mark.usefixtures("the_next_sale_works")


def test_approved_on_the_terminal_till_never_told(book: Book, monkeypatch: pytest.MonkeyPatch):
    """The till hung up. What it asks is answered, also after a restart; the same sale is not charged once more.

    The engine that dies between the approval and its answer, at every moment: test_kill_sale.py.
    """
    monkeypatch.setattr("hw_sim.till.ANSWER_LIMIT_S", 1.0)
    with book.asking(card=None) as asking:
        assert asking.end() is None, "it hangs up before a card was there"
        with book.store.customer("visa") as customer:
            assert customer.presented()
            until(book.settled)
    monkeypatch.undo()
    sale = asking.sale
    (row,) = book.ledger(sale)
    for _ in range(2):
        again = book.till.pay(sale.amount, service_id=new_service_id(), transaction_id=sale.reference)
        assert (again.result, again.error) == ("Failure", "NotAllowed")
        assert again.additional["reference"] == row["key"]
        book.store.do("engine", "restart")
    told = book.status(sale)
    assert isinstance(told, Told)
    assert (told.paid, told.key) == (True, row["key"])


def test_second_tender_taken_while_the_first_is_unresolved(book: Book):
    """The first card is being tried: no other tender, of whatever kind, is taken meanwhile."""
    book.mode("drop-response")
    with book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        for cash in (True, False):
            second = book.till.pay(asking.sale.amount, cash=cash, transaction_id=asking.sale.reference)
            assert (second.result, second.error) == ("Failure", "Busy")
            assert second.additional["serviceId"] == asking.sale.service_id
        book.mode("approve")
    assert asking.sale.told is not None
    assert asking.sale.told.paid


def test_second_tender_taken_right_after_a_restart_with_the_processor_away(book: Book):
    """What became of the first card is not known until the processor is there: no other tender is taken before."""
    book.mode("drop-response")
    with book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        book.mode("down")
        asking.end()
    book.store.do("engine", "restart")
    sale = asking.sale
    for cash in (True, False):
        second = book.till.pay(sale.amount, cash=cash, transaction_id=sale.reference, service_id=new_service_id())
        assert (second.result, second.error) == ("Failure", "InProgress")
    book.mode("up")
    book.in_session()
    until(book.settled)
    again = book.new(cents=sale.cents)
    again.reference = sale.reference
    paid = book.pay(again)
    assert paid.paid
    until(book.settled)
    states = {row["key"]: row["state"] for row in book.held() if row["amount"] == sale.cents}
    assert sorted(states.values()) == ["captured", "reversed"]
    book.sales.remove(sale)
    book.sales.remove(again)
    book.stands(paid.key)


def test_the_terminal_still_shows_the_previous_customers_amount(book: Book):
    """The first customer walks away; the next one's card is sealed, and charged, for the next one's amount."""
    with book.asking(card=None) as first:
        until(lambda: book.steps(first.sale))
        book.till.abort(first.sale.service_id)
        first.end()
    second = book.new()
    told = book.pay(second, card="mastercard")
    assert told.cents == second.cents
    assert book.ledger(first.sale) == []
    (row,) = book.ledger(second)
    assert (row["amount"], row["card"]) == (second.cents, CARDS["mastercard"].number)


@pytest.mark.parametrize("when", ["before the ask", "for the sale before"])
def test_a_card_swiped_too_early_or_for_the_previous_customer_pays_for_the_next_one(book: Book, when: str):
    """Thrown away. Cut short, cut in two and at each byte: test_bad_frames.py and the drivers' own tests."""
    if when == "before the ask":
        book.store.do("card", "swipe", "visa", "--now")
    else:
        with book.asking(card=None) as first:
            until(lambda: book.steps(first.sale))
            book.till.abort(first.sale.service_id)
            book.store.do("card", "swipe", "visa", "--now")
            first.end()
    sale = book.new()
    assert book.pay(sale, card="mastercard").paid
    (row,) = book.ledger(sale)
    assert row["card"] == CARDS["mastercard"].number


def test_the_answer_of_order_1_given_to_order_2(book: Book):
    """The first one's answer is late: it arrives while the second customer is served, and is nobody's."""
    book.mode("delay", 1.4)
    first, second = book.new(), book.new()
    early = book.pay(first)
    assert early.error == "UnreachableHost"
    book.mode("delay", 0.5)
    late = book.pay(second)
    assert (late.cents, late.key != early.key) == (second.cents, True)
    book.mode("approve")
    until(book.settled)
    for sale, told in ((first, early), (second, late), (first, early)):
        asked = book.status(sale)
        assert isinstance(asked, Told)
        assert asked.same_as(told)


def test_a_time_out_answered_as_declined_while_the_charge_stands(book: Book):
    """Never a Refusal for what is not known; and the charge does not stand."""
    book.mode("drop-response")
    sale = book.new()
    told = book.pay(sale)
    assert (told.result, told.error) == ("Failure", "UnreachableHost")
    (row,) = book.ledger(sale)
    assert row["state"] in {"authorised", "reversed"}, "it was charged"
    book.mode("approve")
    until(lambda: [row["state"] for row in book.ledger(sale)] == ["reversed"])


def test_a_rapid_send_cancel_loop_leaves_a_stuck_payment(book: Book):
    chance = random.Random(4)
    for _ in range(12):
        sale = book.new()
        with book.asking(sale, card=None) as asking:
            time.sleep(chance.uniform(0.0, 0.06))  # wherever it hits
            book.till.abort(sale.service_id)
            told = asking.end()
        assert told is not None
        assert (told.result, told.error) == ("Failure", "Aborted")
    assert book.till.diagnosis().body["POIStatus"]["GlobalStatus"] == "OK"


def test_a_status_probe_that_starts_a_payment(book: Book):
    """Questions of all kinds, also about a payment that never was, while a card is being swiped: nothing moves."""
    assert book.pay(book.new()).paid  # the last one, which is asked about too
    until(book.settled)
    held, rows = book.held(), book.rows()
    swiping = threading.Thread(target=book.store.sim, args=("card", "swipe", "visa", "--wait", "1"))
    swiping.start()
    for _ in range(5):
        assert book.till.diagnosis().result == "Success"
        assert book.till.status(new_service_id()).error == "NotFound"
        assert book.till.status(None).result == "Success"
        assert book.till.abort(new_service_id()).status == 200
        assert book.till.login().result == "Success"
    swiping.join()
    assert (book.held(), book.rows()) == (held, rows)


def test_one_bad_record_blocks_the_queue(book: Book):
    """An approval that the processor will not capture any more: an alarm of its own; those after it are captured.

    Reversals that are not answered: test_processor_faults.py, test_a_stuck_reversal_delays_nobody.
    """
    lost = book.new()
    book.mode("delay", 0.6)
    assert book.pay(lost).paid
    control.expire_authorisations(Layout(book.store.folder).processor)
    book.mode("approve")
    after = [book.new(), book.new()]
    for sale in after:
        assert book.pay(sale).paid
    until(lambda: book.steps(lost)[-1] == "capture_lost")
    for sale in after:
        until(lambda: book.steps(sale)[-1] == "captured")  # noqa: B023 - called here
    (row,) = book.ledger(lost)
    assert row["state"] == "authorised", "told as paid, and never will be: that is what the alarm is for"
    book.expired.add(row["key"])
    book.sales.remove(lost)


def test_refund_rounding_differs_from_sale_rounding(book: Book):
    """For each last digit: what was paid in cash after rounding is what comes back, by a reversal and by a refund."""
    for cents in range(10_31, 10_41):
        for by_card in (False, True):
            sale = book.new(cash=True, cents=cents)
            assert book.pay(sale, card=None).paid
            paid = book.till.status(sale.service_id).repeated["Response"]["AdditionalResponse"]
            asked = book.back(sale, cents if by_card else None, by_card=by_card)
            assert book.give_back(asked).paid
            back = book.bodies[asked.service_id]["Response"]["AdditionalResponse"]
            assert field(paid, "cashDue") == field(back, "cashRefund")
            book.sales.remove(sale)
            book.returns.remove(asked)


def test_duplicates_after_an_outage(book: Book):
    """The line fails in mid-payment; the till repeats itself, the network doubles everything, then the cashier begins
    anew: one charge, of the sale that was told as paid.
    """
    book.mode("drop-response")
    first = book.new()
    with book.asking(first) as asking:
        until(lambda: book.ledger(first))
        book.mode("down")
        told = asking.end()
    assert told is not None
    assert told.error == "UnreachableHost"
    book.mode("up")
    book.in_session()
    book.mode("duplicate")
    for _ in range(3):
        assert book.pay(first, card=None).same_as(told)
    second = book.new(cents=first.cents)
    second.reference = first.reference
    paid = book.pay(second)
    assert paid.paid
    until(book.settled)
    states = {row["key"]: row["state"] for row in book.held() if row["amount"] == first.cents}
    assert states == {told.key: "reversed", paid.key: "captured"}
    book.sales.remove(first)
    book.sales.remove(second)
    book.stands(paid.key)


def field(additional: str, name: str) -> str:
    found = [part.removeprefix(f"{name}=") for part in additional.split("&") if part.startswith(f"{name}=")]
    assert len(found) == 1, additional
    return found[0]
