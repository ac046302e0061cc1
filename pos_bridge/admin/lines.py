"""One line of JSON asks, one line of JSON answers: bytes to values and back, without any I/O.

    {"call": "overview", "fields": {}}      ->      {"done": {...}}  or  {"fault": "denied"}

A line is at most MOST_LINE bytes with its end. What cannot be read is never quoted.
"""

from enum import Enum
from typing import Annotated

import msgspec
from msgspec import Meta

MOST_LINE = 64 * 1024
_END = b"\n"

Field = bool | Annotated[int, Meta(ge=-(2**53) + 1, le=2**53 - 1)] | Annotated[str, Meta(max_length=1024)]


class Fault(Enum):
    """Why a call was not done. `DENIED` is of an unknown call as well: nobody learns here which there are."""

    UNREADABLE = "unreadable"
    DENIED = "denied"
    BUSY = "busy"
    FAILED = "failed"


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`call` is a word; `fields` are what it is given, if it takes any."""

    call: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,31}$")]
    fields: Annotated[dict[Annotated[str, Meta(max_length=32)], Field], Meta(max_length=16)] = {}


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Either what was asked for, or a fault."""

    done: dict[str, object] | None = None
    fault: Fault | None = None


class UnreadableError(Exception):
    """Not a line of this protocol."""


_ASK = msgspec.json.Decoder(Ask)
_ANSWER = msgspec.json.Decoder(Answer)
_ENCODER = msgspec.json.Encoder(order="deterministic")


class Line:
    """Collects one line. `feed` gives it once it is whole, without its end; UnreadableError once it cannot become one.

    What comes after the line is not looked at: there is one on each connection.
    """

    def __init__(self, most: int = MOST_LINE) -> None:
        self._most = most
        self._held = bytearray()

    def feed(self, data: bytes | memoryview) -> bytes | None:
        begun = len(self._held)
        self._held += data[: self._most - begun]
        end = self._held.find(_END, begun)
        if end >= 0:
            return bytes(self._held[:end])
        if len(self._held) >= self._most:
            self._held.clear()
            raise UnreadableError
        return None


def read_ask(line: bytes) -> Ask:
    """Raises UnreadableError."""
    try:
        return _ASK.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise UnreadableError from None


def read_answer(line: bytes) -> Answer:
    """With either of the two, never both. Raises UnreadableError."""
    try:
        answer = _ANSWER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise UnreadableError from None
    if (answer.done is None) is (answer.fault is None):
        raise UnreadableError
    return answer


def write(value: Ask | Answer) -> bytes:
    """The line, with its end. Raises ValueError for one that is too long."""
    line = _ENCODER.encode(value) + _END
    if len(line) > MOST_LINE:
        raise ValueError("a line of the administration socket has at most 64 KiB")
    return line
