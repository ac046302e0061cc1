"""What lies in the vault's boxes, as bytes: choices held for a leg, the link to a sale, and what records are made of.

Contents are padded, so that the length of a box says nothing: held choices and links have one size each. Decoding
raises ValueError, without the data. Integers are big-endian. Texts are ASCII behind a byte of length:
domain/identity.py bounds them. Details are in UTF-8 (person_record.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from pos_bridge.domain.identity import (
    Channel,
    Choice,
    ChoiceKind,
    Chouchous,
    Consent,
    ConsentEnd,
    GivenBy,
    HomeDelivery,
    Purpose,
    kind_of,
)
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import PointsRule

HELD_SIZE = 256
NAME_LENGTH = 32
LINK_SIZE = 1 + 16 + NAME_LENGTH
RETURN_SIZE = 16
_PREFIX = 2  # the length of what is not padding
_LANGUAGES = ("fr", "en")
_DAY = 2  # bytes
_EPOCH = date(1970, 1, 1)
LAST_DAY = _EPOCH + timedelta(days=0xFFFF)  # in 2149
EVENT_LENGTH = 1 + 32 + 1 + _DAY + 3  # the longest consent


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """Why a sale is known, which sale, and the name of the person's row."""

    kind: ChoiceKind
    leg: LegKey
    person: bytes


Choices = Sequence[tuple[Choice, Consent]]


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """What was chosen for a leg before money moved, and the rule by which it will give points (None: it gives none)."""

    leg: LegKey
    choices: tuple[tuple[Choice, Consent], ...]
    rule: PointsRule | None = None


def encode_held(held: Held) -> bytearray:
    content = bytearray(held.leg.raw)
    content.append(len(held.choices))
    for choice, consent in held.choices:
        put_choice(content, choice)
        put_event(content, consent)
    if held.rule is not None:
        put_text(content, held.rule.version)
        content += held.rule.points.to_bytes(4, "big") + held.rule.for_cents.to_bytes(4, "big")
    return padded(content, HELD_SIZE)


def decode_held(raw: bytearray) -> Held:
    with Reader(raw, (HELD_SIZE,)) as reader:
        key = LegKey.from_bytes(bytes(reader.take(16)))
        choices = tuple((reader.choice(), reader.consent()) for _ in range(reader.number()))
        rule = PointsRule(reader.text(), reader.integer(4), reader.integer(4)) if reader.more else None
        return Held(key, choices, rule)


def encode_link(link: Link) -> bytearray:
    return bytearray((link.kind.value,)) + link.leg.raw + link.person


def decode_link(raw: bytearray) -> Link:
    if len(raw) != LINK_SIZE:
        raise ValueError("not a link")
    return Link(ChoiceKind(raw[0]), LegKey.from_bytes(bytes(raw[1:17])), bytes(raw[17:]))


def person_of_link(raw: bytearray) -> bytes:
    """Of a link as encoded: all that most of them are asked for."""
    return bytes(raw[LINK_SIZE - NAME_LENGTH :])


def named_by_link(raw: bytearray) -> bytearray:
    """What the name of a link is made of: its sale's key, and the kind of choice."""
    return raw[1:17] + raw[:1]


def encode_choice(choice: Choice) -> bytearray:
    """What a person is found by: kind and value."""
    content = bytearray()
    put_choice(content, choice)
    return content


def put_choice(content: bytearray, choice: Choice) -> None:
    content.append(kind_of(choice).value)
    put_text(content, choice.member if isinstance(choice, Chouchous) else choice.order)


def put_event(content: bytearray, event: Consent | ConsentEnd, *, hour: bool = True) -> None:
    """At most EVENT_LENGTH bytes. A consent begins with the length of a text's version, an end with 0."""
    if isinstance(event, ConsentEnd):
        content += bytes((0, event.purpose.value))
        put_day(content, event.day)
        content.append(event.channel.value)
        return
    put_text(content, event.text_version)
    content.append(_LANGUAGES.index(event.language) + len(_LANGUAGES) * (event.by.value - 1))
    put_day(content, event.day)
    content.append(event.hour if hour else 0)
    content.append(event.channel.value)
    content.append(sum(1 << (purpose.value - 1) for purpose in event.purposes))


