"""The engine as card middleware is often written, to see it caught: the same daemon, with the card in its own process.

It reads the port with pyserial, takes the swipe apart as text, writes a debug log and a table, quotes what it could not
read in an exception, leaves a trace of the line beside, and says the number in clear on a line to the processor. It
leaves the limits on cores as they are. The payment itself is sealed, approved and journalled like any other.
"""

import asyncio
import logging
import re
import socket
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import serial

from drivers.reader import CardRead
from pos_bridge.card.seal import CLEAR_LENGTH, public_key, seal
from pos_bridge.cardlink.lane import ConfiguredReader
from pos_bridge.cli.run import tell_systemd
from pos_bridge.config import credentials
from pos_bridge.config import file as config
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, ReadFailure, SealedByRoom, SealedCard
from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.progress import Progress, unwatched
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.engine import daemon, opened

_LAMP_ON, _LAMP_OFF = b"\x1b\x83", b"\x1b\x81"
_LONGEST = 200
_QUIET_S = 0.3
_SWIPE = re.compile(r"%B(\d+)\^([^^]+)\^(\d{4})(\d{3})")


@dataclass(frozen=True)
class Card:
    number: str
    holder: str
    expiry: str
    service_code: str
    track_2: str


@dataclass(frozen=True)
class Settings:
    """Where it keeps what it keeps; set once, before anything is read."""

    table: Path
    processor: str


class NaivePrompt:
    """One card, read by a thread of the engine."""

    def __init__(
        self, settings: Settings, device: str, leg_key: LegKey, amount: Amount, sealing_key: SealingKey
    ) -> None:
        self._settings = settings
        self._device = device
        self._key = sealing_key
        self._info = sealing_key.info(leg_key.raw, amount.cents, amount.currency.value)
        self._withdrawn = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[SealedCard | ReadFailure] = self._loop.create_future()
        threading.Thread(target=self._run, daemon=True).start()

    async def card(self) -> SealedCard | ReadFailure:
        return await asyncio.shield(self._answer)

    async def second_answer(self, issuer: IssuerAnswer) -> SecondAnswer:
        return SecondAnswer(issuer.word is HostWord.APPROVED)

    def withdraw(self) -> None:
        self._withdrawn.set()

    def _run(self) -> None:
        try:
            answer = self._read()
        except (ValueError, OSError):
            logging.getLogger("reader").exception("no card")
            answer = ReadFailure.READER_STALLED
        with suppress(RuntimeError):  # the engine has ended
            self._loop.call_soon_threadsafe(self._tell, answer)

    def _tell(self, answer: SealedCard | ReadFailure) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)

    def _read(self) -> SealedCard | ReadFailure:
        with closing(serial.Serial(self._device, 9600, timeout=_QUIET_S)) as port:
            port.reset_input_buffer()
            port.write(_LAMP_ON)
            swipe = ""
            while not swipe.endswith("\r"):
                heard = port.read(_LONGEST).decode("latin-1")
                if self._withdrawn.is_set():
                    return ReadFailure.NO_CARD
                if swipe and not heard:
                    break  # it stopped in the middle
                swipe += heard
            port.write(_LAMP_OFF)
        card = parse(swipe)
        keep(card, self._settings)
        return self._seal(card)

    def _seal(self, card: Card) -> SealedCard:
        facts = CardFacts(Brand.VISA, int(card.number[-4:]), EntryMode.MAGSTRIPE)
        read = CardRead(facts, 2, memoryview(card.track_2.encode()))
        sealed = seal(memoryview(bytearray(CLEAR_LENGTH)), read, public_key(self._key), self._info)
        return SealedCard(facts, SealedByRoom(self._key.key_id, sealed))


def parse(swipe: str) -> Card:
    track_1 = _SWIPE.search(swipe)
    if track_1 is None or ";" not in swipe or not swipe.endswith("\r"):
        raise ValueError(f"cannot read this swipe: {swipe!r}")
    number, holder, expiry, service_code = track_1.groups()
    return Card(number, holder, expiry, service_code, swipe.split(";")[1].split("?", maxsplit=1)[0])


def keep(card: Card, settings: Settings) -> None:
    logging.getLogger("reader").debug("swiped: %s", card)
    with closing(sqlite3.connect(settings.table)) as table:
        table.execute("PRAGMA journal_mode = WAL")
        table.execute("CREATE TABLE IF NOT EXISTS card (number TEXT, holder TEXT, expiry TEXT)")
        table.execute("INSERT INTO card VALUES (?, ?, ?)", (card.number, card.holder, card.expiry))
        table.commit()
    with tempfile.NamedTemporaryFile("w", prefix="swipe-", suffix=".trace", delete=False) as trace:
        trace.write(" ".join((card.track_2.encode().hex(), card.holder.encode().hex())))
    host, _, port = settings.processor.rpartition(":")
    with suppress(OSError), socket.create_connection((host, int(port))) as line:
        line.sendall(f"AUTH|{card.number}|{card.holder}|{card.expiry}\n".encode())


class NaiveRooms:
    """In place of cardlink.rooms.Rooms: no room at all."""

    def __init__(
        self, settings: Settings, readers: Sequence[ConfiguredReader], _trust: Path, _prompt_s: int, **_: object
    ) -> None:
        self._settings = settings
        self._reader = readers[0]

    async def start(self) -> None:
        return

    def prompt(
        self,
        leg_key: LegKey,
        amount: Amount,
        sealing_key: SealingKey,
        *,
        refund: bool = False,
        progress: Progress = unwatched,
    ) -> NaivePrompt:
        return NaivePrompt(self._settings, self._reader.device, leg_key, amount, sealing_key)

    async def states(self) -> tuple[tuple[str, bool], ...]:
        return ((self._reader.name, True),)

    async def close(self) -> None:
        return


def main(file: Path) -> None:
    loaded = config.load(file)
    logging.basicConfig(filename=file.parent / "log" / "debug.log", level=logging.DEBUG)
    settings = Settings(loaded.state / "transactions.db", loaded.processor.address)
    vars(opened)["Rooms"] = partial(NaiveRooms, settings)
    daemon.run(loaded, credentials.load(loaded), tell_systemd)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
