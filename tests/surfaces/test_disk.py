"""A disk that is full, fails, is read-only or has lied: a clear answer, no charge, and the next sale works."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hw_sim.running import RunningStore, running_store
from tests.processes import descendants, survivors
from tests.surfaces.accounts import Told
from tests.surfaces.book import Book, until
from tests.surfaces.disk import FAULTS, Fault, FullDisk, failing, namespaces, remount, store_on_a_small_disk

ANSWER_TIMEOUT = ("--answer-timeout", "1")


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A store whose state folder is on a small disk of its own, where this machine allows that."""
    opened = store_on_a_small_disk if namespaces() else running_store
    with opened(tmp_path_factory.mktemp("store"), *ANSWER_TIMEOUT) as store:
        book = Book(store)
        book.in_session()
        yield book
        book.balance()
        assert "Traceback" not in last_words(store)
        processes = descendants(store.process.pid)
    assert not survivors(processes)


@pytest.fixture(name="fault", params=FAULTS, ids=[fault.name for fault in FAULTS])
def each_fault(book: Book, request: pytest.FixtureRequest) -> Fault:
    book.mode("approve")
    fault: Fault = request.param(book)
    return fault


def last_words(store: RunningStore) -> str:
    return (store.folder / "engine" / "log" / "output").read_text()


def terminate(book: Book) -> None:
    """SIGTERM from somebody else than the store; on return the engine is gone."""
    engine = {process for process in descendants(book.store.process.pid) if process.pid == book.engine_pid}
    os.kill(book.engine_pid, signal.SIGTERM)
    until(lambda: not survivors(engine))


def journal_is(book: Book) -> str:
    return book.till.diagnosis().additional["journal"]


def the_next_sales_work(book: Book) -> None:
    assert book.pay_cash().paid
    assert book.pay().paid
    assert journal_is(book) == "ok"
    book.balance()


def test_nothing_is_sold_that_cannot_be_written_down(book: Book, fault: Fault):
    before = book.held()
    with failing(fault):
        for told in (book.pay(card=None), book.pay_cash()):
            assert (told.result, told.error) == ("Failure", "UnavailableService")
            assert "message=" in told.message
        assert journal_is(book) == "down"
        assert book.held() == before
        unseen = book.new()
        assert book.status(unseen) == "InProgress", "not *never seen*, while that could not be held to"
    the_next_sales_work(book)


@pytest.mark.parametrize(
    ("mode", "error", "state"),
    [
        ("approve", "UnreachableHost", "reversed"),
        ("decline", "Refusal", "declined"),
        ("drop-response", "UnreachableHost", "reversed"),
    ],
)
def test_a_disk_that_fails_between_the_intent_and_the_outcome(
    book: Book, fault: Fault, mode: str, error: str, state: str
):
    book.mode(mode)
    with book.asking(card=None) as asking:
        until(lambda: book.steps(asking.sale) == ["intent"])
        with failing(fault), book.store.customer("visa"):
            told = asking.end()
            assert told is not None
            assert (told.result, told.error) == ("Failure", error)
            book.mode("approve")
            until(lambda: [row["state"] for row in book.ledger(asking.sale)] == [state])
            assert book.status(asking.sale) == told
            assert journal_is(book) == "down"
            assert book.pay_cash().error == "UnavailableService"
    the_next_sales_work(book)
    assert book.status(asking.sale) == told


def test_a_capture_that_cannot_be_written_down_is_still_made(book: Book, fault: Fault):
    book.mode("delay", 0.7)
    with book.asking() as asking:
        told = asking.end()
        with failing(fault):
            until(lambda: [row["state"] for row in book.ledger(asking.sale)] == ["captured"])
            assert book.status(asking.sale) == told
            book.mode("approve")
    assert told is not None
    assert told.paid
    the_next_sales_work(book)


# ---- where a small disk can be had ----

on_a_small_disk = pytest.mark.parametrize("full", [FullDisk] if namespaces() else [])


@on_a_small_disk
def test_a_crash_and_a_start_on_a_full_disk(book: Book, full: type[FullDisk]):
    """What was open is undone at the processor although nothing can be written; the journal says so later."""
    book.mode("drop-response")
    with book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        with failing(full(book)):
            book.store.do("engine", "kill")
            book.mode("approve")
            book.store.do("engine", "restart")
            until(lambda: [row["state"] for row in book.ledger(asking.sale)] == ["reversed"])
            assert book.steps(asking.sale) == ["intent"]
            end = book.status(asking.sale)
            assert isinstance(end, Told)
            assert (end.result, end.error) == ("Failure", "UnreachableHost")
            assert book.pay_cash().error == "UnavailableService"
    the_next_sales_work(book)
    assert book.steps(asking.sale) == ["intent", "reversing", "reversed"]


