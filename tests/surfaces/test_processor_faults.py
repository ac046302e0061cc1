"""A processor that is slow, silent, doubled, away or lying: what the till is told, what stands in the end."""

import sqlite3
from contextlib import closing

import pytest

from hw_sim.store.layout import Layout
from tests.surfaces.accounts import Told
from tests.surfaces.book import Book, until

pytestmark = pytest.mark.usefixtures("the_next_sale_works")


def failed(told: str | Told | None) -> str | None:
    """The condition of a payment that was told as not made."""
    assert isinstance(told, Told)
    assert told.result == "Failure"
    return told.error


@pytest.mark.parametrize(
    ("fault", "condition", "state"),
    [
        ("decline", "Refusal", "declined"),
        ("drop-request", "UnreachableHost", "tombstone"),
        ("drop-response", "UnreachableHost", "reversed"),
        ("lie-key", "UnreachableHost", "reversed"),
        ("lie-amount", "UnreachableHost", "reversed"),
        ("lie-currency", "UnreachableHost", "reversed"),
    ],
)
def test_a_fault_is_told_and_leaves_no_charge(book: Book, fault: str, condition: str, state: str):
    book.mode(fault)
    sale = book.new()
    told = book.pay(sale)
    assert failed(told) == condition
    assert "message=" in told.message
    assert book.status(sale) == told
    book.mode("approve")
    until(lambda: [row["state"] for row in book.ledger(sale)] == [state])
    assert book.status(sale) == told, "final is final"
    assert book.pay(sale, card=None) == told
    assert [row["state"] for row in book.ledger(sale)] == [state]


def test_a_request_that_arrives_twice_charges_once(book: Book):
    book.mode("duplicate")
    sale = book.new()
    assert book.pay(sale).paid
    until(lambda: [row["state"] for row in book.ledger(sale)] == ["captured"])


def test_an_answer_slower_than_all_tries(book: Book):
    """Each try is carried out, a second and a half later, when nobody waits for it any more."""
    book.mode("delay", 1.5)
    sale = book.new()
    assert failed(book.pay(sale)) == "UnreachableHost"
    book.mode("approve")
    until(lambda: [row["state"] for row in book.ledger(sale)] in (["reversed"], ["tombstone"]))


def test_an_answer_slower_than_one_try(book: Book):
    """The first try is carried out late; the same key, sent again, is given its answer: one charge."""
    book.mode("delay", 1.5)
    with book.asking(card=None) as asking, book.store.customer("visa") as customer:
        assert customer.presented()
        until(lambda: book.ledger(asking.sale))
        book.mode("approve")
        told = asking.end()
    assert told is not None
    if told.paid:  # a slow machine may have been past its last try
        until(lambda: [row["state"] for row in book.ledger(asking.sale)] == ["captured"])
    assert told.paid


def test_slow_but_in_time(book: Book):
    book.mode("delay", 0.4)
    with book.asking() as asking:
        until(lambda: book.steps(asking.sale))  # earlier a question would be answered NotFound, and close the door
        assert book.status(asking.sale) == "InProgress"
    assert asking.sale.told is not None
    assert asking.sale.told.paid


def test_down_then_up(book: Book):
    book.mode("down")
    sale = book.new()
    assert failed(book.pay(sale, card=None)) == "UnreachableHost"
    assert book.ledger(sale) == []
    assert book.steps(sale) == [], "nothing was sent: no leg"
    assert book.pay_cash().paid
    book.mode("up")
    assert book.pay().paid


def test_down_while_the_answer_is_awaited(book: Book):
    book.mode("drop-response")
    with book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        book.mode("down")
    assert failed(asking.sale.told) == "UnreachableHost"
    assert book.pay_cash().paid
    book.mode("up")
    assert book.pay().paid
    until(lambda: [row["state"] for row in book.ledger(asking.sale)] == ["reversed"])


@pytest.mark.parametrize("split", [True, False])
def test_a_partial_approval_counts_only_where_the_till_allowed_it(book: Book, split: bool):
    book.mode("partial", 500)
    sale = book.new(split=split)
    told = book.pay(sale)
    book.mode("approve")
    if split:
        assert (told.result, told.cents) == ("Partial", 500)
        until(lambda: [(row["state"], row["amount"]) for row in book.ledger(sale)] == [("captured", 500)])
    else:
        assert failed(told) == "UnreachableHost"
        until(lambda: [row["state"] for row in book.ledger(sale)] == ["reversed"])


def test_a_stuck_reversal_delays_nobody(book: Book):
    """Three legs whose reversals are not answered; the till sells on, cash and card, without waiting for them."""
    book.mode("drop-response")
    stuck = [book.new() for _ in range(3)]
    for sale in stuck:
        assert failed(book.pay(sale)) == "UnreachableHost"
    book.mode("drop-request")
    assert book.pay_cash().paid
    book.mode("approve")
    assert book.pay().paid
    for sale in stuck:
        until(lambda: [row["state"] for row in book.ledger(sale)] == ["reversed"])  # noqa: B023 - called here


def test_a_session_opened_late_by_a_lost_call_does_not_spoil_the_next_sale(book: Book):
    """The processor carries out an OpenSession that nobody waits for any more: the engine's own number is old then."""
    before = sessions(book)
    book.mode("delay", 4)
    log = Layout(book.store.folder).log
    silences = log.read_text().count("ProcessorSilent")
    book.store.do("engine", "restart")
    until(lambda: log.read_text().count("ProcessorSilent") > silences)  # its OpenSession, carried out a second later
    book.mode("approve")
    with book.asking(card=None) as asking:
        until(lambda: sessions(book) == before + 2)  # the sale's own, then the late one; only then comes the card
        with book.store.customer("visa") as customer:
            assert customer.presented()
            told = asking.end()
    assert told is not None
    assert told.paid


def sessions(book: Book) -> int:
    """How many sessions the processor has opened for this till: its fencing number."""
    ledger = book.store.folder / "world" / "processor" / "ledger.db"
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
        (fence,) = connection.execute("SELECT fence FROM till").fetchone()
    return int(fence)
