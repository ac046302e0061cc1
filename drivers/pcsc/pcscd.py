"""The way to the smart-card daemon: libpcsclite through the C extension of pyscard, and nothing else of pyscard.

Its Python half brings threads, observers and logging along, which a card room has no use for; so the extension is
loaded by itself. Nothing here waits for a card: states are asked, and the room's own loop does the waiting. An exchange
with a card lasts as long as card and reader take.
"""

import ctypes
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from typing import Protocol, cast

from drivers.pcsc.asks import CardLostError
from drivers.reader import ReadFailedError
from pos_bridge.domain.card import ReadFailure

# Since pcsc-lite 2.0 libpcsclite only leads to this one, and would load it with its first call.
_BEHIND = "libpcsclite_real.so.1"

_SUCCESS = 0
_SCOPE_SYSTEM = 2
_SHARE_EXCLUSIVE = 1
_T0, _T1 = 1, 2
_UNPOWER = 2  # SCARD_UNPOWER_CARD: the next tender begins with a cold reset
_UNAWARE = 0
_PRESENT, _MUTE, _EXCLUSIVE, _UNAVAILABLE = 0x20, 0x200, 0x80, 0x08

_REMOVED = frozenset({0x80100069, 0x8010000C})  # SCARD_W_REMOVED_CARD, SCARD_E_NO_SMARTCARD
# The daemon is gone, or the reader: invalid handle, no service, stopped, unavailable, no readers, unknown reader,
# communication error with the daemon itself.
_READER_GONE = frozenset({0x80100003, 0x8010001D, 0x8010001E, 0x80100017, 0x8010002E, 0x80100009, 0x80100013})
_WORD = 0xFFFFFFFF


class Scard(Protocol):
    """What is used of the C extension. The first of each answer is the PC/SC return code."""

    def SCardEstablishContext(self, scope: int) -> tuple[int, int]: ...  # noqa: N802 - the extension's own name
    def SCardReleaseContext(self, context: int) -> int: ...  # noqa: N802 - same
    def SCardListReaders(self, context: int, groups: list[str]) -> tuple[int, list[str]]: ...  # noqa: N802 - same
    def SCardGetStatusChange(  # noqa: N802 - same
        self, context: int, timeout_ms: int, states: list[tuple[str, int]]
    ) -> tuple[int, list[tuple[str, int, list[int]]]]: ...
    def SCardConnect(self, context: int, reader: str, share: int, protocols: int) -> tuple[int, int, int]: ...  # noqa: N802 - same
    def SCardDisconnect(self, card: int, disposition: int) -> int: ...  # noqa: N802 - same
    def SCardTransmit(self, card: int, protocol: int, command: list[int]) -> tuple[int, list[int]]: ...  # noqa: N802 - same
    def SCardControl(self, card: int, code: int, data: list[int]) -> tuple[int, list[int]]: ...  # noqa: N802 - same


class ReaderGoneError(Exception):
    """The daemon or the reader is not there any more."""


class Presence(Enum):
    """What is in the reader."""

    EMPTY = 1
    CARD = 2
    TAKEN = 3  # a card that another program talks to, with nobody let in


def load_scard() -> Scard:
    """Load the extension from where pyscard lies on the path. Raises ImportError.

    Before the locks are put on: libpcsclite is code, and code is not mapped afterwards.
    """
    with suppress(OSError):  # Debian 12 has none
        ctypes.CDLL(_BEHIND)
    for folder in sys.path:
        for suffix in EXTENSION_SUFFIXES:
            path = os.path.join(folder, "smartcard", "scard", f"_scard{suffix}")  # noqa: PTH118 - no pathlib in the room
            if os.path.exists(path):  # noqa: PTH110 - same
                loader = ExtensionFileLoader("_scard", path)
                spec = spec_from_file_location("_scard", path, loader=loader)
                assert spec is not None
                module = module_from_spec(spec)
                loader.exec_module(module)
                return cast("Scard", module)
    raise ImportError("pyscard is not installed")


@dataclass(frozen=True, slots=True)
class Connected:
    """A card that is ours alone. `protocol`: as SCardConnect gave it, T=0 or T=1."""

    handle: int
    protocol: int

    @property
    def t0(self) -> bool:
        return self.protocol == _T0


