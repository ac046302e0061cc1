"""What can be wrong with a chip card, for as long as it is inserted. Words of the command line; several go together."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

_MOST_COMMANDS = 200
_LONGEST_S = 60.0


class Flaw(Enum):
    """Faults without a number; the value is the word on the command line."""

    WRONG_CRYPTOGRAM = "wrong-cryptogram"  # one bit of each application cryptogram
    WRONG_SIGNATURE = "wrong-signature"  # one bit of what a terminal authenticates the card by
    PIECES = "61xx"  # every answer comes in pieces by GET RESPONSE, whatever the protocol
    WRONG_LENGTH = "6cxx"  # every length but the exact one is refused, whatever the protocol
    BLOCKED_CARD = "blocked-card"
    BLOCKED_APPLICATION = "blocked-application"
    BLOCKED_PSE = "blocked-pse"
    NO_PSE = "no-pse"
    EXPIRED = "expired"  # the application's, not that of its keys
    AAC = "aac"  # it declines where a cryptogram for the issuer is asked for
    TC = "tc"  # it approves by itself where one is asked for
    DECLINES_LAST = "declines-last"  # AAC to the second GENERATE AC, whatever the issuer says
    TWO_APPLICATIONS = "two-applications"
    FIRST_REFUSES = "gpo-6985"  # two applications, and the first refuses to begin
    DUPLICATE_TAG = "duplicate-tag"
    BAD_RECORD = "bad-record"  # a record whose lengths do not fit
    MISSING_RECORD = "missing-record"  # a record that the card lists and does not have


WITH_A_NUMBER = ("pull", "mute", "hang", "slow")
WORDS = (*(flaw.value for flaw in Flaw), "mute", *(f"{word}=N" for word in WITH_A_NUMBER))


class UnknownFaultError(ValueError):
    """No such fault. The message is for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Faults:
    """`pull`, `mute` and `hang`: from that command on, counted from 1 over the whole stay in the reader; mute 0 is from
    the start. Of a mute card the reader says so after a second; a hanging one holds the reader until it is taken out.

    `slow`: seconds before each answer. None and 0: not at all.
    """

    flaws: frozenset[Flaw] = frozenset()
    pull: int | None = None
    mute: int | None = None
    hang: int | None = None
    slow: float = 0.0

    def __contains__(self, flaw: Flaw) -> bool:
        return flaw in self.flaws


NO_FAULTS = Faults()


def faults(words: Sequence[str]) -> Faults:
    """The faults that somebody typed: `expired`, `pull=7`, `slow=2.5`, ... Raises UnknownFaultError."""
    flaws: set[Flaw] = set()
    pull: int | None = None
    mute: int | None = None
    hang: int | None = None
    slow = 0.0
    named = {flaw.value: flaw for flaw in Flaw}
    for word in words:
        name, equals, number = word.partition("=")
        if not equals and name in named:
            flaws.add(named[name])
        elif name == "pull" and number:
            pull = _count(word, number, 1)
        elif name == "mute":
            mute = _count(word, number, 1) if equals else 0
        elif name == "hang" and number:
            hang = _count(word, number, 1)
        elif name == "slow" and number:
            slow = _seconds(word, number)
        else:
            raise UnknownFaultError(f"no fault {word} of a chip card; there is {', '.join(WORDS)}")
    return Faults(frozenset(flaws), pull, mute, hang, slow)


def _count(word: str, number: str, least: int) -> int:
    if not (number.isascii() and number.isdecimal() and least <= int(number) <= _MOST_COMMANDS):
        raise UnknownFaultError(f"{word}: a command's number is {least} to {_MOST_COMMANDS}")
    return int(number)


def _seconds(word: str, number: str) -> float:
    try:
        seconds = float(number)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _LONGEST_S:
        raise UnknownFaultError(f"{word}: 0 to {_LONGEST_S:g} seconds are wanted")
    return seconds
