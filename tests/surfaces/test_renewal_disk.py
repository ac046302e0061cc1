"""A renewal by the real engine while the disk takes nothing: no certificate is lost, and no other one is asked for."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator

import pytest

from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from hw_sim.running import running_store
from hw_sim.store import control
from hw_sim.store.layout import Layout
from pos_bridge.config.devices import Address
from pos_bridge.ops.enrol import enrol
from pos_bridge.ops.token import Token
from pos_bridge.storage.disk import write_private
from tests.surfaces.book import Book, until
from tests.surfaces.disk import FullDisk, WriteErrors, failing, namespaces, store_on_a_small_disk

POIID = "P400-123456789"
PAIR = "processor-pair.pem"
DUE_S, LONG_S = 1200, 30 * 86_400  # they begin an hour ago: of 20 minutes more, two thirds are over


class Enrolled:
    """A till whose pair lies on the small disk, and who gave it."""

    def __init__(self, book: Book, desk: Folder, url: str) -> None:
        self.book, self.desk, self._url = book, desk, url
        self._layout = Layout(book.store.folder)
        text = self._layout.config.read_text()
        for name in ("till.pem", "till.key"):
            text = text.replace(f'"{name}"', f'"state/{PAIR}"')
        self._layout.config.write_text(f'{text}[enrolment]\nurl = "{url}"\n')
        self.put(LONG_S)
        control.restart_engine(book.store.folder)

    def put(self, life_s: int) -> None:
        self.desk.set_life(life_s)
        token = Token.parse(self.desk.make_token(POIID))
        pair = asyncio.run(enrol(Address.parse(self._url), token, POIID, ())).pair
        write_private(self.book.state / PAIR, pair.file())

    def kept(self) -> bytes:
        return (self.book.state / PAIR).read_bytes()

    def look(self) -> None:
        os.kill(self.book.engine_pid, signal.SIGHUP)

    def told(self, event: str) -> list[object]:
        lines = [json.loads(line) for line in self._layout.log.read_text().splitlines()]
        return [line.get("reason") for line in lines if line["event"] == event]


@pytest.fixture
def till(tmp_path) -> Iterator[Enrolled]:
    opened = store_on_a_small_disk if namespaces() else running_store
    with opened(tmp_path / "store", "--answer-timeout", "1") as store:
        desk = Folder(Layout(store.folder).world)
        with serving(desk) as url:
            yield Enrolled(Book(store), desk, url)


def test_a_renewal_waits_for_room(till: Enrolled):
    assert till.book.pay().paid
    till.put(DUE_S)
    due, issued = till.kept(), len(till.desk.issued())
    fault = FullDisk(till.book) if namespaces() else WriteErrors(till.book)
    with failing(fault):
        till.look()
        until(lambda: len(till.desk.issued()) > issued)
        if isinstance(fault, FullDisk):  # where every write fails, so does the log's
            until(lambda: till.told("RenewalFailed"))
            assert till.told("RenewalFailed") == ["unwritable"]
        assert till.kept() == due
    taken = len(till.told("TillCertificateTaken"))
    till.look()
    until(lambda: till.kept() != due and len(till.told("TillCertificateTaken")) > taken)
    assert len(till.desk.issued()) == issued + 1, "what was issued waited in memory"
    assert till.book.pay().paid
    till.book.balance()
