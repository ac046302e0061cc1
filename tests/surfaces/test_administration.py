"""The administration socket of a real engine: what it tells of itself, what it does when told to, and what it keeps."""

import json
import re
import ssl
import subprocess
import sys
import threading
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from pos_bridge.admin.client import ask
from pos_bridge.checkup import disk_space
from pos_bridge.checkup.table import examine
from pos_bridge.config.file import read as settings
from pos_bridge.page.program import NOT_LOOKED_AT
from tests.exposition import read
from tests.stores import whole_store
from tests.surfaces.book import Book, until
from tests.surfaces.engine import changed, engine

TOKEN = "a-token-of-a-monitor-with-32-characters"


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A store whose own engine is off: a test runs one."""
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        book = Book(store)
        store.do("engine", "kill")
        yield book


@pytest.fixture(name="config")
def with_socket(book: Book) -> Path:
    config = Path(book.store.facts["config"])
    token = config.with_name("metrics.token")
    token.write_text(TOKEN)
    token.chmod(0o600)
    sections = '[admin]\nsocket = "state/admin.sock"\n\n[metrics]\ntoken_file = "metrics.token"\n\n'
    return changed(config, "administered", ("[log]", f"{sections}[log]"))


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
        until(lambda: ask(path, "health")["ok"])
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


def page(book: Book, path: str = "/metrics") -> tuple[int, str]:
    facts = book.store.facts
    asked = urllib.request.Request(urljoin(facts["nexo_url"], path), headers={"Authorization": f"Bearer {TOKEN}"})
    context = ssl.create_default_context(cafile=facts["ca"])
    try:
        with urllib.request.urlopen(asked, context=context, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def without_identity(book: Book) -> None:
    assert book.pay_cash().paid


def by_card(book: Book) -> None:
    assert book.pay().paid


def with_a_choice(book: Book) -> None:
    for cash in (True, False):
        with book.store.customer("visa"):
            assert (
                book.till.pay("12.30", cash=cash, member="CH-77-2918-4455", order="WEB/2026.11-774421").result
                == "Success"
            )


def with_identity_that_nobody_chose(book: Book) -> None:
    extra = {"SaleData": {"SaleToAcquirerData": "shopperReference=CH-77-2918-4455"}}
    assert book.till.pay("12.30", cash=True, extra=extra).result == "Success"


def declined(book: Book) -> None:
    book.mode("decline")
    assert not book.pay().paid
    book.mode("approve")


def aborted(book: Book) -> None:
    with book.asking(card=None) as asking:
        until(lambda: book.steps(asking.sale) == ["intent"])
        book.till.abort(asking.sale.service_id)
        told = asking.end()
    assert told is not None
    assert not told.paid


def reversed_after_silence(book: Book) -> None:
    """The processor never answers: a reversal begins and ends, and the log says so."""
    book.mode("drop-response")
    assert not book.pay().paid
    book.mode("approve")
    until(book.settled)


def given_back(book: Book) -> None:
    sale = book.new()
    assert book.pay(sale).paid
    until(book.settled)
    assert book.give_back(book.back(sale)).paid


def listed(config: Path) -> list[tuple[str, str]]:
    """Doctor's findings, as the status page shows them; this machine's other programs take disk meanwhile."""
    without = (*NOT_LOOKED_AT, disk_space)
    return sorted((found.check, found.text("en")) for found in examine(settings(config), without=without))


SCENES = (
    without_identity,
    by_card,
    with_a_choice,
    with_identity_that_nobody_chose,
    declined,
    aborted,
    reversed_after_silence,
    given_back,
)


def test_a_monitor_sees_no_sale_within_its_hour(book: Book, config: Path):
    """Every fifteen seconds or as fast as it can: between two looks within an hour nothing of a sale is different."""
    log = config.parent / tomllib.loads(config.read_text())["log"]["file"]
    with engine(config) as running:
        until(lambda: page(book, "/healthz")[0] == 200)
        begun = log.stat().st_size
        for scene in SCENES:
            hour = datetime.now(UTC).hour
            status, before = page(book)
            assert status == 200
            assert page(book, "/healthz") == (200, '{"ok":true,"readers":true,"processor":true,"journal":true}')
            scene(book)
            _, after = page(book)
            different = set(before.splitlines()) ^ set(after.splitlines())
            assert not different or datetime.now(UTC).hour != hour, (scene.__name__, different)
        assert {"ReversalBegun", "ReversalEnded"} <= set(re.findall(r'"event":"(\w+)"', log.read_text()[begun:]))
        found = read(before)
        assert found["pos_bridge_processor_reachable"].samples == {frozenset(): 1}
        assert set(found["pos_bridge_certificate_days"].samples) == {
            frozenset({("certificate", name)}) for name in ("nexo", "processor")
        }
        for part in (TOKEN, "CH-77", "visa", str(book.store.facts["poiid"])):
            assert part not in before
        assert page(book, "/nexo")[0] == 405
        running.terminate()
        assert running.end().code == 0


def test_what_doctor_finds_tells_of_no_sale(book: Book, config: Path):
    """It is on the status page, once a minute."""
    with engine(config) as running:
        until(lambda: page(book, "/healthz")[0] == 200)
        assert book.pay_cash().paid
        before = listed(config)
        for scene in (without_identity, by_card, with_a_choice):
            scene(book)
        assert listed(config) == before
        with book.asking(card=None) as asking:
            until(lambda: book.steps(asking.sale) == ["intent"])
            assert listed(config) == before
            hour = datetime.now(UTC).hour
            shown = page(book)
            book.till.abort(asking.sale.service_id)
            asking.end()
            assert page(book) == shown or datetime.now(UTC).hour != hour, "nor does a monitor see one that is awaited"
        running.terminate()
        assert running.end().code == 0


def test_a_monitor_that_asks_without_end_disturbs_no_payment(book: Book, config: Path):
    with engine(config) as running, ThreadPoolExecutor(3) as monitors:
        book.in_session()
        over = threading.Event()

        def look() -> set[int]:
            seen = set()
            while not over.is_set():
                seen.add(page(book)[0])
            return seen

        looking = [monitors.submit(look) for _ in range(3)]
        try:
            assert book.pay().paid
            assert book.pay_cash().paid
            assert book.pay(card="mastercard").paid
        finally:
            over.set()
        assert set.union(*(each.result() for each in looking)) <= {200, 429}
        running.terminate()
        assert running.end().code == 0
