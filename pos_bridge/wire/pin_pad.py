"""What is said to a PIN pad on a serial line and what it answers, sans-I/O: an encrypted PIN block, or why none.

    ask      STX "P" amount in cents, 10 digits | currency (ISO 4217), 3 digits | ETX LRC
    answer   STX "K" key serial number, hexadecimal | "," | PIN block, hexadecimal | ETX LRC
             STX "C" ETX LRC: the card holder gave up
    end      STX "X" ETX LRC, from us: no PIN is wanted any more

LRC is the xor of all after STX, up to and with ETX. The block is ISO 9564-1 format 1 under DUKPT: the pad is given no
account number. No clear PIN ever comes here. This is the simulator's own pad; a real one has a protocol of its maker's.
"""

from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

STX, ETX = 0x02, 0x03
MAX_FRAME = 64
_HEX = frozenset(b"0123456789ABCDEFabcdef")
_KSN, _BLOCK = (10, 12), (8, 16)  # bytes, under TDES and AES
_COMMA = b","


@dataclass(frozen=True, slots=True, repr=False)
class Encrypted:
    ksn: bytes
    block: bytes


class NoPin(Enum):
    CANCELLED = 1
    NONSENSE = 2  # no frame of this protocol


def ask(cents: int, currency: int) -> bytes:
    return _framed(b"P%010d%03d" % (cents, currency))


def end() -> bytes:
    return _framed(b"X")


class PadFraming:
    """From STX to the check behind ETX (burst.Framing)."""

    longest = MAX_FRAME

    def begins(self, first: int) -> bool:
        return first == STX

    def length(self, begun: memoryview, looked: int) -> int | None:
        for place in range(max(1, looked - 1), len(begun)):
            if begun[place] == ETX:
                return place + 2 if place + 2 <= len(begun) else None
        return None


def read_answer(frame: memoryview) -> Encrypted | NoPin:
    """Judge a whole frame, from STX to LRC. Raises nothing."""
    raw = bytes(frame)
    if len(raw) < 4 or raw[0] != STX or raw[-2] != ETX or reduce(xor, raw[1:-1]) != raw[-1]:  # noqa: PLR2004 - empty
        return NoPin.NONSENSE
    kind, body = raw[1:2], raw[2:-2]
    if kind == b"C" and not body:
        return NoPin.CANCELLED
    ksn, comma, block = body.partition(_COMMA)
    if kind != b"K" or not comma or len(ksn) not in _doubled(_KSN) or len(block) not in _doubled(_BLOCK):
        return NoPin.NONSENSE
    if not _HEX.issuperset(ksn + block):
        return NoPin.NONSENSE
    return Encrypted(bytes.fromhex(ksn.decode()), bytes.fromhex(block.decode()))


def _doubled(lengths: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(2 * length for length in lengths)


def _framed(body: bytes) -> bytes:
    checked = body + bytes((ETX,))
    return bytes((STX,)) + checked + bytes((reduce(xor, checked),))
