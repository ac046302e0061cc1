"""A pad with a screen that a customer answers on: yes, no, an entry of a menu, cancel. On a serial line of its own.

    asked      STX "Q" number, 2 digits | "C" or "M" | marked entry, 2 digits | texts ETX LRC
    no more    STX "X" ETX LRC
    shown      STX "S" number ETX LRC, at once
    answers    STX "A" number "Y" | "N" | "C" | entry, 2 digits ETX LRC

Each text is UTF-8 behind US (a line) or RS (an entry); LRC is the xor of all after STX, up to and with ETX. Nothing can
be typed on it. The protocol is this simulator's own.
"""

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hw_sim.readers.line import Line, LineCutError
from hw_sim.readers.pin_pad import PadListener, framed

STX, ETX = 0x02, 0x03
_LONGEST = 8192
_QUESTION = re.compile(rb"Q([0-9]{2})([CM])([0-9]{2})((?:[\x1e\x1f][^\x00-\x1f\x7f]*)*)", re.DOTALL)
_END = b"X"
_KEYS = {"yes": b"Y", "no": b"N", "cancel": b"C"}


class NoSuchKeyError(Exception):
    """That is no answer to this question. The message is for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is on the screen. Without entries it is yes or no; `marked` is the entry that is marked, 0 for none."""

    number: bytes
    lines: tuple[str, ...]
    entries: tuple[str, ...]
    marked: int

    def key(self, word: str) -> bytes:
        """What is sent when that is answered: yes, no, cancel or an entry's number. Raises NoSuchKeyError."""
        if word == "cancel" or (word in _KEYS and not self.entries):
            return _KEYS[word]
        if word.isascii() and word.isdecimal() and 1 <= int(word) <= len(self.entries):
            return b"%02d" % int(word)
        there = f"1 to {len(self.entries)}" if self.entries else "yes or no"
        raise NoSuchKeyError(f"the question is answered by {there}, or cancel")


class PadScreen:
    """Feed what came down the line; what is asked now is `asked`. Sans-I/O, bounded."""

    def __init__(self) -> None:
        self.asked: Asked | None = None
        self._line = PadListener(_LONGEST)

    def feed(self, data: bytes) -> list[Asked]:
        """The questions that came, in order; the last one stands unless it was taken back."""
        return [asked for body in self._line.feed(data) if (asked := self._read(body)) is not None]

    def _read(self, body: bytes) -> Asked | None:
        if body == _END:
            self.asked = None
        question = _QUESTION.fullmatch(body)
        if question is None:
            return None
        texts = re.findall(rb"([\x1e\x1f])([^\x1e\x1f]*)", question[4])
        lines, entries = (
            tuple(text.decode("utf-8", "replace") for mark, text in texts if mark == kind)
            for kind in (b"\x1f", b"\x1e")
        )
        self.asked = Asked(question[1], lines, entries if question[2] == b"M" else (), int(question[3]))
        return self.asked


class CustomerPad:
    """Plugged in when made."""

    def __init__(self, device: Path) -> None:
        self.device = device
        self._screen = PadScreen()
        self._changed = asyncio.Event()
        self._queue = asyncio.Lock()
        self._wire = asyncio.Lock()
        self._saying: set[asyncio.Task[None]] = set()
        self._line = Line(device, self._hear, self._hung_up)

    @property
    def asked(self) -> Asked | None:
        """What is on its screen now."""
        return self._screen.asked

    def plug(self) -> None:
        if self._line.is_cut:
            self._line = Line(self.device, self._hear, self._hung_up)

    def unplug(self) -> None:
        self._line.cut()
        for saying in self._saying:
            saying.cancel()
        self._hung_up()

    async def answer(self, word: str, wait_s: float, still_there: Callable[[], bool] = lambda: True) -> Asked | None:
        """Answer the question on the screen, or the next one within `wait_s`; None: there was none. NoSuchKeyError."""
        try:
            async with asyncio.timeout(wait_s), self._queue:
                while self._screen.asked is None:
                    await self._changed.wait()
        except TimeoutError:
            return None
        asked = self._screen.asked
        if not still_there():
            return None
        key = asked.key(word)
        self._screen.asked = None
        await self._say(framed(b"A" + asked.number + key))
        return asked

    def _hear(self, data: bytes) -> None:
        for asked in self._screen.feed(data):
            task = asyncio.create_task(self._say(framed(b"S" + asked.number)))
            self._saying.add(task)
            task.add_done_callback(self._saying.discard)
        self._tell()

    async def _say(self, words: bytes) -> None:
        async with self._wire:  # a wire carries one frame after the other
            with contextlib.suppress(LineCutError):
                await self._line.send(words)

    def _hung_up(self) -> None:
        self._screen = PadScreen()
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
