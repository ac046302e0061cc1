"""Whom to believe: a journal from a backup, two engines with one identity, a processor whose ledger was replaced.

Over the real store. Card sales stop, nothing is reversed by itself, and a person decides, as the commands say.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hw_sim.processor import control as processor
from hw_sim.store import control, port
from hw_sim.store.layout import Layout
from hw_sim.till import Till
from tests.stores import whole_store
from tests.surfaces.accounts import Sale, Told
from tests.surfaces.book import Book, until
from tests.surfaces.engine import changed, engine
from tests.warm.store import WARM


@pytest.fixture(name="book")
def one_book(tmp_path: Path) -> Iterator[Book]:
    """A store for each: what is restored here no other test should meet."""
    with whole_store(tmp_path / "store", "--answer-timeout", "1", program=WARM) as store:
        book = Book(store)
        book.in_session()
        yield book


def command(book: Book, *words: str) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "pos_bridge", *words, "--config", book.store.facts["config"], "--lang", "en"]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def unresolved(book: Book) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(command(book, "journal", "--unresolved", "--json").stdout)["legs"]
    return listed


def paid(book: Book) -> Sale:
    sale = book.new()
    assert book.pay(sale).paid
    until(book.settled)
    return sale


@contextmanager
def stopped(book: Book) -> Iterator[Path]:
    """The engine's state while it is not running."""
    control.kill_engine(book.store.folder)
    yield Layout(book.store.folder).state
    control.restart_engine(book.store.folder)


@contextmanager
def restored(book: Book) -> Iterator[None]:
    """What is done in the block is not in the journal that the engine goes on with: a backup was put in its place."""
    backup = book.store.folder / "backup"
    with stopped(book) as state:
        shutil.copytree(state, backup)
    book.in_session()
    yield
    with stopped(book) as state:
        shutil.rmtree(state)
        shutil.copytree(backup, state)


def card_sales_are_refused(book: Book) -> None:
    """Before a card is asked for; cash goes on."""
    held = book.held()
    told = book.pay(card=None)
    assert (told.result, told.error) == ("Failure", "UnreachableHost")
    assert book.pay_cash().paid
    assert book.held() == held


def test_a_backup_that_was_restored(book: Book):
    old = paid(book)
    with restored(book):
        lost = paid(book)
    until(lambda: book.till.diagnosis().additional["processor"] == "down")
    card_sales_are_refused(book)
    assert book.status(lost) == "InProgress", "it may be in the rows that are missing: never *not found*"
    back = book.give_back(book.back(old))
    assert (back.result, back.error) == ("Failure", "UnreachableHost")
    assert [row["state"] for row in book.ledger(lost)] == ["captured"], "it is not undone by itself"
    day = command(book, "day-end")
    assert day.returncode == 1
    assert lost.told is not None
    assert lost.told.key in day.stdout
    assert command(book, "decide", "journal").returncode == 1, "while the engine runs"
    with stopped(book):
        assert command(book, "decide", "journal").returncode == 0
    book.in_session()
    assert book.pay().paid
    assert book.give_back(book.back(old)).paid
    assert lost.told.key in command(book, "day-end").stdout, "and is named until somebody has seen to it"


def test_a_journal_that_was_rolled_back_under_an_open_leg(book: Book):
    """A leg that was reversing in the backup and is reversed now: looked up, and ended as it was found."""
    book.mode("drop-response")
    sale = book.new()
    told = book.pay(sale)
    assert told.error == "UnreachableHost"
    with stopped(book) as state:
        shutil.copytree(state, book.store.folder / "backup")
        assert book.steps(sale)[-1] == "reversing"
    book.mode("approve")
    until(lambda: book.steps(sale)[-1] == "reversed")
    assert book.pay().paid
    with stopped(book) as state:
        shutil.rmtree(state)
        shutil.copytree(book.store.folder / "backup", state)
    until(lambda: book.steps(sale)[-1] == "reversed")
    asked = book.status(sale)
    assert isinstance(asked, Told)
    assert asked.same_as(told)
    card_sales_are_refused(book)


def test_two_engines_with_one_identity(book: Book):
    """A clone of the till begins to sell: one of the two stops taking cards, and what was charged was told as paid."""
    paid(book)
    config = Path(book.store.facts["config"])
    with stopped(book) as state:
        shutil.copytree(state, config.parent / "cloned")
    book.in_session()
    number = port.choose(config.parent / "other-port")
    own = book.store.facts["nexo_url"].rsplit(":", 1)[1].split("/")[0]
    clone = changed(config, "clone", ('state_dir = "state"', 'state_dir = "cloned"'), (own, str(number)))
    with engine(clone):
        facts = {**book.store.facts, "nexo_url": f"https://127.0.0.1:{number}/nexo"}
        other = Till(facts, "Caisse 2 (clone)")
        until(lambda: other.diagnosis().additional["processor"] == "ok")
        told: list[tuple[str, str | None]] = []
        for till in (book.till, other, book.till, other):
            before = {row["key"]: row["state"] for row in book.held()}
            with book.store.customer("visa") as customer:
                reply = till.pay("21.00")
                customer.leave()
            told.append((reply.result, reply.error))
            if reply.result != "Success":
                assert reply.error == "UnreachableHost"
                until(lambda: standing(book) == {key for key, state in before.items() if state == "captured"})  # noqa: B023 - called here
            else:
                until(lambda: len(standing(book)) == 1 + sum(state == "captured" for state in before.values()))  # noqa: B023 - called here
    assert ("Failure", "UnreachableHost") in told, "they cannot both go on"
    assert told[-1] == told[-2] or ("Success", None) in told[-2:]


def standing(book: Book) -> set[str]:
    return {row["key"] for row in book.held() if row["state"] == "captured"}


def test_a_ledger_that_was_replaced(book: Book):
    """*Never seen* says nothing then about a leg that was open: a person decides, and the till is told *not yet known*.

    What is asked from then on is believed again.
    """
    book.mode("drop-request")
    sale = book.new()
    told = book.pay(sale)
    assert told.error == "UnreachableHost"
    control.kill_engine(book.store.folder)
    processor.renew_epoch(Layout(book.store.folder).processor)
    book.mode("approve")
    control.restart_engine(book.store.folder)
    until(lambda: book.steps(sale)[-1] == "unresolved")
    assert book.status(sale) == "InProgress"
    assert told.key in {leg["key"] for leg in unresolved(book)}
    assert book.pay().paid, "one that is in doubt stops nobody"
    with stopped(book):
        assert command(book, "decide", told.key, "not-paid").returncode == 0
    book.in_session()
    end = book.status(sale)
    assert isinstance(end, Told)
    assert (end.result, end.error) == ("Failure", "UnreachableHost")
    assert told.key not in {leg["key"] for leg in unresolved(book)}


def test_a_key_older_than_what_the_processor_keeps(book: Book):
    book.mode("drop-request")
    sale = book.new()
    assert book.pay(sale).error == "UnreachableHost"
    control.kill_engine(book.store.folder)
    folder = Layout(book.store.folder).processor
    processor.set_retention_days(folder, 1)
    processor.set_clock_skew(folder, 2 * 86_400.0)
    book.mode("approve")
    control.restart_engine(book.store.folder)
    until(lambda: book.steps(sale)[-1] == "unresolved")
    assert book.status(sale) == "InProgress"
