"""Does an answer keep to the protocol: no field beyond it, every number in its range, every `bytes` of its length?

What is outside the protocol is where a name could travel. Pure; says which field, never what was in it.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

_KEY, _HASH = range(16, 17), range(32, 33)
_TIME_MS = range(1, 2**53)
_LENGTHS: Mapping[str, range] = MappingProxyType(
    {
        "key": _KEY,
        "hash": _HASH,
        "key_id": range(8, 9),
        "public_key": range(1216, 1217),
        "signature": range(64, 65),
    }
)
"""Bytes fields of answers, by name, and how long they may be."""

_NUMBERS: Mapping[str, range] = MappingProxyType(
    {
        "cents": range(1, 100_000_000),
        "currency": range(1, 1000),
        "approval_code": range(36**6),
        "last_four": range(10_000),
        "now_ms": _TIME_MS,
        "begun_ms": _TIME_MS,
        "fence": range(1, 2**63),
        "sequence": range(2**63),
    }
)
_COUNTS: Mapping[str, range] = MappingProxyType({"legs": range(201), "keys": range(1, 5)})


def faults(answer: Message) -> Iterator[str]:
    """What of an answer is not as processor_v1.proto says, each as `Message.field: what`."""
    known = type(answer)()
    known.CopyFrom(answer)
    known.DiscardUnknownFields()
    if known.ByteSize() != answer.ByteSize():
        yield f"{answer.DESCRIPTOR.name}: has a field that is not in the protocol"
    yield from _walk(known)


def _walk(message: Message) -> Iterator[str]:
    kind = message.DESCRIPTOR.name
    for field in message.DESCRIPTOR.fields:
        many = field.is_repeated
        value = getattr(message, field.name)
        if many and len(value) not in _COUNTS[field.name]:
            yield f"{kind}.{field.name}: has {len(value)} parts"
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for part in value if many else [value] if message.HasField(field.name) else []:
                yield from _walk(part)
        elif not _fits(field.name, None if field.enum_type is None else set(field.enum_type.values_by_number), value):
            yield f"{kind}.{field.name}: is out of its range"


def _fits(name: str, words: set[int] | None, value: int | bytes) -> bool:
    if isinstance(value, bytes):
        return len(value) in _LENGTHS[name]
    if words is not None:
        return value in words - {0}
    return name not in _NUMBERS or value in _NUMBERS[name]
