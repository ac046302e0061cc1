"""How a card takes commands and gives answers over T=0 and T=1 (EMV 4.4 book 1, 9): lengths, and pieces.

Knows nothing of what a command means. The reader's driver does GET RESPONSE and asks again after 6Cxx.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from hw_sim.chip.fault import Faults, Flaw

_HEADER = 4
_FULL = 256
_PIECE = 48
_GET_RESPONSE = 0xC0
_WRONG_LENGTH, _NOTHING_LEFT = 0x6700, 0x6985


class Protocol(Enum):
    """The value is the protocol's number; each has the shortest answer to reset that EMV allows (book 1, 8.3)."""

    T0 = 0
    T1 = 1

    @property
    def atr(self) -> bytes:
        return bytes.fromhex({Protocol.T0: "3B600000", Protocol.T1: "3BE000008131FE45EB"}[self])


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """`expected`: bytes that may be answered, 1 to 256; 0 where the command says nothing of it."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    expected: int

    @property
    def header(self) -> bytes:
        """With Lc, as the MAC of a script covers it."""
        return bytes((self.cla, self.ins, self.p1, self.p2, len(self.data)))


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    status: int
    data: bytes = b""


class Exchange:
    """`perform` does what a command says."""

    def __init__(self, protocol: Protocol, faults: Faults, perform: Callable[[Command], Answer]) -> None:
        self._by_pieces = protocol is Protocol.T0 or Flaw.PIECES in faults
        self._exact = protocol is Protocol.T0 or Flaw.WRONG_LENGTH in faults
        self._piece = _PIECE if Flaw.PIECES in faults else _FULL
        self._perform = perform
        self._waiting = Answer(0)  # data that are still to be fetched

    def respond(self, raw: bytes) -> bytes:
        command = _parsed(raw)
        if command is None:
            return _coded(Answer(_WRONG_LENGTH))
        if command.ins == _GET_RESPONSE:
            return self._fetched(command.expected or _FULL)
        self._waiting = Answer(0)
        answer = self._perform(command)
        if not answer.data:
            return _coded(answer)
        if command.data and (self._by_pieces or not command.expected):
            self._waiting = answer
            return self._more()
        if command.expected < len(answer.data) or (
            self._exact and not command.data and command.expected != len(answer.data)
        ):
            return bytes((0x6C, len(answer.data) % _FULL))
        return _coded(answer)

    def _fetched(self, expected: int) -> bytes:
        waiting = self._waiting
        if not waiting.data:
            return _coded(Answer(_NOTHING_LEFT))
        there = min(len(waiting.data), self._piece)
        if expected > there and (expected != _FULL or self._exact):
            return bytes((0x6C, there % _FULL))
        taken = min(expected, there)
        self._waiting = Answer(waiting.status, waiting.data[taken:])
        piece = waiting.data[:taken]
        return piece + (self._more() if self._waiting.data else _coded(Answer(waiting.status)))

    def _more(self) -> bytes:
        return bytes((0x61, min(len(self._waiting.data), self._piece) % _FULL))


def _parsed(raw: bytes) -> Command | None:
    """A short command; None for anything else."""
    header, body = raw[:_HEADER], raw[_HEADER:]
    if len(header) < _HEADER:
        return None
    cla, ins, p1, p2 = header
    if len(body) <= 1:
        return Command(cla, ins, p1, p2, b"", (body[0] or _FULL) if body else 0)
    data, after = body[1 : 1 + body[0]], body[1 + body[0] :]
    if not data or len(data) != body[0] or len(after) > 1:
        return None
    return Command(cla, ins, p1, p2, data, (after[0] or _FULL) if after else 0)


def _coded(answer: Answer) -> bytes:
    return answer.data + answer.status.to_bytes(2, "big")
