"""Backups of a till that sells, by the real command beside the real engine; and a till that comes back from one."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from hw_sim.running import RunningStore
from hw_sim.till import new_service_id
from tests.stores import whole_store
from tests.surfaces.book import until
from tests.surfaces.shop import MEMBER, ORDER, Shop, key_of, leaks


class Desk:
    """The keys of a chain, away from the till, made by age itself; and what IT types at that till."""

    def __init__(self, store: RunningStore) -> None:
        self.shop = Shop(store)
        self.layout = self.shop.layout
        self.folder = store.folder / "desk"
        self.shelf = store.folder / "shelf"
        for folder in (self.folder, self.shelf):
            folder.mkdir()
        office, officer = (self._key(name) for name in ("office", "officer"))
        with self.layout.config.open("a") as settings:
            settings.write(f'\n[backup]\nfolder = "{self.shelf}"\njournal_recipient = "{office}"\n')
            settings.write(f'vault_recipient = "{officer}"\n')

    def _key(self, name: str) -> str:
        subprocess.run(["age-keygen", "-o", self.folder / name], check=True, capture_output=True)
        shown = subprocess.run(["age-keygen", "-y", self.folder / name], check=True, capture_output=True, text=True)
        return shown.stdout.strip()

    def run(self, *words: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "pos_bridge", *map(str, words), "--config", str(self.layout.config)]
        return subprocess.run([*command, "--lang", "en"], capture_output=True, text=True, check=False)

    @property
    def keys(self) -> tuple[str | Path, ...]:
        return ("--identity", self.folder / "office", "--identity", self.folder / "officer")

    @property
    def newest(self) -> Path:
        return max(self.shelf.glob("*.manifest"))

    def lose_the_disk(self) -> Path:
        """All of the state is gone; the ledger of erasures is what was kept elsewhere."""
        copy = self.folder / "erasures"
        copy.write_bytes((self.layout.state / "erasures").read_bytes() if self.has_erased else b"")
        shutil.rmtree(self.layout.state)
        return copy

    @property
    def has_erased(self) -> bool:
        return (self.layout.state / "erasures").exists()


@pytest.fixture(name="desk", scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        yield Desk(store)
    assert leaks(store.folder) == [], "in no backup either"


def sells_on(sold: list[str], before: int) -> bool:
    return len(sold) > before + 1


def test_it_sells_while_it_is_backed_up_and_each_backup_is_whole(desk: Desk):
    desk.shop.pay("visa", member=MEMBER, order=ORDER)
    sold: list[str] = []
    stop = threading.Event()

    def sell() -> None:
        while not stop.is_set():
            sold.append(desk.shop.pay(member=f"{MEMBER}-{len(sold)}").result)

    selling = threading.Thread(target=sell)
    selling.start()
    try:
        rows = []
        for _ in range(4):
            made = desk.run("backup")
            assert made.returncode == 0, made.stderr
            rows.append(int(made.stdout.partition("up to row ")[2].partition(".")[0]))
            until(partial(sells_on, sold, len(sold)))
            tried = desk.run("backup", "--drill", *desk.keys)
            assert tried.returncode == 0, tried.stderr
            assert f"up to row {rows[-1]}." in tried.stdout
    finally:
        stop.set()
        selling.join()
    assert rows == sorted(set(rows)), "each goes further than the one before"
    assert set(sold) == {"Success"}, "and no customer waited for one or went without"


def test_a_restored_till_goes_on_where_nothing_was_sold_since(desk: Desk):
    service = new_service_id()
    paid = desk.shop.pay("visa", service_id=service, member=MEMBER)
    until(lambda: not desk.shop.held())
    desk.shop.kill()
    assert desk.run("backup").returncode == 0, "without an engine too"
    ledger = desk.lose_the_disk()
    done = desk.run("restore", "--from", desk.newest, *desk.keys, "--erasures", ledger)
    assert done.returncode == 0, done.stderr
    desk.shop.restart()
    assert desk.shop.known(paid)
    again = desk.shop.again(service)
    assert (again.result, key_of(again)) == ("Success", key_of(paid)), "asked again, it is known"
    assert desk.shop.pay("visa", member=MEMBER).result == "Success"
    assert desk.run("journal", "--verify").returncode == 0


def test_a_restored_till_that_forgot_sales_is_noticed_and_takes_no_card(desk: Desk):
    assert desk.run("backup").returncode == 0
    forgotten = desk.shop.pay("visa")
    assert forgotten.result == "Success"
    told = len(desk.shop.store.ledger())
    desk.shop.kill()
    ledger = desk.lose_the_disk()
    done = desk.run("restore", "--from", desk.newest, *desk.keys, "--erasures", ledger)
    assert done.returncode == 0, done.stderr
    assert "no card is taken until somebody decides" in done.stdout
    desk.shop.restart()
    until(lambda: desk.run("journal", "--unresolved").returncode == 1)
    assert "refuses this journal" in desk.run("journal", "--unresolved").stdout
    assert desk.shop.till.pay("10.00").result == "Failure"
    assert desk.shop.pay().result == "Success", "cash goes on"
    assert len(desk.shop.store.ledger()) == told, "nobody's card was charged by a journal that forgot"
    desk.shop.kill()
    desk.shop.restart()
    assert desk.shop.till.pay("10.00").result == "Failure", "not by a restart, either"
    decided = desk.run("decide", "journal")
    assert decided.returncode == 1, "beside an engine nobody decides"


def test_a_restore_is_refused_while_the_till_has_a_state(desk: Desk):
    assert desk.shop.pay().result == "Success"
    assert desk.run("backup").returncode == 0
    before = sorted(path.name for path in desk.layout.state.iterdir())
    done = desk.run("restore", "--from", desk.newest, *desk.keys)
    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert sorted(path.name for path in desk.layout.state.iterdir()) == before
    assert desk.shop.pay().result == "Success"
