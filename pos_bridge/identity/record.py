"""What lies in the vault's boxes, as bytes: choices held for a leg, a person's record, the link to a sale.

Contents are padded, so that the length of a box says nothing: held choices and links have one size each, a record
one of three, of which the first is enough for ten consents at least. Decoding raises ValueError, without the data.
Integers are big-endian. Texts are ASCII behind a byte of length: domain/identity.py bounds them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from pos_bridge.domain.identity import Channel, Choice, ChoiceKind, Chouchous, Consent, HomeDelivery, Purpose, kind_of
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import PointsRule

HELD_SIZE = 256
RECORD_SIZES = (512, 2048, 8192)
MAX_CONSENTS = 200  # the newest: each version of a text is one, and none has ever had so many
NAME_LENGTH = 32
LINK_SIZE = 1 + 16 + NAME_LENGTH
RETURN_SIZE = 16
_PREFIX = 2  # the length of what is not padding
_LANGUAGES = ("fr", "en")
_EPOCH = date(1970, 1, 1)
_LAST_DAY = 0xFFFF  # in 2149: a clock may be wrong, and a sale is worth more than its date


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """All that is kept about a person: what they gave, and what they consented to."""

    choice: Choice
    consents: tuple[Consent, ...]

    def with_consent(self, consent: Consent) -> "Record":
        """The same record if this text was consented to for these purposes before."""
        if any(
            (known.text_version, known.purposes) == (consent.text_version, consent.purposes) for known in self.consents
        ):
            return self
        return Record(self.choice, (*self.consents, consent)[-MAX_CONSENTS:])


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
        _put_choice(content, choice)
        _put_consent(content, consent)
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


def encode_record(record: Record) -> bytearray:
    content = bytearray()
    _put_choice(content, record.choice)
    content.append(len(record.consents))
    for consent in record.consents:
        _put_consent(content, consent)
    return padded(content, *RECORD_SIZES)


def decode_record(raw: bytearray) -> Record:
    with Reader(raw, RECORD_SIZES) as reader:
        return Record(reader.choice(), tuple(reader.consent() for _ in range(reader.number())))


def encode_link(link: Link) -> bytearray:
    return bytearray((link.kind.value,)) + link.leg.raw + link.person


def decode_link(raw: bytearray) -> Link:
    if len(raw) != LINK_SIZE:
        raise ValueError("not a link")
    return Link(ChoiceKind(raw[0]), LegKey.from_bytes(bytes(raw[1:17])), bytes(raw[17:]))


def encode_choice(choice: Choice) -> bytearray:
    """What a person is found by: kind and value."""
    content = bytearray()
    _put_choice(content, choice)
    return content


def _put_choice(content: bytearray, choice: Choice) -> None:
    content.append(kind_of(choice).value)
    put_text(content, choice.member if isinstance(choice, Chouchous) else choice.order)


def _put_consent(content: bytearray, consent: Consent) -> None:
    put_text(content, consent.text_version)
    content.append(_LANGUAGES.index(consent.language))
    content += min(max((consent.day - _EPOCH).days, 0), _LAST_DAY).to_bytes(2, "big")
    content.append(consent.hour)
    content.append(consent.channel.value)
    content.append(sum(1 << (purpose.value - 1) for purpose in consent.purposes))


def put_text(content: bytearray, text: str) -> None:
    content.append(len(text))
    content += text.encode("ascii")


def padded(content: bytearray, *sizes: int) -> bytearray:
    """The smallest of these sizes (ascending) that has room for it. `content` is emptied."""
    filled = bytearray(next(size for size in sizes if size >= len(content) + _PREFIX))
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

    def choice(self) -> Choice:
        match ChoiceKind(self.number()):
            case ChoiceKind.CHOUCHOUS:
                return Chouchous(self.text())
            case ChoiceKind.HOME_DELIVERY:
                return HomeDelivery(self.text())

    def consent(self) -> Consent:
        version = self.text()
        language = self.number()
        if language >= len(_LANGUAGES):
            raise ValueError("no such language")
        day = _EPOCH + timedelta(days=int.from_bytes(self.take(2), "big"))
        hour, channel, bits = self.number(), Channel(self.number()), self.number()
        purposes = frozenset(purpose for purpose in Purpose if bits & 1 << (purpose.value - 1))
        if bits >> len(Purpose):
            raise ValueError("no such purpose")
        return Consent(version, _LANGUAGES[language], day, hour, channel, purposes)
