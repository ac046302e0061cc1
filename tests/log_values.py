"""What somebody might try to put into an event, and what may stand in one."""

import json
from dataclasses import fields
from enum import Enum, Flag, IntEnum, StrEnum
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pos_bridge.domain.leg import Cause
from pos_bridge.log.events import EVENTS
from pos_bridge.log.log import MAX_NUMBER, Event
from pos_bridge.wire.locks import Lock

CARD = "4921817844445119"


NAME = "Tremblay, Zoé"


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class TextWord(StrEnum):
    SECRET = CARD


class NumberWord(IntEnum):
    SECRET = 492181784


class Tagged(Flag):
    SECRET = 4921


class Disguised:
    """Says of itself that it is a word of ours, and that it equals any."""

    name = CARD
    value = CARD

    @property  # type: ignore[misc]  # the lie is the point
    def __class__(self) -> type:  # what isinstance asks
        return Cause

    def __hash__(self) -> int:
        return hash(Cause.NO_CARD)

    def __eq__(self, other: object) -> bool:
        return True

    def __str__(self) -> str:
        return CARD


# A vocabulary made while the program runs, under one of the program's own names.
FORGED = Enum("Cause", {"NO_CARD": 1, f"TREMBLAY_{CARD}": 2}, module=Cause.__module__)  # type: ignore[misc]  # dynamic


NUMBERED = Enum("Names", {f"N{CARD}": 1}, module="pos_bridge.domain.leg")  # type: ignore[misc]  # dynamic


HOSTILE: dict[str, object] = {
    "number": CARD,
    "number as int": int(CARD),
    "number as bytes": CARD.encode(),
    "number packed": bytes.fromhex(CARD),
    "fragment of nine": CARD[:9],
    "fragment of nine as int": int(CARD[:9]),
    "leading digits": int(CARD[:6]),
    "last four": CARD[-4:],
    "last four as int": int(CARD[-4:]),
    "one too many": MAX_NUMBER + 1,
    "telephone": 5145550123,
    "name": NAME,
    "name as bytes": NAME.encode(),
    "10 kB": "x" * 10_000,
    "subclass of str": Text(CARD),
    "subclass of int": Number(7),
    "word that is a str": TextWord.SECRET,
    "word that is an int": NumberWord.SECRET,
    "flag": Tagged.SECRET,
    "flag of ours with bits of its own": Lock(int(CARD)),
    "forged vocabulary": FORGED["NO_CARD"],
    "forged word": FORGED[f"TREMBLAY_{CARD}"],
    "forged name": NUMBERED[f"N{CARD}"],
    "disguised": Disguised(),
    "name of a word of ours": "no_card",
    "class": Cause,
    "negative": -1,
    "fraction": 1.5,
    "nothing": None,
    "list": [CARD],
    "dict": {"a": CARD},
    "unhashable word": type("Odd", (), {"__hash__": None})(),
}


FIELDS = [(kind, field.name, field.type) for kind in EVENTS for field in fields(kind)]


def good(kind: type[Event]) -> dict[str, Any]:
    """Arguments that the event takes."""
    return {field.name: sample(field.type) for field in fields(kind)}


def sample(declared: object) -> object:
    assert isinstance(declared, type)
    if issubclass(declared, Enum):
        return next(iter(declared))
    return True if declared is bool else 1


def written(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


@st.composite
def made(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(EVENTS))
    return kind(**{field.name: draw(value_of(field.type)) for field in fields(kind)})


def value_of(declared: object) -> st.SearchStrategy[object]:
    assert isinstance(declared, type)
    if issubclass(declared, Enum):
        return st.sampled_from(list(declared))
    return st.booleans() if declared is bool else st.integers(0, MAX_NUMBER)
