"""A till of the version before, upgraded: it starts on its own records, settles what was open, and sells."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hw_sim.store.layout import Layout
from pos_bridge.backup import snapshot
from pos_bridge.journal import schema
from pos_bridge.journal.verify import SoundFile, verify
from tests import former_till
from tests.stores import whole_store
from tests.surfaces.book import until
from tests.surfaces.shop import Shop, kinds


@pytest.fixture(name="shop", scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("upgraded")
    former_till.lay(folder)
    with whole_store(folder, "--answer-timeout", "1") as store:
        yield Shop(store)


def command(shop: Shop, *words: str) -> str:
    line = [sys.executable, "-m", "pos_bridge", *words, "--lang", "en", "--config", str(shop.layout.config)]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout


def outcomes(shop: Shop) -> dict[str, str]:
    return {sale["key"]: sale["outcome"] for sale in json.loads(command(shop, "journal", "--json"))}


def versions(layout: Layout) -> list[int]:
    found = []
    for name in former_till.MONTHS:
        with closing(sqlite3.connect(f"file:{layout.journal / name}?mode=ro", uri=True)) as connection:
            found += connection.execute("PRAGMA user_version").fetchone()
    return found


def test_the_whole_of_it(shop: Shop):
    assert versions(shop.layout) == [schema.BEFORE, schema.VERSION]
    # The sale that the engine died in: taken back, at the processor too.
    until(lambda: outcomes(shop)[str(former_till.OPEN)] == "reversed")
    (undone,) = [sale for sale in shop.store.ledger() if sale["key"] == str(former_till.OPEN)]
    assert undone["state"] == "reversed"
    # It sells, to a member that it knew as well.
    assert shop.pay(amount="4.00").result == "Success"
    assert shop.pay("visa", "5.00").result == "Success"
    told = shop.pay("mastercard", "6.00", member=former_till.MEMBER)
    assert (told.result, told.additional["identity"]) == ("Success", "chouchous")
    assert shop.known(told) == kinds("chouchous")
    assert "Chouchous" in command(shop, "explain", str(former_till.OF_MEMBER))
    # What was sold before it is given back, of a closed month too, and the split sale is paid to its end.
    assert shop.till.reverse(str(former_till.OCTOBER_CARD), "5.00").result == "Success"
    assert shop.till.reverse(str(former_till.CARD), "1.00").result == "Success"
    rest = shop.till.pay("20.00", split=True, paid="10.00", transaction_id=former_till.HALF_PAID, cash=True)
    assert rest.result == "Success"
    assert shop.till.reconcile().result == "Success"
    for words in (("journal", "--verify"), ("audit", "verify"), ("statistics", "--month", "2026-10")):
        command(shop, *words)
    assert "Half-paid" not in command(shop, "journal", "--unresolved")
    shop.kill()
    shop.restart()
    assert shop.pay(amount="4.00").result == "Success"


def test_a_backup_with_closed_months_of_the_version_before(shop: Shop, tmp_path: Path):
    """Read as `backup` reads them, and verified as `restore` does."""
    journal = snapshot.Journal(shop.layout.state)
    for member in journal.members():
        path = tmp_path / member.name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(member.content)
    assert journal.months >= 2
    assert all(isinstance(report, SoundFile) for report in verify(tmp_path / "journal"))


def test_a_journal_of_a_newer_version_is_refused_by_that_name(shop: Shop):
    shop.kill()
    newest = max(shop.layout.journal.glob("*.db"))
    forge_version(newest, schema.VERSION + 1)
    line = [sys.executable, "-m", "pos_bridge", "run", "--config", str(shop.layout.config)]
    told = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode != 0
    assert "[journal_newer]" in told.stderr
    assert newest.name in told.stderr
    forge_version(newest, schema.VERSION)
    shop.restart()
    assert shop.pay(amount="4.00").result == "Success"


def forge_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
