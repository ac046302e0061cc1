"""The administration socket of a real engine: what it tells of itself, what it does when told to, and what it keeps."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos_bridge.admin.client import ask
from tests.stores import whole_store
from tests.surfaces.book import Book, until
from tests.surfaces.engine import changed, engine


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A store whose own engine is off: a test runs one."""
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        book = Book(store)
        store.do("engine", "kill")
        yield book
        store.do("engine", "restart")
        book.balance()


@pytest.fixture(name="config")
def with_socket(book: Book) -> Path:
    config = Path(book.store.facts["config"])
    return changed(config, "administered", ("[log]", '[admin]\nsocket = "state/admin.sock"\n\n[log]'))


def status(config: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-m", "pos_bridge", "status", "--config", str(config), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def told_by(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = ask(path, "overview")
    return told


def test_a_sale_is_not_told_within_its_hour_and_the_engine_stops_when_told(book: Book, config: Path):
    path = config.parent / "state" / "admin.sock"
    with engine(config) as running:
        assert book.pay().paid
        before = told_by(path)
        assert before["processor"]["reachable"] is True
        assert [reader["there"] for reader in before["readers"]] == [True]
        assert len(before["readers"][0]["locks"]) > 5
        assert before["unresolved"] == {"count": 0, "legs": []}
        assert {each["what"] for each in before["certificates"]} == {"nexo", "processor"}
        assert book.pay().paid
        assert book.pay_cash().paid
        after = told_by(path)
        assert after == before or after["now"] != before["now"]
        assert ask(path, "health") == {"ok": True, "readers": True, "processor": True, "journal": True}

        told = status(config, "--json")
        assert (told.returncode, told.stderr) == (0, "")
        assert json.loads(told.stdout).keys() == before.keys()
        for language, word in (("fr", "Lecteurs"), ("en", "Readers")):
            assert word in status(config, "--lang", language).stdout
        assert ask(path, "look") == ask(path, "settle") == {}

        with book.asking(card=None) as asking:
            until(lambda: book.steps(asking.sale) == ["intent"])
            assert ask(path, "stop") == {}
            with book.store.customer("visa"):
                paid = asking.end()
        assert paid is not None
        assert paid.paid
        ended = running.end()
        assert (ended.code, ended.said) == (0, [])
    assert not path.exists()
    gone = status(config)
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "systemctl status pos-bridge" in gone.stderr
