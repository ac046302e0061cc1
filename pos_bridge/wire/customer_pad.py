"""What is said to a pad that a customer answers on, and what it says, sans-I/O: yes, no, an entry of a menu, cancel.

    question   STX "Q" number, 2 digits | "C" or "M" | marked entry, 2 digits, 00 for none | texts | ETX LRC
    shown      STX "S" number ETX LRC
    answer     STX "A" number "Y" | "N" | "C" | entry, 2 digits | ETX LRC
    end        STX "X" ETX LRC, from us: nothing is asked any more

Each text is UTF-8 behind US (0x1F) for a line, behind RS (0x1E) for an entry. LRC is the xor of all after STX, up to
and with ETX. There is no way to ask for typed digits or letters, and none to answer with them: this pad cannot be made
to take a PIN. It is the simulator's own pad; a real one has a protocol of its maker's.
"""

import re
from dataclasses import dataclass
from functools import reduce
from operator import xor

from pos_bridge.domain.device import Chosen, Confirmed, NoAnswer, Question

STX, ETX = 0x02, 0x03
MAX_HEARD = 16  # the longest frame that a pad sends is 9 bytes
NUMBERS = 100
_LINE, _ENTRY = b"\x1f", b"\x1e"
_SHOWN = re.compile(rb"S([0-9]{2})")
_ANSWER = re.compile(rb"A([0-9]{2})(Y|N|C|[0-9]{2})")
_WORDS: dict[bytes, Confirmed | NoAnswer] = {
    b"Y": Confirmed(yes=True),
    b"N": Confirmed(yes=False),
    b"C": NoAnswer.CANCELLED,
}
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """The question of that number is on the pad."""

    number: int


@dataclass(frozen=True, slots=True)
class Answered:
    number: int
    answer: Confirmed | Chosen | NoAnswer


Heard = Shown | Answered


def ask(number: int, question: Question) -> bytes:
    """`number`: 0 to 99. Control characters in its texts are left out."""
    kind = b"M" if question.entries else b"C"
    texts = [_LINE + _printable(line) for line in question.lines]
    texts += [_ENTRY + _printable(entry) for entry in question.entries]
    return _framed(b"Q%02d%s%02d" % (number % NUMBERS, kind, question.default or 0) + b"".join(texts))


def end() -> bytes:
    return _framed(b"X")


class PadListener:
    """Feed what came down the line, take what was said. Bounded; what is no whole frame is dropped, silently."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Heard]:
        found = []
        for byte in data:
            if not self._held and byte != STX:
                continue
            self._held.append(byte)
            if len(self._held) > _SHORTEST and self._held[-2] == ETX:
                heard = _read(bytes(self._held))
                if heard is not None:
                    found.append(heard)
                self._held.clear()
            elif len(self._held) == MAX_HEARD:
                self._held.clear()
        return found


def _read(frame: bytes) -> Heard | None:
    if reduce(xor, frame[1:-1]) != frame[-1]:
        return None
    body = frame[1:-2]
    if (shown := _SHOWN.fullmatch(body)) is not None:
        return Shown(int(shown[1]))
    if (answer := _ANSWER.fullmatch(body)) is not None:
        word = _WORDS.get(answer[2])
        return Answered(int(answer[1]), word or Chosen(int(answer[2])))
    return None


def _printable(text: str) -> bytes:
    """Without what could end or part a frame."""
    return re.sub(rb"[\x00-\x1f\x7f]", b"", text.encode("utf-8", "replace"))


def _framed(body: bytes) -> bytes:
    checked = body + bytes((ETX,))
    return bytes((STX,)) + checked + bytes((reduce(xor, checked),))
