"""What the cashier is told as *no answer*, as store IT sees it in a real store: the log, the journal, `explain`."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from hw_sim.store.layout import Layout
from tests.stores import whole_store
from tests.surfaces.accounts import Sale, Told
from tests.surfaces.book import Book, until


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        book = Book(store)
        book.in_session()
        yield book
        book.balance()


def logged(book: Book) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Layout(book.store.folder).log.read_text().splitlines()]


def run_command(book: Book, *words: str) -> str:
    config = str(Layout(book.store.folder).config)
    command = [sys.executable, "-P", "-m", "pos_bridge", *words, "--lang", "en", "--config", config]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_an_answer_to_another_question_is_reversed_and_reported(book: Book):
    before = len(logged(book))
    book.mode("lie-key")
    sale = book.new()
    assert book.pay(sale).error == "UnreachableHost"
    until(lambda: logged(book)[-1]["event"] == "ReversalEnded")
    book.mode("approve")
    assert [said(line) for line in logged(book)[before:]] == [
        ("alarm", "ProcessorWrong", "authorise"),
        ("warning", "ReversalBegun", "wrong_answer"),
        ("info", "ReversalEnded", "wrong_answer"),
    ]
    explained(book, sale, "wrong_answer", "an answer to another question")


def test_a_payment_that_a_start_found_open_is_reversed_and_reported(book: Book):
    before = len(logged(book))
    book.mode("drop-response")
    with book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        book.store.do("engine", "kill")
    book.mode("approve")
    book.store.do("engine", "restart")
    book.in_session()
    until(book.settled)
    end = book.status(asking.sale)
    assert isinstance(end, Told)
    assert end.error == "UnreachableHost"
    until(lambda: ("info", "ReversalEnded", "recovered") in map(said, logged(book)[before:]))
    assert ("warning", "ReversalBegun", "recovered") in map(said, logged(book)[before:])
    explained(book, asking.sale, "recovered", "found open at start")


def said(line: dict[str, Any]) -> tuple[str, str, str | None]:
    return line["severity"], line["event"], line.get("operation", line.get("cause"))


def explained(book: Book, sale: Sale, cause: str, words: str) -> None:
    """By `journal` and `explain`, of the same movement."""
    listed = json.loads(run_command(book, "journal", "--json"))
    (leg,) = (leg for leg in listed if leg["amount"] == sale.cents)
    assert (leg["outcome"], leg["cause"]) == ("reversed", cause)
    assert f"Why: {words}." in run_command(book, "explain", leg["key"])
