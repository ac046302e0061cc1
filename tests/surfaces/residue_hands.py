"""A chip card and a PIN pad in the test's own hand, in the reader of a whole store: all that they say is known.

What a card computes for its issuer, and what a pad makes of a PIN, is new each time; a search has to be told of it.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hw_sim import dukpt, key_room
from hw_sim.chip.card import ChipCard
from hw_sim.chip.memory import on_disk
from hw_sim.chip.profile import CHIP_CARDS, Oda
from hw_sim.readers.key_state import KeyState
from hw_sim.readers.pin_pad import framed, pin_block
from hw_sim.running import RunningStore
from hw_sim.store.layout import Layout
from tests.drivers.line import Line
from tests.pcsc.card import VirtualCard
from tests.pcsc.daemon import slot_of
from tests.processes import descendants
from tests.surfaces.book import until
from tests.surfaces.chip_book import ChipBook
from tests.surfaces.residue_scene import MarkedBook

_GENERATE_AC = bytes.fromhex("80AE")
_TRACK_2, _CRYPTOGRAM = bytes.fromhex("57"), bytes.fromhex("9F2608")
_FORMAT_1, _CRYPTOGRAM_IN_FORMAT_1 = 0x80, slice(5, 13)  # behind its tag and length: 9F27, 9F36 (EMV 4.4 book 3, 6.5.5)
_ASK_LENGTH = 17
_PIN = "1234"


class HandBook(MarkedBook, ChipBook):
    """The book of the residue proof, with chips. `secrets`: what cards and pads in hand said, to be found nowhere."""

    def __init__(self, store: RunningStore, facts: Mapping[str, Any]) -> None:
        super().__init__(store, facts)
        self.layout = Layout(store.folder)
        self.secrets: set[bytes] = set()

    @contextmanager
    def card_in_hand(self, name: str) -> Iterator[VirtualCard]:
        """In the chip reader while the block runs; of a kind that shows its cryptogram."""
        memory = on_disk(self.layout.world / "chips" / f"{name}.json")
        chip = ChipCard(CHIP_CARDS[name], oda=Oda.NONE, memory=memory)

        def respond(command: bytes) -> bytes:
            answer = chip.respond(command)
            self.secrets |= said(command, answer)
            return answer

        with VirtualCard(_StorePcscd(self), respond) as card:
            yield card

    @contextmanager
    def pad_in_hand(self) -> Iterator[Line]:
        """Beside the chip reader, in place of the store's own."""
        device = self.layout.devices / "pin_pad"
        usual = device.readlink()
        with Line() as line:
            _point(device, Path(line.device))
            yield line
            _point(device, usual)

    def enter_pin(self, line: Line) -> None:
        """When the pad is asked for one."""
        line.hear_count(_ASK_LENGTH)
        ksn, key = KeyState(key_room.state_file(self.layout.world, "pin_pad")).take()
        clear = pin_block(_PIN)
        block = dukpt.encrypt(dukpt.working_key(key, dukpt.Variant.PIN), clear)
        self.secrets |= {clear, block}
        line.send(framed(b"K" + ksn.hex().upper().encode() + b"," + block.hex().upper().encode()))


class _StorePcscd:
    """The store's pcscd as a card in hand sees it."""

    runs = True

    def __init__(self, book: HandBook) -> None:
        self._book = book

    def seen(self, _: str) -> tuple[str, int]:
        return self._book.seen_by_pcscd()

    def slot(self, reader: str) -> socket.socket:
        processes = descendants(self._book.store.process.pid)
        (daemon,) = (each for each in processes if _name(each.pid) == "pcscd")
        return slot_of(daemon.pid, reader)

    def wait_for_change(self, count: int, _: str) -> None:
        with self._book.watching_pcscd() as look:
            until(lambda: look()[1] >= count)


def said(command: bytes, answer: bytes) -> set[bytes]:
    """The cryptogram and the track 2 equivalent data in a card's answer."""
    found = set()
    if command[:2] == _GENERATE_AC and answer[0] == _FORMAT_1:
        found.add(answer[_CRYPTOGRAM_IN_FORMAT_1])
    elif command[:2] == _GENERATE_AC and _CRYPTOGRAM in answer:
        found.add(answer.partition(_CRYPTOGRAM)[2][:8])
    if answer[:1] == b"\x70" and answer[2:3] == _TRACK_2:
        found.add(answer[4 : 4 + answer[3]])
    return found


def _point(device: Path, at: Path) -> None:
    fresh = device.with_suffix(".new")
    fresh.symlink_to(at)
    fresh.replace(device)


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()