@on_a_small_disk
def test_a_log_on_the_full_disk_stops_nobody(book: Book, full: type[FullDisk]):
    config = Path(book.store.facts["config"])
    text = config.read_text()
    try:
        config.write_text(text.replace('"log/pos-bridge.log"', '"state/pos-bridge.log"'))
        book.store.do("engine", "restart")
        with failing(full(book)):
            for _ in range(50):  # each is an event; a page of the log may still have had room
                assert book.pay_cash().error == "UnavailableService"
            terminate(book)
    finally:
        config.write_text(text)
        book.store.do("engine", "restart")
    the_next_sales_work(book)


@on_a_small_disk
def test_a_start_without_space_or_read_only_is_refused_in_one_line(book: Book, full: type[FullDisk]):
    state = book.store.folder / "engine" / "state"
    book.balance()
    book.store.do("engine", "restart")
    book.store.do("engine", "kill")
    remount(book.store, state, "ro")
    try:
        refused = book.store.sim("engine", "restart")
    finally:
        remount(book.store, state, "rw")
    assert refused.returncode == 1
    assert refused.stderr == (
        f"pos-bridge: [journal_unwritable] {state / 'journal'} ne peut pas être écrit : le disque est-il plein, ou en "
        "lecture seule?\n"
    )
    book.store.do("engine", "restart")
    the_next_sales_work(book)


@on_a_small_disk
def test_a_first_start_on_a_full_disk_is_refused_in_one_line(book: Book, full: type[FullDisk]):
    """And so is one after which nothing is left to be done: there is no room for the journal's index."""
    book.balance()
    book.store.do("engine", "restart")
    terminate(book)
    secret = book.state / "till.secret"
    kept = secret.read_bytes()
    secret.unlink()
    try:
        with failing(full(book)):
            refused = book.store.sim("engine", "restart")
    finally:
        secret.write_bytes(kept)
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert str(book.store.folder / "engine" / "state") in refused.stderr
    book.store.do("engine", "restart")
    the_next_sales_work(book)


# ---- a disk that has lied ----


def damage(journal: Path, sequence: int) -> None:
    """Flip one bit of a column of that row, in the file."""
    with closing(sqlite3.connect(journal)) as connection:
        (digest,) = connection.execute("SELECT order_digest FROM chain WHERE sequence = ?", (sequence,)).fetchone()
    content = journal.read_bytes()
    at = content.rindex(digest)  # pages fill from their end, so the last copy is the chain's
    journal.write_bytes(content[: at + 5] + bytes([content[at + 5] ^ 1]) + content[at + 6 :])


def test_a_damaged_row_is_named_and_set_aside(tmp_path: Path):
    with running_store(tmp_path, *ANSWER_TIMEOUT) as store:
        book = Book(store)
        sales = [book.new(), book.new(cash=True), book.new()]
        told = []
        for sale in sales:
            told.append(book.pay(sale, card=None if sale.cash else "visa"))
            until(book.settled)
        assert book.steps(sales[0]) == ["intent", "capturing", "captured"], "and row 4 is the cash sale"
        journal, config = Path(store.facts["journal"]), Path(store.facts["config"])
        terminate(book)
        damage(journal, 4)
        refused = store.sim("engine", "restart")
        assert refused.returncode == 1
        (line,) = refused.stderr.splitlines()
        assert f"{journal}, ligne 4" in line
        command = f"pos-bridge quarantine --config {config}"
        assert line.endswith(command)

        done = subprocess.run(
            [sys.executable, "-m", *command.replace("-", "_", 1).split()], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert (journal.parent / "quarantine" / journal.name).exists()
        store.do("engine", "restart")
        assert [book.status(sale) for sale in sales] == told
        assert [book.pay(sale, card=None) for sale in sales] == told
        assert book.pay_cash().paid
        assert book.pay().paid
        until(book.settled)
        assert [row["state"] for row in store.ledger()] == ["captured"] * 3


def test_a_journal_that_was_rolled_back_sells_no_more_by_card(tmp_path: Path):
    """A restored backup: the processor saw rows that this till does not have. Nothing is reversed by itself."""
    with running_store(tmp_path / "store", *ANSWER_TIMEOUT) as store:
        book = Book(store)
        book.in_session()
        book.mode("drop-response")
        with book.asking() as asking:
            until(lambda: book.ledger(asking.sale))
            store.do("engine", "kill")
        shutil.copytree(book.state, tmp_path / "backup")
        book.mode("approve")
        store.do("engine", "restart")
        assert book.pay().paid
        until(book.settled)
        store.do("engine", "kill")
        shutil.rmtree(book.state)
        shutil.copytree(tmp_path / "backup", book.state)
        store.do("engine", "restart")
        before = book.held()
        assert book.pay(card=None).error == "UnreachableHost"
        assert book.pay_cash().paid
        assert book.till.diagnosis().additional["processor"] == "down"
        assert '"event":"SessionRefused"' in Path(store.facts["log"]).read_text()
        assert book.held() == before
