"""What root makes for the service lies in the service's folders: whoever is the service may put a link in its place.

Only what root made is given away by that, and never what a link leads to.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from pos_bridge.backup import make as backup
from pos_bridge.journal import months
from pos_bridge.operators import file as operators
from pos_bridge.storage import database, disk

SERVICE = 64_001


def of_disk(folder: Path) -> None:
    disk.write_private(folder / "pair.pem", b"key", (SERVICE, SERVICE))


def of_a_database(folder: Path) -> None:
    database.make(folder / "operators.db", one_table)


def one_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE one (n)")


def of_a_backup(folder: Path) -> None:
    (folder / "sealed").touch()
    backup._give_to_owner_of(folder, folder / "sealed")


def of_a_month(folder: Path) -> None:
    month = folder / "2026-11.db"
    month.touch()
    os.lchown(month, SERVICE, SERVICE)
    with months.rewriting(month):
        pass


def of_the_operators(folder: Path) -> None:
    operators._make_folder(folder / "operators")


@pytest.mark.parametrize("give", [of_disk, of_a_database, of_a_backup, of_a_month, of_the_operators])
def test_a_link_that_was_put_there_gives_nothing_away(tmp_path, monkeypatch, give: Callable[[Path], None]):
    if os.geteuid() != 0:
        return
    roots, folder = tmp_path / "shadow", tmp_path / "state"
    roots.touch(0o600)
    folder.mkdir()
    os.chown(folder, SERVICE, SERVICE)
    chown, fchown, swapped = os.chown, os.fchown, []

    def swap(path: Path) -> None:
        path.rename(path.with_name("away"))
        path.symlink_to(roots)
        swapped.append(path)

    def by_name(path: Path, *owner: int, **how: bool) -> None:
        swap(path)
        chown(path, *owner, **how)

    def as_opened(descriptor: int, *owner: int) -> None:
        swap(Path(f"/proc/self/fd/{descriptor}").readlink())
        fchown(descriptor, *owner)

    monkeypatch.setattr(os, "chown", by_name)
    monkeypatch.setattr(os, "fchown", as_opened)
    with suppress(Exception):  # it may fail for what it finds there
        give(folder)
    assert swapped
    assert roots.stat().st_uid == 0
