"""The same money asked back by a second request, over the whole real store: not made again, and the first is named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from hw_sim.reply import Reply
from tests.stores import whole_store
from tests.surfaces.accounts import Return, Sale, Told
from tests.surfaces.book import Asking, Book, until


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        book = Book(store)
        yield book
        book.balance()


@contextmanager
def hanging_up(book: Book, asked: Return) -> Iterator[Asking]:
    """The till asks, and leaves before the answer is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hw_sim.till.ANSWER_LIMIT_S", 1.0)
        with book.asking(asked, card=None) as asking:
            assert asking.end() is None
            yield asking


def without_the_card(book: Book, asked: Return) -> None:
    """The processor is away meanwhile; the refund is made once it is back, and nobody is there to be told."""
    book.mode("drop-request")
    with hanging_up(book, asked):
        book.mode("approve")
        until(book.settled)


def with_the_card(book: Book, asked: Return) -> None:
    asked.by_card = True
    with hanging_up(book, asked), book.store.customer("visa") as customer:
        assert customer.presented()
        until(lambda: [row for row in book.held() if row["sale_key"] is not None and row["amount"] == asked.cents])
        until(book.settled)


@pytest.mark.parametrize("made", [without_the_card, with_the_card])
def test_a_refund_whose_answer_the_till_never_got_is_not_made_again(book: Book, made: Callable[[Book, Return], None]):
    """Named in both languages and on the receipts, also after a restart, until the till has asked what became of it."""
    book.mode("up")
    book.in_session()
    sale = book.new()
    assert book.pay(sale).paid
    until(book.settled)
    cents = 321 if made is without_the_card else 322
    first = book.back(sale, cents)
    made(book, first)
    (row,) = (held for held in book.held() if held["sale_key"] is not None and held["amount"] == cents)
    for _ in range(2):
        for again in (by_reference(book, sale, cents), by_payment(book, sale, cents)):
            names_the_first(again, row["key"])
        book.store.do("engine", "restart")
        book.in_session()
    told = book.status(first)
    assert isinstance(told, Told)
    assert (told.paid, told.key, told.cents) == (True, row["key"], cents)
    assert len([held for held in book.held() if held["amount"] == cents]) == 1


def by_reference(book: Book, sale: Sale, cents: int) -> Reply:
    return book.till.reverse(key_of(sale), f"{cents / 100:.2f}")


def by_payment(book: Book, sale: Sale, cents: int) -> Reply:
    return book.till.refund(f"{cents / 100:.2f}", key_of(sale))


def names_the_first(reply: Reply, key: str) -> None:
    assert (reply.result, reply.error) == ("Failure", "NotAllowed")
    said = reply.additional
    assert said["reference"] == key
    assert f"already made (reference {key})" in said["messageEn"]
    assert f"déjà fait (référence {key})" in said["messageFr"]
    receipts = reply.body["PaymentReceipt"]
    assert {receipt["DocumentQualifier"] for receipt in receipts} == {"CashierReceipt", "CustomerReceipt"}
    for receipt in receipts:
        assert key in str(receipt["OutputContent"])


def key_of(sale: Sale) -> str:
    assert sale.told is not None
    return sale.told.key
