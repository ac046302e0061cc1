"""A till that asks again: what it is told about a payment, later, after a restart, and about one that never was."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.stores import whole_store
from tests.surfaces.accounts import Sale
from tests.surfaces.book import Book, until
from tests.warm.store import WARM


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1", program=WARM) as store:
        book = Book(store)
        yield book
        book.balance()


@pytest.fixture(autouse=True)
def all_is_well_at_first(book: Book) -> None:
    book.mode("up")
    book.in_session()


def repeated(book: Book, service_id: str | None) -> dict[str, Any]:
    """The PaymentResponse that TransactionStatus repeats."""
    reply = book.till.status(service_id)
    assert reply.result == "Success", reply.error
    body: dict[str, Any] = reply.body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]["PaymentResponse"]
    return body


def a_card(book: Book) -> Sale:
    sale = book.new()
    assert book.pay(sale).paid
    return sale


def in_cash(book: Book) -> Sale:
    sale = book.new(cash=True)
    assert book.pay(sale, card=None).paid
    return sale


def a_part(book: Book) -> Sale:
    sale = book.new(split=True)
    book.mode("partial", 321)
    assert book.pay(sale).cents == 321
    return sale


def declined(book: Book) -> Sale:
    sale = book.new()
    book.mode("decline")
    assert book.pay(sale).error == "Refusal"
    return sale


def without_an_answer(book: Book) -> Sale:
    sale = book.new()
    book.mode("drop-response")
    assert book.pay(sale).error == "UnreachableHost"
    return sale


def aborted(book: Book) -> Sale:
    with book.asking(card=None) as asking:
        until(lambda: book.steps(asking.sale))
        reply = book.till.abort(asking.sale.service_id)
        assert (reply.status, reply.document) == (200, None)
        told = asking.end()
    assert told is not None
    assert told.error == "Aborted"
    return asking.sale


@pytest.mark.parametrize("make", [a_card, in_cash, a_part, declined, without_an_answer, aborted])
def test_the_same_answer_again_and_after_a_restart(book: Book, make: Callable[[Book], Sale]):
    """Word for word: result, condition, sentences, amounts, receipts.

    Card and approval code come from the processor, and are missing where it did not say in time: then asked once more.
    """
    sale = make(book)
    book.mode("approve")
    first = book.bodies[sale.service_id]
    assert repeated(book, sale.service_id) == first
    assert repeated(book, None) == first, "without a reference: the last one"
    book.store.do("engine", "kill")
    book.store.do("engine", "restart")
    until(lambda: repeated(book, sale.service_id) == first)
    until(lambda: repeated(book, None) == first)
    assert book.pay(sale, card=None) == sale.told
    until(lambda: book.pay(sale, card=None) and book.bodies[sale.service_id] == first)


def test_without_the_processor_the_outcome_still_stands(book: Book):
    sale = a_card(book)
    first = book.bodies[sale.service_id]
    until(book.settled)
    book.mode("down")
    book.store.do("engine", "restart")
    again = repeated(book, sale.service_id)
    book.mode("up")
    assert again["Response"] == first["Response"]
    assert again["POIData"] == first["POIData"]
    assert again["PaymentResult"]["AmountsResp"] == first["PaymentResult"]["AmountsResp"]
    until(lambda: repeated(book, sale.service_id) == first)


def test_what_never_was_stays_so(book: Book):
    """NotFound tells a till that it may send again: so a late copy of the first finds a closed door."""
    sale = book.new()
    assert book.status(sale) == "NotFound"
    late = book.pay(sale, card=None)
    assert (late.result, late.error) == ("Failure", "Aborted")
    book.store.do("engine", "restart")
    assert book.pay(sale, card=None) == late
    assert book.status(sale) == late
    assert book.ledger(sale) == []
    assert book.steps(sale) == []


def test_an_abort_that_matches_nothing(book: Book):
    """An event, not a response, with nothing of the request in it; and that payment will never be made."""
    sale = book.new()
    reply = book.till.abort(sale.service_id)
    assert reply.status == 200
    told = json.dumps(reply.document)
    assert '"EventToNotify": "Reject"' in told
    assert sale.service_id not in told
    late = book.pay(sale, card=None)
    assert (late.result, late.error) == ("Failure", "Aborted")
    assert book.steps(sale) == []


def test_an_abort_after_the_end_changes_nothing(book: Book):
    sale = a_card(book)
    assert '"Reject"' in json.dumps(book.till.abort(sale.service_id).document)
    assert repeated(book, sale.service_id) == book.bodies[sale.service_id]


def test_another_body_under_the_same_name_is_refused_also_after_a_restart(book: Book):
    sale = a_card(book)
    for _ in range(2):
        other = book.till.pay("1.23", service_id=sale.service_id, transaction_id=f"sale-{sale.service_id}")
        assert (other.result, other.error) == ("Failure", "NotAllowed")
        book.store.do("engine", "restart")
    assert repeated(book, sale.service_id) == book.bodies[sale.service_id]
