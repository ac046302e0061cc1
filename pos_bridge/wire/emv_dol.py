"""Data object lists (EMV 4.4 book 3, 5.4): what a card wants to be told, and its bytes in the card's own lengths."""

from collections.abc import Mapping
from dataclasses import dataclass

from pos_bridge.wire.emv_tags import COMPRESSED_NUMERIC, NUMERIC
from pos_bridge.wire.tlv import TlvError, read_tag, tag_bytes

_CONSTRUCTED = 0x20
MAX_FILLED = 255  # it goes in one command


@dataclass(frozen=True, slots=True)
class Wanted:
    """One entry: a tag, and how many bytes of it the card takes."""

    tag: int
    length: int


def parse_dol(raw: bytes) -> tuple[Wanted, ...]:
    """Raises TlvError where a tag or length is cut short, or where more is wanted than a command can hold."""
    wanted = []
    at = 0
    while at < len(raw):
        tag, at = read_tag(raw, at)
        if not tag:
            raise TlvError("a data object list has a tag of zero")
        if at >= len(raw):
            raise TlvError("a data object list is cut short")
        wanted.append(Wanted(tag, raw[at]))
        at += 1
    if sum(one.length for one in wanted) > MAX_FILLED:
        raise TlvError("a data object list wants more than a command holds")
    return tuple(wanted)


def fill(dol: tuple[Wanted, ...], values: Mapping[int, bytes]) -> bytes:
    """The values one after the other. What is not there, and every template, is zeros (5.4, rule 2)."""
    return b"".join(_fit(one, values.get(one.tag)) for one in dol)


def _fit(wanted: Wanted, value: bytes | None) -> bytes:
    """Rule 2 c and d: format n keeps its right end, all else its left; short ones are filled as their format says."""
    length = wanted.length
    if value is None or tag_bytes(wanted.tag)[0] & _CONSTRUCTED:
        return bytes(length)
    if wanted.tag in NUMERIC:
        return value[len(value) - length :] if len(value) >= length else value.rjust(length, b"\0")
    filler = b"\xff" if wanted.tag in COMPRESSED_NUMERIC else b"\0"
    return value[:length].ljust(length, filler)
