"""What can be wrong with a field, as a table: for any field of any message, each wrong thing and what is due to it.

The answer follows from the field's type alone. What passes here may still be refused for what it says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any

from msgspec import inspect

from tests.wire.nexo.by_hand import Token, Twice, found, put, without
from tests.wire.nexo.schema import Place, plain

Message = dict[str, Any]
MARK = "Tremblay"  # whoever it is, a text that is not to come back


class Due(Enum):
    """What the decoder has to say."""

    PASSES = "it is read"
    NAMED = "this field is named"
    EITHER = "it is read, or this field is named"
    NOT_JSON = "it is no JSON"
    UNREAD = "it is read or no JSON: what is not looked at is not judged"


@dataclass(frozen=True)
class Mutation:
    """`message` is the whole, with one thing wrong in it."""

    what: str
    place: Place
    message: Message
    due: Due


_Kinds = tuple[type[inspect.Type], ...]
_NUMBERS: _Kinds = (inspect.IntType, inspect.FloatType, inspect.DecimalType)

# JSON's kinds of value, and which types take one of them.
_OTHER_TYPE: dict[str, tuple[Any, _Kinds]] = {
    "a text": (MARK, (inspect.StrType, inspect.EnumType, inspect.LiteralType)),
    "a number": (7, _NUMBERS),
    "a fraction": (7.25, (inspect.FloatType, inspect.DecimalType)),
    "true": (True, (inspect.BoolType,)),
    "a list": ([MARK], (inspect.ListType,)),
    "a list in a list": ([[MARK]], ()),
    "an object": ({MARK: {MARK: 1}}, (inspect.StructType, inspect.DictType)),
}
# A number's spelling: some are no JSON at all, the others are numbers, to be judged by who reads them.
_NO_NUMBERS = {"NaN": b"NaN", "Infinity": b"Infinity", "minus Infinity": b"-Infinity", "a leading zero": b"012"}
_NUMBERS_OF_ANY_SIZE = {
    "negative": b"-5",
    "minus zero": b"-0.0",
    "30 digits": b"9" * 30,
    "30 places": b"0." + b"3" * 30,
    "an exponent without bound": b"1e999999999",
    "a tiny exponent": b"1E-999999999",
    "an integer past 64 bits": b"18446744073709551616",
}
_NO_TEXTS = {"a lone surrogate": b'"\\ud800"', "two low surrogates": b'"\\udc00\\udc00"', "a raw NUL": b'"a\x00b"'}
_INVALID_UTF8 = {"invalid UTF-8": b'"\xff\xfe"', "an overlong slash": b'"\xc0\xaf"', "a cut sequence": b'"\xe2\x82"'}
_DEEP = b"[" * 100_000 + b"]" * 100_000


def mutations(message: Message, place: Place) -> Iterator[Mutation]:
    """Each thing that can be wrong with that field of that message."""
    for what, make in _TABLE.items():
        for word, changed, due in make(message, place):
            yield Mutation(f"{what}: {word}" if word else what, place, changed, due)


def one_mutation(message: Message, place: Place, chance: Random) -> Message:
    """Any of them; the message as it is where the chosen kind has none for this field."""
    made = [changed for _, changed, _ in chance.choice(list(_TABLE.values()))(message, place)]
    return chance.choice(made) if made else message


_Made = Iterator[tuple[str, Message, Due]]


def _missing(message: Message, place: Place) -> _Made:
    if place.path[-1] != "[]":
        yield "", without(message, place.path), Due.NAMED if place.required else Due.PASSES


def _null(message: Message, place: Place) -> _Made:
    yield "", put(message, place.path, None), Due.PASSES if place.nullable or place.is_raw else Due.NAMED


def _other_type(message: Message, place: Place) -> _Made:
    for what, (value, takers) in _OTHER_TYPE.items():
        if not place.takes(*takers):
            yield what, put(message, place.path, value), Due.NAMED
        elif place.is_raw:
            yield what, put(message, place.path, value), Due.PASSES


def _other_word(message: Message, place: Place) -> _Made:
    if place.only(inspect.EnumType):
        for word in (MARK, "", plain(place.kinds[0]).upper() + "x"):
            yield word or "empty", put(message, place.path, word), Due.NAMED


def _length(message: Message, place: Place) -> _Made:
    texts = [kind for kind in place.kinds if isinstance(kind, inspect.StrType)]
    for kind in texts:
        if kind.max_length is not None:
            yield "longest", put(message, place.path, "A" * kind.max_length), Due.PASSES
            yield "a character more", put(message, place.path, "A" * (kind.max_length + 1)), Due.NAMED
        if kind.min_length:
            yield "empty", put(message, place.path, ""), Due.NAMED
    if texts or place.is_raw:
        due = Due.EITHER if place.is_raw or texts[0].max_length is None else Due.NAMED
        yield "100,000 characters", put(message, place.path, "A" * 100_000), due


def _control(message: Message, place: Place) -> _Made:
    """Refused where it is echoed; where it is only compared or hashed it may pass."""
    if place.takes(inspect.StrType):
        for what, text in {"NUL": "\u0000AB", "escape": "A\u001b[", "line": "A\r\n", "override": "\u202eAB"}.items():
            yield what, put(message, place.path, text), Due.EITHER


def _bad_text(message: Message, place: Place) -> _Made:
    for what, raw in _NO_TEXTS.items():
        yield what, put(message, place.path, Token(raw)), Due.NOT_JSON
    for what, raw in _INVALID_UTF8.items():
        reads = place.takes(inspect.StrType, inspect.EnumType) and not place.is_raw
        due = Due.NOT_JSON if reads else Due.UNREAD if place.is_raw else Due.EITHER
        yield what, put(message, place.path, Token(raw)), due


def _no_number(message: Message, place: Place) -> _Made:
    for what, raw in _NO_NUMBERS.items():
        yield what, put(message, place.path, Token(raw)), Due.NOT_JSON


def _number(message: Message, place: Place) -> _Made:
    for what, raw in _NUMBERS_OF_ANY_SIZE.items():
        due = Due.PASSES if place.is_raw else Due.EITHER if place.takes(*_NUMBERS) else Due.NAMED
        yield what, put(message, place.path, Token(raw)), due


def _twice(message: Message, place: Place) -> _Made:
    """The last one counts, as with any JSON reader; but none may be of a wrong type."""
    if place.path[-1] == "[]":
        return
    here = found(message, place.path)
    yield "the same", put(message, place.path, Twice(here, here)), Due.PASSES
    if not place.is_raw:
        wrong = {} if not place.takes(inspect.StructType) else MARK
        yield "the first is wrong", put(message, place.path, Twice(wrong, here)), Due.NAMED
        yield "the second is wrong", put(message, place.path, Twice(here, wrong)), Due.NAMED


def _extra(message: Message, place: Place) -> _Made:
    if isinstance(here := found(message, place.path), dict):
        yield "", put(message, place.path, {**here, MARK: {MARK: [MARK, None]}}), Due.PASSES


def _deep(message: Message, place: Place) -> _Made:
    yield "in its place", put(message, place.path, Token(_DEEP)), Due.NOT_JSON if place.is_raw else Due.EITHER
    if isinstance(here := found(message, place.path), dict):
        yield "beside it", put(message, place.path, {**here, MARK: Token(_DEEP)}), Due.NOT_JSON


_TABLE: dict[str, Callable[[Message, Place], _Made]] = {
    "missing": _missing,
    "null": _null,
    "wrong type": _other_type,
    "no word of the list": _other_word,
    "length": _length,
    "control characters": _control,
    "no text": _bad_text,
    "no number": _no_number,
    "any number": _number,
    "twice": _twice,
    "unknown field": _extra,
    "100,000 levels": _deep,
}
