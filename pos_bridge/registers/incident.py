"""A confidentiality incident as the register has it: the regulation's eight fields (A-2.1, r. 3.1), and who noted them.

Kinds and counts, nobody's name: what looks like a card number, an address for e-mail or a telephone is refused.
"""

import hashlib
import re
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from pos_bridge.domain.audit import MAX_OPERATOR
from pos_bridge.domain.typed_card import has_card_number

START = "0" * 64
_DAY = re.compile(r"(?<!\d)20\d\d-\d\d-\d\d(?:[ T]\d\d?[.:h]\d\d)?(?!\d)")  # with an hour: no part of a telephone
_PERSONAL = re.compile(r"@|(?:\d[ ().\u2010-\u2015-]*){10,}")
_KEPT_YEARS = 5  # Regulation respecting confidentiality incidents (A-2.1, r. 3.1)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

Whom = Literal["commission", "persons", "public", "other"]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]
_Number = Annotated[int, Meta(ge=1, le=999_999)]


class Facts(Struct, frozen=True, forbid_unknown_fields=True):
    """Fields 1 to 6 and 8. `happened`: a date or a period, in words. `persons` None: not known yet.

    `because`: what leads to the conclusion that the risk of injury is serious, or is not.
    """

    information: Text
    circumstances: Text
    happened: Text
    known: date
    serious: bool
    because: Text
    measures: Text
    persons: Annotated[int, Meta(ge=0, le=9_999_999)] | None = None

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        names = ("information", "circumstances", "happened", "because", "measures")
        return tuple((name, getattr(self, name)) for name in names)


class Noted(Struct, frozen=True, forbid_unknown_fields=True, tag="noted"):
    """A new one, or, for a number that is there, all its fields anew: what stood there before stays above."""

    facts: Facts


class Told(Struct, frozen=True, forbid_unknown_fields=True, tag="told"):
    """Field 7: who was told, and when."""

    whom: Whom
    on: date


class Closed(Struct, frozen=True, forbid_unknown_fields=True, tag="closed"):
    """Nothing more is to be done. What comes later opens it again."""


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """`operator`: the shop's number of whoever wrote it, on `day`. `incident`: counted from 1."""

    incident: _Number
    day: date
    operator: Annotated[int, Meta(ge=1, le=MAX_OPERATOR)]
    act: Noted | Told | Closed


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """`hash`: SHA-256 over the hash before it and the entry, 64 hexadecimal digits."""

    entry: Entry
    hash: str


class Incident(Struct, frozen=True):
    """All that the register says of one, as it is now."""

    number: int
    facts: Facts
    told: tuple[Told, ...] = ()
    closed: date | None = None

    @property
    def kept_until(self) -> date:
        """Five years from the day it was known; the 29th of February has its day in March."""
        known = self.facts.known
        year = min(known.year + _KEPT_YEARS, date.max.year)
        try:
            return known.replace(year=year)
        except ValueError:
            return date(year, 3, 1)


def personal(facts: Facts) -> str | None:
    """The first field that holds what a register must not: None where none is seen. Names of persons it cannot see."""
    for name, text in facts.texts:
        if _PERSONAL.search(_DAY.sub("x", text)) or _CONTROL.search(text) or has_card_number(text):
            return name
    return None


def line_of(entry: Entry, before: str) -> bytes:
    """To be written behind the line whose hash is `before`."""
    return msgspec.json.encode(Line(entry, _hash(entry, before))) + b"\n"


def parse(raw: bytes) -> tuple[Entry, ...]:
    """Whole lines. Raises ValueError, without the data, where one is not what was written behind the one before it."""
    before, entries = START, []
    for each in raw.split(b"\n")[:-1]:
        try:
            line = msgspec.json.decode(each, type=Line)
        except (msgspec.DecodeError, ValueError):
            raise ValueError("no line of this register") from None
        if line.hash != _hash(line.entry, before) or line_of(line.entry, before) != each + b"\n":
            raise ValueError("a line was changed")
        before = line.hash
        entries.append(line.entry)
    return tuple(entries)


def head(entries: tuple[Entry, ...]) -> str:
    before = START
    for entry in entries:
        before = _hash(entry, before)
    return before


def folded(entries: tuple[Entry, ...]) -> dict[int, Incident]:
    """Each incident as its entries leave it. Raises ValueError for an entry about one that is not there."""
    found: dict[int, Incident] = {}
    for entry in entries:
        known = found.get(entry.incident)
        match entry.act:
            case Noted(facts):
                if known is None and entry.incident != len(found) + 1:
                    raise ValueError("a number is missing")
                found[entry.incident] = Incident(entry.incident, facts, () if known is None else known.told)
            case Told() if known is not None:
                told = (*known.told, entry.act)
                found[entry.incident] = msgspec.structs.replace(known, told=told, closed=None)
            case Closed() if known is not None:
                found[entry.incident] = msgspec.structs.replace(known, closed=entry.day)
            case _:
                raise ValueError("no such incident")
    return found


def _hash(entry: Entry, before: str) -> str:
    return hashlib.sha256(before.encode() + msgspec.json.encode(entry)).hexdigest()
