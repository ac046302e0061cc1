"""An Abort meets its payment at every moment of it: one of them wins, and everybody tells the same end for good."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from hw_sim.reply import Reply
from tests.surfaces.accounts import Sale, Told
from tests.surfaces.book import Book, until
from tests.surfaces.fuzz import Line

pytestmark = pytest.mark.usefixtures("the_next_sale_works")

# Seconds after the payment was sent, with a card in the customer's hand: from before it can have come, through asking
# for the card (the reader's silence is 0.05 s) and reading it, to its answer.
MOMENTS = (0.0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6)


def matched(reply: Reply) -> bool:
    """Whether the Abort found its payment. It is answered with nothing, or with an event."""
    assert reply.status == 200
    if reply.document is None:
        return True
    assert '"Reject"' in json.dumps(reply.document)
    return False


def one_truth(book: Book, sale: Sale, told: Told | None) -> None:
    """What the payment was told is what it is told again, what the processor has, and what a repeat is given."""
    assert told is not None
    assert told.paid or told.error == "Aborted"
    assert book.status(sale) == told
    assert book.pay(sale, card=None) == told
    until(book.settled)
    held = [row["state"] for row in book.ledger(sale)]
    assert held == ["captured"] if told.paid else held in ([], ["reversed"])


@pytest.mark.parametrize("after_s", MOMENTS)
def test_at_any_moment(book: Book, after_s: float):
    sale = book.new()
    with book.asking(sale) as asking:
        time.sleep(after_s)
        found = matched(book.till.abort(sale.service_id))
        told = asking.end()
    one_truth(book, sale, told)
    if not found and told is not None and not told.paid:
        assert book.steps(sale) == [], "it was closed before it came: nothing was begun"


def test_while_the_reader_is_made_ready_and_again(book: Book):
    """Two tills' hands on the same key at once."""
    sale = book.new()
    with book.asking(sale, card=None) as asking, ThreadPoolExecutor(4) as hands:
        replies = [hands.submit(book.till.abort, sale.service_id) for _ in range(4)]
        for reply in replies:
            matched(reply.result(60))
        told = asking.end()
    assert told is not None
    assert told.error == "Aborted"
    one_truth(book, sale, told)


def test_once_the_processor_was_asked_the_payment_wins(book: Book):
    sale = book.new()
    book.mode("delay", 0.8)
    with book.asking(sale) as asking:
        until(lambda: book.ledger(sale) or asking.answered)
        matched(book.till.abort(sale.service_id))
        told = asking.end()
    book.mode("up")
    assert told is not None
    assert told.paid
    one_truth(book, sale, told)


def test_the_end_is_the_same_after_a_restart(book: Book):
    ends = {}
    for after_s in (0.0, 0.03, 0.2):
        sale = book.new()
        with book.asking(sale) as asking:
            time.sleep(after_s)
            book.till.abort(sale.service_id)
            ends[sale.service_id] = sale, asking.end()
    until(book.settled)
    book.store.do("engine", "kill")
    book.store.do("engine", "restart")
    for sale, told in ends.values():
        assert book.status(sale) == told


def test_a_client_that_hung_up_can_still_take_it_back(book: Book):
    """The payment waits on, and the Abort comes on another connection."""
    sale = book.new()
    with ThreadPoolExecutor(1) as thread:
        gone = thread.submit(hangs_up, book, sale)
        until(lambda: book.steps(sale) == ["intent"])
        gone.result(60)
    assert book.status(sale) == "InProgress"
    assert matched(book.till.abort(sale.service_id))
    ended = until(lambda: (status := book.status(sale)) != "InProgress" and status)
    assert isinstance(ended, Told)
    assert ended.error == "Aborted"
    sale.told = ended
    one_truth(book, sale, ended)


def hangs_up(book: Book, sale: Sale) -> None:
    """Sends the payment, and leaves as soon as it runs."""
    till = book.till
    header = {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": "Payment",
        "MessageType": "Request",
        "ServiceID": sale.service_id,
        "SaleID": till.sale_id,
        "POIID": till.poiid,
    }
    named = {"SaleTransactionID": {"TransactionID": sale.reference, "TimeStamp": "2026-11-23T09:30:00Z"}}
    amounts = {"AmountsReq": {"Currency": "CAD", "RequestedAmount": float(sale.amount)}}
    body = {"SaleData": named, "PaymentTransaction": amounts}
    with Line(till) as line:
        line.ask(json.dumps({"SaleToPOIRequest": {"MessageHeader": header, "PaymentRequest": body}}).encode())
        until(lambda: book.steps(sale) == ["intent"])
