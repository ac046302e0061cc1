"""A kill, or power lost, at each touch of the disk by an enrolment and by a renewal: the old or the new pair is there.

The renewal is the shipped engine's, killed in place of each operation on that file; the next start sells by card.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from random import Random

import pytest
from cryptography import x509

from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from hw_sim.store import control
from hw_sim.store.layout import Layout
from pos_bridge.cli.main import main
from pos_bridge.pair import Pair
from tests.cli.certificates import signed
from tests.config.documents import DOCUMENT
from tests.power.cuts import cuts, different, every, lay, taken, torn
from tests.power.recorder import recording
from tests.power.store import store_with_mains
from tests.power.tape import Made, Operation, Renamed, Said, Synced, Wrote
from tests.surfaces.book import Book, until

POIID = "P400-123456789"
DUE_S, LONG_S = 1200, 30 * 86_400  # they begin an hour ago: of 20 minutes more, two thirds are over
PAIR, CA, CSR = "pair.pem", "processor-ca.pem", "till.csr"
ONE_FILE = DOCUMENT.replace('"till.pem"', f'"{PAIR}"').replace('"till.key"', f'"{PAIR}"')


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Folder, str]]:
    folder = Folder(tmp_path_factory.mktemp("world"))
    with serving(folder) as url:
        folder.set_life(LONG_S)
        yield folder, url


class Enrolling:
    """A folder with settings, outside of which nothing that counts is written."""

    def __init__(self, folder: Path, desk: tuple[Folder, str]) -> None:
        self.folder, (self.desk, url) = folder, desk
        folder.mkdir(exist_ok=True)
        self.config.write_text(f'{ONE_FILE}[enrolment]\nurl = "{url}"\n')

    @property
    def config(self) -> Path:
        return self.folder / "pos-bridge.toml"

    @property
    def pair(self) -> Pair | None:
        """What a start finds, if anything. ValueError: half of one."""
        file = self.folder / PAIR
        return Pair.read(file.read_bytes(), file.read_bytes()) if file.exists() else None

    def words(self, way: str) -> list[str]:
        """Whatever they need is in the folder already."""
        how, file = {
            "token": ("--token-file", "token"),
            "request": ("--csr", CSR),
            "install": ("--install", "chain.pem"),
        }[way]
        return ["enrol", how, str(self.folder / file), "--config", str(self.config), "--lang", "en"]

    def prepare(self, way: str) -> None:
        if way == "token":
            (self.folder / "token").write_text(self.desk.make_token(POIID))
        if way == "install":
            assert main(self.words("request")) == 0
            (self.folder / "chain.pem").write_bytes(signed(self.desk, (self.folder / CSR).read_bytes()))

    def recorded(self, way: str) -> list[Operation]:
        with recording(self.folder) as recorder:
            command = recorder.command(sys.executable, "-P", "-m", "pos_bridge", *self.words(way))
            subprocess.run(command, check=True, capture_output=True)
        return [operation for operation in recorder.tape if not isinstance(operation, Said)]


@pytest.mark.parametrize("way", ["token", "first token", "install"])
def test_what_an_enrolment_leaves(way, desk, tmp_path, scratch):
    till = Enrolling(tmp_path / "till", desk)
    if way != "first token":
        till.prepare("token")
        assert main(till.words("token")) == 0
    way = way.split()[-1]
    till.prepare(way)
    old, before = till.pair, taken(till.folder)
    tape = till.recorded(way)
    new = till.pair
    assert new is not None
    assert any(isinstance(operation, Renamed) and operation.to == PAIR for operation in tape)
    found = set()
    chance = Random(0)
    for cut in cuts(before, tape):
        for image in different(chain(every(cut, 4), torn(cut, chance, 4))):
            left = Enrolling(lay(image, scratch / "cut"), desk)
            pair = left.pair
            found.add(None if pair is None else pair.leaf.serial_number)
            if (left.folder / CA).exists():
                assert x509.load_pem_x509_certificates((left.folder / CA).read_bytes())
            shutil.rmtree(left.folder)
    assert found == {None if old is None else old.leaf.serial_number, new.leaf.serial_number}


@pytest.mark.parametrize("way", ["token", "install"])
def test_after_a_kill_it_is_done_again(way, desk, tmp_path, scratch):
    """A kill, unlike lost power, loses nothing that was written."""
    till = Enrolling(tmp_path / "till", desk)
    till.prepare(way)
    before = taken(till.folder)
    left = None
    for cut in cuts(before, till.recorded(way)):
        image = cut.disk.image([True] * cut.disk.pending, names=True)
        left = Enrolling(lay(image, scratch / "cut"), desk)
        if way == "token":
            left.prepare(way)  # whether the one before was sent before the kill, nobody here can know
        if way == "token" or (left.folder / f"{PAIR}.asked").exists():
            assert main(left.words(way)) == 0
        assert left.pair is not None
        assert not [path.name for path in left.folder.iterdir() if path.suffix in {".part", ".trial", ".asked"}]
        shutil.rmtree(left.folder)
    assert left is not None


def test_the_next_start_sells_wherever_a_renewal_was_killed(tmp_path):
    with store_with_mains(tmp_path / "store", "--answer-timeout", "1") as (store, mains):
        layout, book = Layout(store.folder), Book(store)
        desk, file = Folder(layout.world), layout.state / PAIR
        with serving(desk) as url:
            text = layout.config.read_text()
            for name in ("till.pem", "till.key"):
                text = text.replace(f'"{name}"', f'"state/{PAIR}"')
            layout.config.write_text(f'{text}[enrolment]\nurl = "{url}"\n')
            enrolled(desk, layout, LONG_S)
            control.restart_engine(store.folder)
            kept = set()
            for where in (Made, Wrote, Synced, Renamed, "names"):
                due = enrolled(desk, layout, DUE_S)
                mains.cut_before(reached(where))
                os.kill(book.engine_pid, signal.SIGHUP)
                until(lambda: mains.is_cut)
                left = Pair.read(file.read_bytes(), file.read_bytes()).leaf.serial_number
                kept.add(left == due)
                assert left in {due, int(desk.issued()[-1][0], 16)}
                mains.leave_on()
                desk.set_life(LONG_S)
                control.restart_engine(store.folder)
                assert book.pay().paid
            assert kept == {True, False}
        book.balance()


def enrolled(desk: Folder, layout: Layout, life_s: int) -> int:
    """Another pair lies there, beside the engine; its serial number."""
    desk.set_life(life_s)
    token = layout.folder / "token"
    token.write_text(desk.make_token(POIID))
    assert main(["enrol", "--token-file", str(token), "--config", str(layout.config)]) == 0
    return int(desk.issued()[-1][0], 16)


def reached(where: "type[Operation] | str") -> Callable[[Operation], bool]:
    """At that operation on the pair; "names": when its rename is to be made durable."""
    renamed = False

    def stop(operation: Operation) -> bool:
        nonlocal renamed
        if renamed and where == "names":
            return operation == Synced("", folder=True)
        ours = getattr(operation, "path", "").startswith(PAIR)
        renamed = renamed or (ours and isinstance(operation, Renamed))
        return ours and type(operation) is where

    return stop
