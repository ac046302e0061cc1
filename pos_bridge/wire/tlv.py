"""BER-TLV as chip cards write it (EMV 4.4 book 3, annex B): bytes to data objects and back. Knows no tag's meaning.

Takes tags of one to three bytes and definite lengths of one to three bytes; the indefinite form is refused. Zero bytes
before, between and behind data objects are padding. Nothing is dropped: what comes twice is there twice, and whoever
reads decides. An error never holds data.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

MAX_TAG_LENGTH = 3
MAX_VALUE = 0xFFFF
MAX_DEPTH = 8  # templates within templates; a card nests three
_CONSTRUCTED, _LONG_TAG, _MORE = 0x20, 0x1F, 0x80
_LONG_LENGTH, _ONE_BYTE_LENGTH, _TWO_BYTE_LENGTH = 0x80, 0x81, 0x82
_SHORT, _BYTE = 0x7F, 0xFF


class TlvError(Exception):
    """Bytes that are not BER-TLV of this subset, or lack what was looked for. Says what, never with what in it."""


class Item(NamedTuple):
    """One data object. `tag` is its bytes as a number: 0x9F02 for 9F 02."""

    tag: int
    value: bytes

    def __repr__(self) -> str:
        return "Item"  # never what is in it

    @property
    def constructed(self) -> bool:
        """A template: its value is data objects."""
        return bool(tag_bytes(self.tag)[0] & _CONSTRUCTED)


def parse(raw: bytes) -> tuple[Item, ...]:
    """The data objects of one level, in their order. Raises TlvError."""
    return tuple([_item((tag, raw[at:end])) for tag, _, at, end in _spans(raw)])


def parse_with_bytes(raw: bytes) -> tuple[tuple[Item, bytes], ...]:
    """As `parse`, each with the very bytes it was read from: a signature covers those. Raises TlvError."""
    return tuple([(_item((tag, raw[at:end])), raw[begin:end]) for tag, begin, at, end in _spans(raw)])


_item = Item._make


def _spans(raw: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Of each data object: its tag, where it begins, where its value does, and where both end. Raises TlvError."""
    at, size = 0, len(raw)
    while at < size:
        tag = raw[at]
        if tag == 0:  # padding, annex B1
            at += 1
            continue
        begin = at
        at += 1
        if tag & _LONG_TAG == _LONG_TAG:
            if at < size and raw[at] < _MORE:  # two bytes, as most tags are, without a call
                tag = tag << 8 | raw[at]
                at += 1
            else:
                tag, at = read_tag(raw, begin)
        if at < size and (length := raw[at]) <= _SHORT:  # the common form, without a call
            at += 1
        else:
            length, at = _read_length(raw, at)
        end = at + length
        if end > size:
            raise TlvError("a value is cut short")
        yield tag, begin, at, end
        at = end


def read_tag(raw: bytes, at: int) -> tuple[int, int]:
    """The tag that begins at `at`, and where it ends. Raises TlvError."""
    stop = at + 1
    if at < len(raw) and raw[at] & _LONG_TAG == _LONG_TAG:
        while stop < len(raw) and raw[stop] & _MORE:
            stop += 1
        stop += 1
    if stop > len(raw):
        raise TlvError("a tag is cut short")
    if stop - at > MAX_TAG_LENGTH:
        raise TlvError("a tag has more than three bytes")
    return int.from_bytes(raw[at:stop], "big"), stop


def _read_length(raw: bytes, at: int) -> tuple[int, int]:
    if at >= len(raw):
        raise TlvError("a length is missing")
    first = raw[at]
    if first <= _SHORT:
        return first, at + 1
    if first == _LONG_LENGTH:
        raise TlvError("a length is indefinite")
    if first > _TWO_BYTE_LENGTH:
        raise TlvError("a length has more than three bytes")
    stop = at + 1 + (first & _SHORT)
    if stop > len(raw):
        raise TlvError("a length is cut short")
    return int.from_bytes(raw[at + 1 : stop], "big"), stop


def leaves(raw: bytes, depth: int = MAX_DEPTH) -> tuple[Item, ...]:
    """Every primitive data object, however deep it lies, in order. Raises TlvError."""
    if depth == 0:
        raise TlvError("templates lie too deep")
    found: list[Item] = []
    for item in parse(raw):
        found.extend(leaves(item.value, depth - 1) if item.constructed else (item,))
    return tuple(found)


def only(raw: bytes, tag: int) -> bytes:
    """The value of the one data object that `raw` is. Raises TlvError where it is another, or more than one."""
    items = parse(raw)
    if len(items) != 1 or items[0].tag != tag:
        raise TlvError("not the one data object that was expected")
    return items[0].value


def once(items: Iterable[Item]) -> dict[int, bytes]:
    """By tag. Raises TlvError where one comes twice (EMV 4.4 book 3, 10.2: that ends a transaction)."""
    found: dict[int, bytes] = {}
    for item in items:
        if item.tag in found:
            raise TlvError("a data object comes twice")
        found[item.tag] = item.value
    return found


def tag_bytes(tag: int) -> bytes:
    """Raises ValueError for what cannot be a tag of one to three bytes."""
    if tag <= 0:
        raise ValueError("a tag is more than zero")
    raw = tag.to_bytes((tag.bit_length() + 7) // 8, "big")
    try:
        right = read_tag(raw, 0) == (tag, len(raw))
    except TlvError:
        right = False
    if not right:
        raise ValueError("not a tag of one to three bytes")
    return raw


def encode(tag: int, value: bytes) -> bytes:
    """One data object, its length in the shortest form. Raises ValueError for no tag, or more than 65535 bytes."""
    size = len(value)
    if size > MAX_VALUE:
        raise ValueError("a value has at most 65535 bytes")
    if size <= _SHORT:
        length = bytes((size,))
    elif size <= _BYTE:
        length = bytes((_ONE_BYTE_LENGTH, size))
    else:
        length = bytes((_TWO_BYTE_LENGTH,)) + size.to_bytes(2, "big")
    return tag_bytes(tag) + length + value


def build(items: Iterable[Item]) -> bytes:
    return b"".join(encode(item.tag, item.value) for item in items)
