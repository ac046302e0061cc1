"""A PIN pad on a serial line of its own: asked for a PIN, it answers with one encrypted for the issuer.

    asked      STX "P" amount in cents, 10 digits | currency (ISO 4217), 3 digits | ETX LRC
    no more    STX "X" ETX LRC
    answers    STX "K" key serial number, hex "," PIN block, hex | ETX LRC
    cancelled  STX "C" ETX LRC

LRC is the xor of all after STX, up to and with ETX. The block is ISO 9564-1 format 1, for the pad is given no card
number; it is encrypted under a key of its own for each PIN (DUKPT, TDES, PIN variant). No clear PIN is sent or kept.
The protocol is this simulator's own: real pads have their makers'.
"""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Callable
from functools import reduce
from operator import xor
from pathlib import Path

from hw_sim import dukpt
from hw_sim.readers.key_state import ExhaustedError, KeyState
from hw_sim.readers.line import Line, LineCutError

STX, ETX = 0x02, 0x03
_LONGEST = 64
_ASK, _END = re.compile(rb"P[0-9]{10}[0-9]{3}"), b"X"
_PIN = re.compile("[0-9]{4,12}")
_BLOCK_DIGITS = 16


class PadListener:
    """Feed what came down the line; take whole messages whose LRC holds. Sans-I/O; `longest`: bytes that are held."""

    __slots__ = ("_held", "_longest")

    def __init__(self, longest: int = _LONGEST) -> None:
        self._held = bytearray()
        self._longest = longest

    def feed(self, data: bytes) -> list[bytes]:
        heard = []
        for byte in data:
            if not self._held and byte != STX:
                continue
            self._held.append(byte)
            if len(self._held) > 2 and self._held[-2] == ETX:  # noqa: PLR2004 - STX and ETX
                if reduce(xor, self._held[1:-1]) == byte:
                    heard.append(bytes(self._held[1:-2]))
                self._held.clear()
            elif len(self._held) == self._longest:
                self._held.clear()
        return heard


class PinPad:
    """`device` is the link that the engine opens; `state` holds its keys."""

    def __init__(self, name: str, device: Path, state: KeyState) -> None:
        self.name = name
        self.device = device
        self._state = state
        self._listener = PadListener()
        self._wanted = False
        self._changed = asyncio.Event()
        self._queue = asyncio.Lock()
        self._line = Line(device, self._hear, self._hung_up)

    def close(self) -> None:
        self._line.cut()

    async def enter(self, pin: str | None, wait_s: float, still_there: Callable[[], bool] = lambda: True) -> bool:
        """Enter that PIN, or press cancel, when one is asked for. False: none was within `wait_s` seconds.

        Raises ValueError for what is not 4 to 12 digits.
        """
        if pin is not None and not _PIN.fullmatch(pin):
            raise ValueError("a PIN has 4 to 12 digits")
        try:
            async with asyncio.timeout(wait_s), self._queue:
                while not self._wanted:
                    await self._changed.wait()
        except TimeoutError:
            return False
        if not still_there():
            return False
        self._want(wanted=False)
        with contextlib.suppress(LineCutError):
            await self._line.send(framed(self._answer(pin)))
        return True

    def _answer(self, pin: str | None) -> bytes:
        if pin is None:
            return b"C"
        try:
            ksn, key = self._state.take()
        except ExhaustedError:
            return b"C"
        block = dukpt.encrypt(dukpt.working_key(key, dukpt.Variant.PIN), pin_block(pin))
        return b"K" + ksn.hex().upper().encode() + b"," + block.hex().upper().encode()

    def _hear(self, data: bytes) -> None:
        for message in self._listener.feed(data):
            if _ASK.fullmatch(message):
                self._want(wanted=True)
            elif message == _END:
                self._want(wanted=False)

    def _hung_up(self) -> None:
        self._listener = PadListener()
        self._want(wanted=False)

    def _want(self, *, wanted: bool) -> None:
        self._wanted = wanted
        self._changed.set()
        self._changed = asyncio.Event()


def pin_block(pin: str) -> bytes:
    """ISO 9564-1 format 1: the PIN with its length, filled up with random digits."""
    start = f"1{len(pin):x}{pin}"
    return bytes.fromhex(start + secrets.token_hex(_BLOCK_DIGITS // 2)[len(start) :])


def framed(body: bytes) -> bytes:
    checked = body + bytes((ETX,))
    return bytes((STX,)) + checked + bytes((reduce(xor, checked),))