def put_long_text(content: bytearray, text: str) -> None:
    raw = text.encode()
    content += len(raw).to_bytes(2, "big") + raw


def put_day(content: bytearray, day: date) -> None:
    content += (nearest(day) - _EPOCH).days.to_bytes(_DAY, "big")


def nearest(day: date) -> date:
    """The nearest day that can be written down: a clock may be wrong, and a sale is worth more than its date."""
    return min(max(day, _EPOCH), LAST_DAY)


def put_text(content: bytearray, text: str) -> None:
    content.append(len(text))
    content += text.encode("ascii")


def padded(content: bytearray, *sizes: int) -> bytearray:
    """The smallest of these sizes (ascending) that has room for it. `content` is emptied. ValueError where none has."""
    room = [size for size in sizes if size >= len(content) + _PREFIX]
    if not room:
        raise ValueError("more than a box has room for")
    filled = bytearray(room[0])
    filled[:_PREFIX] = len(content).to_bytes(_PREFIX, "big")
    filled[_PREFIX : _PREFIX + len(content)] = content
    content[:] = bytes(len(content))
    return filled


class Reader:
    """Takes a padded content apart; leaving the block raises ValueError unless all of it was taken."""

    def __init__(self, raw: bytearray, sizes: tuple[int, ...]) -> None:
        self._view = memoryview(raw).toreadonly()
        self._sizes = sizes
        self._at = self._end = 0

    def __enter__(self) -> Self:
        if len(self._view) not in self._sizes:
            raise ValueError("not a padded content")
        self._end = _PREFIX + int.from_bytes(self._view[:_PREFIX], "big")
        self._at = _PREFIX
        if self._end > len(self._view) or any(self._view[self._end :]):
            raise ValueError("padding that is none")
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        whole = self._at == self._end
        self._view.release()
        if kind is None and not whole:
            raise ValueError("more than was expected")

    def take(self, length: int) -> memoryview:
        if self._at + length > self._end:
            raise ValueError("less than was expected")
        self._at += length
        return self._view[self._at - length : self._at]

    @property
    def more(self) -> bool:
        return self._at < self._end

    def number(self) -> int:
        return self.take(1)[0]

    def integer(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def text(self) -> str:
        return str(self.take(self.number()), "ascii")

    def long_text(self) -> str:
        return str(self.take(self.integer(2)), "utf-8")

    def choice(self) -> Choice:
        return self.choice_of(self.number())

    def choice_of(self, kind: int) -> Choice:
        match ChoiceKind(kind):
            case ChoiceKind.CHOUCHOUS:
                return Chouchous(self.text())
            case ChoiceKind.HOME_DELIVERY:
                return HomeDelivery(self.text())

    def day(self) -> date:
        return _EPOCH + timedelta(days=self.integer(_DAY))

    def event(self) -> Consent | ConsentEnd:
        version = self.text()
        if not version:
            return ConsentEnd(Purpose(self.number()), self.day(), Channel(self.number()))
        by, language = divmod(self.number(), len(_LANGUAGES))
        day, hour, channel, bits = self.day(), self.number(), Channel(self.number()), self.number()
        purposes = frozenset(purpose for purpose in Purpose if bits & 1 << (purpose.value - 1))
        if bits >> len(Purpose):
            raise ValueError("no such purpose")
        return Consent(version, _LANGUAGES[language], day, hour, channel, purposes, GivenBy(by + 1))

    def consent(self) -> Consent:
        event = self.event()
        if isinstance(event, ConsentEnd):
            raise ValueError("the end of a consent")  # noqa: TRY004 - of what was read, as everything here
        return event