class Pcscd:
    """A conversation with the daemon about one reader, and with the card in it while it is connected.

    Everything but `close` and `disconnect` raises ReaderGoneError when the daemon or the reader has gone.
    """

    def __init__(self, scard: Scard, reader: str) -> None:
        """Raises ReadFailedError (READER_ABSENT) where there is no daemon, or no such reader."""
        self._scard = scard
        self._reader = reader
        self._card: Connected | None = None
        code, self._context = scard.SCardEstablishContext(_SCOPE_SYSTEM)[:2]
        if code & _WORD != _SUCCESS:
            raise ReadFailedError(ReadFailure.READER_ABSENT)
        try:
            there = reader in self.readers()
        except ReaderGoneError:
            there = False
        if not there:
            self.close()
            raise ReadFailedError(ReadFailure.READER_ABSENT)

    @property
    def card(self) -> Connected | None:
        return self._card

    def readers(self) -> list[str]:
        """Every reader's name, as the daemon has it."""
        code, names = self._scard.SCardListReaders(self._context, [])[:2]
        if code & _WORD != _SUCCESS:
            raise ReaderGoneError
        return names

    def presence(self) -> Presence:
        """At once. SCARD_STATE_UNAWARE with no time-out is answered from what the daemon knows."""
        code, states = self._scard.SCardGetStatusChange(self._context, 0, [(self._reader, _UNAWARE)])[:2]
        if code & _WORD != _SUCCESS:
            raise ReaderGoneError
        ((_, state, _),) = states
        if state & _UNAVAILABLE:
            raise ReaderGoneError
        if not state & _PRESENT:
            return Presence.EMPTY
        return Presence.TAKEN if state & _EXCLUSIVE and self._card is None else Presence.CARD

    def connect(self) -> Connected:
        """Power the card and take it for ourselves. Raises CardLostError, or ReadFailedError (READER_BUSY)."""
        code, handle, protocol = self._scard.SCardConnect(self._context, self._reader, _SHARE_EXCLUSIVE, _T0 | _T1)
        match code & _WORD:
            case 0:
                self._card = Connected(handle, protocol)
                return self._card
            case 0x8010000B:  # SCARD_E_SHARING_VIOLATION
                raise ReadFailedError(ReadFailure.READER_BUSY)
            case other:
                self._lost(other)
                raise AssertionError("unreachable")

    def transmit(self, raw: bytes) -> bytes:
        """One exchange; a status word at least. Raises CardLostError."""
        card = self._connected()
        code, answer = self._scard.SCardTransmit(card.handle, card.protocol, list(raw))[:2]
        if code & _WORD != _SUCCESS:
            self._lost(code & _WORD)
        if not answer:  # so a card is told that was pulled in mid-exchange
            raise CardLostError(removed=True)
        if len(answer) < 2:  # noqa: PLR2004 - the status word: a card that is there and says nothing
            self._lost(code & _WORD)
        return bytes(answer)

    def control(self, code: int, data: bytes) -> bytes | None:
        """A command to the reader itself; None where it knows none such. Raises CardLostError."""
        result, answer = self._scard.SCardControl(self._connected().handle, code, list(data))[:2]
        if result & _WORD in _REMOVED:
            raise CardLostError(removed=True)
        if result & _WORD in _READER_GONE:
            raise ReaderGoneError
        return bytes(answer) if result & _WORD == _SUCCESS else None

    def disconnect(self) -> None:
        """Power off, and let others in. Never raises."""
        if self._card is not None:
            self._scard.SCardDisconnect(self._card.handle, _UNPOWER)
            self._card = None

    def close(self) -> None:
        """Never raises."""
        self.disconnect()
        self._scard.SCardReleaseContext(self._context)

    def _connected(self) -> Connected:
        if self._card is None:
            raise CardLostError(removed=True)
        return self._card

    def _lost(self, code: int) -> None:
        """What an exchange that did not work means: looked up, and where the code does not say, looked at."""
        if code in _READER_GONE:
            raise ReaderGoneError
        raise CardLostError(removed=code in _REMOVED or self.presence() is Presence.EMPTY)
