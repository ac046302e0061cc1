"""What a till may send, by the structs themselves: every message, every field of it, and one example of the whole.

A message or a field that is added to the structs is here without a word in this file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from msgspec import inspect

from pos_bridge.wire.nexo.decode import Message, decode
from pos_bridge.wire.nexo.request import SaleToPOIRequest
from tests.wire.nexo.by_hand import render
from tests.wire.nexo.shapes import header

HEADER = "MessageHeader"
_SUFFIX = "Request"


@dataclass(frozen=True)
class Place:
    """One field. `path` leads to it from SaleToPOIRequest; `kinds` are the types it may have, null not among them."""

    path: tuple[str, ...]
    kinds: tuple[inspect.Type, ...]
    required: bool
    nullable: bool

    @property
    def name(self) -> str:
        """As an error names it: an array is walked through by `[]`."""
        return ".".join(self.path).replace(".[]", "[]")

    @property
    def is_raw(self) -> bool:
        return any(isinstance(kind, inspect.RawType | inspect.AnyType) for kind in self.kinds)

    def takes(self, *kinds: type[inspect.Type]) -> bool:
        return self.is_raw or any(isinstance(kind, kinds) for kind in self.kinds)

    def only(self, kind: type[inspect.Type]) -> bool:
        return all(isinstance(each, kind) for each in self.kinds)


@cache
def messages() -> tuple[str, ...]:
    """The categories that are served, by their bodies' names."""
    names = (field.encode_name for field in _struct(SaleToPOIRequest).fields)
    return tuple(name.removesuffix(_SUFFIX) for name in names if name != HEADER)


@cache
def places(category: str | None) -> tuple[Place, ...]:
    """Every field of that message, from the outermost on; None: of the header."""
    wanted = HEADER if category is None else f"{category}{_SUFFIX}"
    (field,) = (each for each in _struct(SaleToPOIRequest).fields if each.encode_name == wanted)
    (body,) = (kind for kind in _kinds(field.type) if isinstance(kind, inspect.StructType))
    return tuple(_walk(body, (wanted,)))


def rows(category: str | None) -> list[str]:
    """The names of the fields that hold something by themselves, as docs/nexo-subset.md lists them."""
    return [place.name.partition(".")[2].replace("[]", "") for place in places(category) if not _holds_others(place)]


def example(category: str) -> dict[str, Any]:
    """A message with every field of the schema in it, lists with one entry."""
    body: dict[str, Any] = {}
    for place in places(category):
        _put(body, place.path[1:], value_of(place))
    for message_class in ("Service", "Device"):  # which of them is the code's business
        head = {**header(category, DeviceID="77"), "MessageClass": message_class}
        message = {"SaleToPOIRequest": {HEADER: head, f"{category}{_SUFFIX}": body}}
        if isinstance(decode(render(message)), Message):
            return message
    raise AssertionError(f"{category}: its own schema does not let it pass")


def value_of(place: Place) -> Any:
    """What fits there: an object or array to be filled, or one plain value."""
    match place.kinds[0]:
        case inspect.StructType():
            return {}
        case inspect.ListType():
            return []
        case kind:
            return plain(kind)


def plain(kind: inspect.Type) -> Any:
    """A value of that type that passes."""
    match kind:
        case inspect.StrType(min_length=least):
            return "A" * max(least or 0, 1)
        case inspect.EnumType(cls=cls):
            return next(iter(cls)).value
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.BoolType():
            return True
        case inspect.IntType() | inspect.DecimalType() | inspect.FloatType() | inspect.RawType() | inspect.AnyType():
            return 1
        case inspect.DictType():
            return {}
        case _:
            raise AssertionError(f"a type that the mutator does not know yet: {kind}")


def _struct(cls: type) -> inspect.StructType:
    found = inspect.type_info(cls)
    assert isinstance(found, inspect.StructType)
    return found


def _kinds(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    return kind.types if isinstance(kind, inspect.UnionType) else (kind,)


def _walk(kind: inspect.Type, path: tuple[str, ...]) -> Iterator[Place]:
    match kind:
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from _field(field, (*path, field.encode_name))
        case inspect.ListType(item_type=item):
            alone = tuple(each for each in _kinds(item) if not isinstance(each, inspect.NoneType))
            yield Place((*path, "[]"), alone, required=True, nullable=alone != _kinds(item))
            for each in alone:
                yield from _walk(each, (*path, "[]"))


def _field(field: inspect.Field, path: tuple[str, ...]) -> Iterator[Place]:
    kinds = _kinds(field.type)
    alone = tuple(kind for kind in kinds if not isinstance(kind, inspect.NoneType))
    # An array or one of them: the array is walked, which holds the one.
    ordered = tuple(sorted(alone, key=lambda kind: not isinstance(kind, inspect.ListType)))
    place = Place(path, ordered, required=field.required, nullable=len(alone) != len(kinds))
    yield place
    yield from _walk(ordered[0], path)


def _holds_others(place: Place) -> bool:
    if place.path[-1] == "[]":
        return True
    inner = place.kinds[0]
    items = _kinds(inner.item_type) if isinstance(inner, inspect.ListType) else (inner,)
    return any(isinstance(kind, inspect.StructType) for kind in items)


def _put(body: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    at: Any = body
    for step in path[:-1]:
        at = at[0] if step == "[]" else at[step]
    if path[-1] == "[]":
        at.append(value)
    else:
        at[path[-1]] = value
