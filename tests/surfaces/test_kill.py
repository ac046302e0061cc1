"""SIGKILL of the real engine at every moment of a sale: afterwards all accounts agree, and the next sale works."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from hw_sim.running import PROGRAM
from tests.stores import whole_store
from tests.surfaces.accounts import Sale, Told
from tests.surfaces.book import Book, until
from tests.warm.store import WARM

_CYCLES = 12


@contextmanager
def balanced(folder: Path, program: Sequence[str]) -> Iterator[Book]:
    """A store whose engine waits one second for an answer. At its end all accounts are compared."""
    with whole_store(folder, "--answer-timeout", "1", program=program) as store:
        book = Book(store)
        book.in_session()
        yield book
        book.balance()


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    with balanced(tmp_path_factory.mktemp("store"), WARM) as book:
        yield book


@pytest.fixture(name="cold")
def book_whose_engine_begins_from_nothing(tmp_path: Path) -> Iterator[Book]:
    with balanced(tmp_path / "store", PROGRAM) as book:
        yield book


def crash(book: Book) -> None:
    book.store.do("engine", "kill")


def restart(book: Book) -> None:
    book.store.do("engine", "restart")


def next_sales_work(book: Book) -> None:
    assert book.pay_cash().paid
    assert book.pay().paid


def test_waiting_for_the_card(book: Book):
    with book.asking(card=None) as asking:
        until(lambda: book.steps(asking.sale) == ["intent"])
        crash(book)
    assert asking.sale.told is None
    restart(book)
    next_sales_work(book)
    end = until(lambda: book.status(asking.sale))
    assert isinstance(end, Told)
    assert (end.result, end.error) == ("Failure", "UnreachableHost")
    book.balance()
    assert [row["state"] for row in book.held() if row["key"] == end.key] == ["tombstone"]


def test_the_card_just_read(book: Book):
    with book.asking(card=None), book.store.customer("visa") as customer:
        assert customer.presented()
        crash(book)
    restart(book)
    next_sales_work(book)
    book.balance()


@pytest.mark.parametrize("aim_s", [0.2, 0.7])
def test_the_authorise_in_flight(book: Book, aim_s: float):
    """The processor does what it was asked a second later, when nobody waits for it any more."""
    book.mode("delay", 1.0)
    with book.asking(card=None) as asking, book.store.customer("visa") as customer:
        assert customer.presented()
        time.sleep(aim_s)  # whatever it hits, the accounts must agree
        crash(book)
    book.mode("approve")
    restart(book)
    assert asking.sale.told is None
    next_sales_work(book)
    book.balance()


def test_the_answer_dropped(book: Book):
    book.mode("drop-response")
    with book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        crash(book)
    assert [row["state"] for row in book.ledger(asking.sale)] == ["authorised"]
    book.mode("approve")
    restart(book)
    next_sales_work(book)
    book.balance()
    assert [row["state"] for row in book.ledger(asking.sale)] == ["reversed"]
    again = book.pay(asking.sale, card=None)
    assert (again.result, again.error) == ("Failure", "UnreachableHost")
    assert [row["state"] for row in book.ledger(asking.sale)] == ["reversed"]


def test_right_after_the_till_was_answered(book: Book):
    """The capture is not done yet; it is done later, although nothing answers for a while."""
    told, sale = _killed_before_its_capture(book)
    book.mode("drop-request")
    restart(book)
    assert book.status(sale) == told
    assert book.pay(sale, card=None) == told
    assert book.pay_cash().paid
    book.mode("approve")
    assert book.pay().paid
    book.balance()


def _killed_before_its_capture(book: Book) -> tuple[Told, Sale]:
    """The processor takes half a second for it, which a busy machine may need for the kill: then again."""
    for _ in range(10):
        book.mode("delay", 0.5)
        with book.asking() as asking:
            told = asking.end()
            crash(book)
        assert told is not None
        assert told.paid
        if book.steps(asking.sale)[-1] == "capturing":
            return told, asking.sale
        book.mode("approve")
        restart(book)
    raise AssertionError("each was captured before the kill")


def test_in_its_recovery(book: Book):
    book.mode("drop-response")
    with book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        crash(book)
    book.mode("drop-request")
    for _ in range(2):
        restart(book)
        assert book.steps(asking.sale) == ["intent", "reversing"]
        assert book.status(asking.sale) == "InProgress", "nobody knows yet whether this journal is the newest"
        assert book.pay_cash().paid, "a stuck reversal stops nobody"
        crash(book)
    book.mode("approve")
    restart(book)
    assert book.pay().paid
    book.balance()
    assert book.steps(asking.sale) == ["intent", "reversing", "reversed"]


def test_while_it_starts(cold: Book):
    """Killed at some moment between its first instruction and its readiness, three times in a row."""
    cold.mode("drop-response")
    with cold.asking() as asking:
        until(lambda: cold.ledger(asking.sale))
        crash(cold)
    cold.mode("approve")
    aim = random.Random(2)
    for _ in range(3):
        with subprocess.Popen([*PROGRAM, "engine", cold.store.folder, "restart"], stderr=subprocess.PIPE) as starting:
            (engine,) = until(lambda: engines(cold))
            time.sleep(aim.uniform(0.1, 0.7))
            os.kill(engine, signal.SIGKILL)
            starting.communicate()  # it may have something to say
        until(lambda: engine not in engines(cold))  # noqa: B023 - called at once; the next round must not aim at this one
        assert starting.returncode in {0, 1}, "it was ready, or it was not"
    restart(cold)
    next_sales_work(cold)
    cold.balance()


@pytest.mark.parametrize("seed", range(_CYCLES))
def test_at_a_random_moment(book: Book, seed: int):
    """Another fault each time, sometimes killed again on its way up; the till repeats its payment, or asks for it."""
    chance = random.Random(seed)
    fault = chance.choice(["approve", "approve", "delay", "drop-response", "drop-request", "duplicate", "decline"])
    book.mode(fault, 0.3 if fault == "delay" else None)
    with book.asking(card=None) as asking, book.store.customer(chance.choice(["visa", "mastercard"])):
        time.sleep(chance.uniform(0.0, 1.2))
        crash(book)
    if chance.random() < 0.4:
        restart(book)
        time.sleep(chance.uniform(0.0, 0.4))
        crash(book)
    book.mode("approve")
    restart(book)
    if chance.random() < 0.5:
        end = book.status(asking.sale)
        repeated = book.pay(asking.sale, card=None)
        assert repeated == end if isinstance(end, Told) else repeated.error == "Aborted"
    else:  # a till that repeats without a question gets its first answer, or a payment if it never arrived
        known = bool(book.steps(asking.sale))
        book.pay(asking.sale, card=None if known else "visa")
    next_sales_work(book)
    book.balance()


def test_cash_at_a_random_moment(book: Book):
    """It is in the journal or it never was; told, it is there."""
    book.mode("approve")
    chance = random.Random(7)
    for _ in range(4):
        with book.asking(book.new(cash=True), card=None):
            time.sleep(chance.uniform(0.0, 0.05))
            os.kill(book.engine_pid, signal.SIGKILL)
        restart(book)
    next_sales_work(book)
    book.balance()


def engines(book: Book) -> list[int]:
    """The engines that the store has for a child."""
    store = book.store.process.pid
    children = Path(f"/proc/{store}/task/{store}/children").read_text().split()
    return [int(pid) for pid in children if b"\0pos_bridge\0run\0" in command_line(pid)]


def command_line(pid: str) -> bytes:
    """Empty for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
