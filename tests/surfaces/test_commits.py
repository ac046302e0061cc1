"""What a movement of money waits for on the disk: the syncs that the kernel is asked for before the till's answer.

A card sale has two, the intent's while the card is awaited. `make bench` shows the same as rows of the journal.
"""

from collections.abc import Iterator

import pytest

from tests.power.store import Mains, store_with_mains
from tests.power.tape import Synced
from tests.surfaces.book import Book, until


@pytest.fixture(name="till", scope="module")
def one_till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Book, Mains]]:
    with store_with_mains(tmp_path_factory.mktemp("store"), "--answer-timeout", "5") as (store, mains):
        book = Book(store)
        book.in_session()
        assert book.pay().paid  # a log that is begun has a header to sync
        until(book.settled)
        yield book, mains
        book.mode("up")
        book.balance()


@pytest.fixture(autouse=True)
def nothing_runs(till: tuple[Book, Mains]) -> None:
    book, _ = till
    book.mode("approve")
    until(book.settled)


def synced(mains: Mains) -> list[str]:
    return [operation.path for operation in mains.tape if isinstance(operation, Synced)]


def test_a_card_sale_has_two_syncs_and_the_first_overlaps_the_wait_for_the_card(till: tuple[Book, Mains]):
    book, mains = till
    book.mode("delay", 0.5)  # the capture, which no till waits for
    before = len(synced(mains))
    with book.asking(card=None) as asking:
        until(lambda: book.steps(asking.sale))
        while_the_card_is_awaited = synced(mains)[before:]
        with book.store.customer("visa"):
            asking.end()
            at_the_answer = synced(mains)[before:]
    assert asking.sale.told is not None
    assert asking.sale.told.paid
    assert len(while_the_card_is_awaited) == 1
    assert len(at_the_answer) == 2
    assert {path.rpartition("-")[2] for path in at_the_answer} == {"wal"}
    assert {path.partition("/")[0] for path in at_the_answer} == {"journal"}, "the answers file is not worth a sync"


def test_cash_has_one_and_a_refund_by_its_reference_two(till: tuple[Book, Mains]):
    book, mains = till
    before = len(synced(mains))
    assert book.pay_cash().paid
    assert len(synced(mains)) == before + 1
    sale = book.new()
    assert book.pay(sale).paid
    until(book.settled)
    before = len(synced(mains))
    assert book.give_back(book.back(sale, 100)).paid
    assert len(synced(mains)) == before + 2


def test_a_question_has_none(till: tuple[Book, Mains]):
    book, mains = till
    sale = book.new()
    assert book.pay(sale).paid
    until(book.settled)
    before = synced(mains)
    for _ in range(3):
        assert book.till.diagnosis().result == "Success"
        assert book.till.status(sale.service_id).result == "Success"
        assert book.pay(sale, card=None).paid, "the same request again"
    assert synced(mains) == before
