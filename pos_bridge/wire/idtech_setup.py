"""What is said to a reader of the ID TECH MSR family before its cards count: reviewed, and set right. Sans-I/O.

A command is 02 | 'R' id or 'S' id length value | 03 | LRC; the answer 06, with the setting behind it when reviewed, or
a refusal (SecureMag user manual, chapters 7 and 10). The settings lie in the reader's lasting memory, which wears: one
that is right already is never written, so that a sale writes nothing. A setting that the reader does not know is left
alone: what it then sends too much of stays in the room. That it reads comes last, and must be acknowledged.
"""

from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

from pos_bridge.wire.inplace import ZERO

MAX_ANSWER = 7  # 06 02 id 01 value 03 LRC

_STX, _ETX = 0x02, 0x03
_REVIEW, _SET = 0x52, 0x53
_ACK = 0x06
_REFUSALS = frozenset((0x15, 0x16, 0x17, 0x18))  # NAK, unknown setting, wrong mode, not possible now
_READING, _ON = 0x1A, ZERO + 1


class Heard(Enum):
    """What an answer was."""

    NOTHING = 1  # not an answer yet
    ANSWER = 2  # the answer to the command, whole and alone
    CROWDED = 3  # the same, with something behind it that no command asked for
    STRAY = 4  # no answer to the command


class Unfit(Enum):
    """Why this reader must read no card."""

    IN_CLEAR = 1  # no key in it, its keys used up, or encryption off
    FOREIGN = 2  # a cipher or a kind of key that its driver has no name for


@dataclass(frozen=True, slots=True)
class _Setting:
    """One that must be as it is: `right` values, and those that mean no encryption. Any other is foreign."""

    identity: int
    right: tuple[int, ...]
    clear: tuple[int, ...]


_MUST_BE = (
    _Setting(0x7E, (ZERO + 3, ZERO + 4), (ZERO, ZERO + 1, ZERO + 2)),  # security level: keys loaded and in use
    _Setting(0x4C, (ZERO + 1,), (ZERO,)),  # encryption: TDES
    _Setting(0x58, (ZERO + 1,), ()),  # keys: DUKPT
)
_WANTED = {
    0x5C: ZERO,  # hashes: none
    0x49: 4,  # leading digits shown: the brand is known by four
    0x4A: 4,  # last digits shown: those of a receipt
    0x4B: 0x2A,  # what masks the others: *
    0x50: ZERO,  # expiry: masked
}


def review(identity: int) -> bytes:
    return _closed(bytes((_STX, _REVIEW, identity)))


def write(identity: int, value: int) -> bytes:
    return _closed(bytes((_STX, _SET, identity, 1, value)))


def _closed(command: bytes) -> bytes:
    command += bytes((_ETX,))
    return command + bytes((reduce(xor, command),))


IS_READING = review(_READING)
READ = write(_READING, _ON)


class Setup:
    """One reader's, from the first question to the acknowledgement that it reads. Keeps no value but settings'."""

    def __init__(self) -> None:
        reviews = [setting.identity for setting in _MUST_BE] + list(_WANTED)
        self._to_say = [review(identity) for identity in reviews] + [IS_READING]
        self.unfit: Unfit | None = None

    @property
    def done(self) -> bool:
        """It is as it must be, and reads."""
        return not self._to_say

    @property
    def writes(self) -> bool:
        """Whether the command is one that changes a setting; of a setup that is not done."""
        return self._to_say[0][1] == _SET

    def command(self) -> bytes:
        """What to say now, or to say again; for a setup that is not done."""
        return self._to_say[0]

    def hear(self, heard: memoryview) -> Heard:
        """`heard` is all that came since the command was said."""
        if not len(heard):
            return Heard.NOTHING
        said = self._to_say[0]
        if heard[0] in _REFUSALS and said != READ:
            self.unanswered()
            return Heard.ANSWER if len(heard) == 1 else Heard.CROWDED
        if heard[0] != _ACK:
            return Heard.STRAY  # or READ refused: it is said again
        if said[1] == _SET:
            del self._to_say[0]
            return Heard.ANSWER if len(heard) == 1 else Heard.CROWDED
        return self._hear_value(said[2], heard)

    def unanswered(self) -> None:
        """The reader does not know what it was asked or told; READ alone is said again."""
        said = self._to_say[0]
        if said != READ:
            del self._to_say[0]
        if said == IS_READING:
            self._to_say.append(READ)

    def _hear_value(self, identity: int, heard: memoryview) -> Heard:
        for place, expected in enumerate((_ACK, _STX, identity, 1, None, _ETX, None)):
            if place == len(heard):
                return Heard.NOTHING
            if expected is not None and heard[place] != expected:
                return Heard.STRAY
        value = heard[4]
        if heard[6] != _STX ^ identity ^ 1 ^ value ^ _ETX:
            return Heard.STRAY
        del self._to_say[0]
        self._judge(identity, value)
        return Heard.ANSWER if len(heard) == MAX_ANSWER else Heard.CROWDED

    def _judge(self, identity: int, value: int) -> None:
        if identity == _READING:
            if value != _ON:
                self._to_say.append(READ)
            return
        if identity in _WANTED:
            if value != _WANTED[identity]:
                self._to_say.insert(-1, write(identity, _WANTED[identity]))  # behind all reviews but the last
            return
        setting = next(each for each in _MUST_BE if each.identity == identity)
        if value in setting.clear:
            self.unfit = Unfit.IN_CLEAR
        elif value not in setting.right:
            self.unfit = Unfit.FOREIGN
