"""What a chip's payment says: the BER-TLV of content 0x03 (processor_v1.proto, RoomSealed), read to the last byte.

The issuer's own reader, strict where the protocol is: each tag once, none that is not listed, each of its length. Clear
card data: lives for one request. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_ONE = range(1, 2)
_LENGTHS: Mapping[str, range] = MappingProxyType(
    {
        "57": range(8, 20),
        "5F34": _ONE,
        "4F": range(5, 17),
        "82": range(2, 3),
        "84": range(5, 17),
        "95": range(5, 6),
        "9A": range(3, 4),
        "9C": _ONE,
        "5F2A": range(2, 3),
        "9F02": range(6, 7),
        "9F03": range(6, 7),
        "9F10": range(1, 33),
        "9F1A": range(2, 3),
        "9F21": range(3, 4),
        "9F26": range(8, 9),
        "9F27": _ONE,
        "9F33": range(3, 4),
        "9F34": range(3, 4),
        "9F35": _ONE,
        "9F36": range(2, 3),
        "9F37": range(4, 5),
        "9F41": range(2, 5),
        "9B": range(2, 3),
        "99": range(8, 17, 8),
        "DF01": range(10, 13, 2),
    }
)
_OPTIONAL = frozenset({"5F34", "99", "DF01"})
_TRACK_2 = re.compile(r"([0-9]{12,19})D([0-9]{4})[0-9]{3}[0-9]*F?")
_DECIMAL = re.compile(r"[0-9]+")
_TWO_BYTE_TAG = 0x1F
_LONG_LENGTH, _ONE_LENGTH_BYTE, _SHORTEST_LONG = 0x80, 0x81, 0x80


class NotChipDataError(ValueError):
    """Not the layout of a chip's payment. Never says what was in it."""


@dataclass(frozen=True, slots=True, repr=False)
class ChipData:
    """Tags by their name in hex. `number` and `expiry_yymm` are those of track 2 equivalent data (57)."""

    tags: Mapping[str, bytes]
    number: str
    expiry_yymm: str

    def __getitem__(self, tag: str) -> bytes:
        return self.tags[tag]

    @property
    def sequence(self) -> str:
        """The card's sequence number, two digits; 00 where it has none."""
        return self.tags.get("5F34", b"\0").hex()

    @property
    def cents(self) -> int:
        return int(self["9F02"].hex())

    @property
    def currency(self) -> int:
        return int(self["5F2A"].hex())

    @property
    def counter(self) -> int:
        """The application transaction counter (ATC)."""
        return int.from_bytes(self["9F36"], "big")


def read_chip(data: bytes) -> ChipData:
    """Raises NotChipDataError."""
    tags = _tags(data)
    missing = _LENGTHS.keys() - tags.keys() - _OPTIONAL
    if missing or ("99" in tags) is not ("DF01" in tags):
        raise NotChipDataError("a tag of a chip's payment is missing")
    track = _TRACK_2.fullmatch(tags["57"].hex().upper())
    numbers = [tags[name].hex() for name in ("9F02", "9F03", "5F2A", "9F1A", *_OPTIONAL & {"5F34"} & tags.keys())]
    if track is None or not all(_DECIMAL.fullmatch(number) for number in numbers):
        raise NotChipDataError("a tag of a chip's payment is not what it should be")
    return ChipData(MappingProxyType(tags), *track.groups())


def _tags(data: bytes) -> dict[str, bytes]:
    tags: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        end = at + (2 if data[at] & _TWO_BYTE_TAG == _TWO_BYTE_TAG else 1)
        name = data[at:end].hex().upper()
        if name not in _LENGTHS or name in tags or end >= len(data):
            raise NotChipDataError("not the tags of a chip's payment, each once")
        length, end = data[end], end + 1
        if length == _ONE_LENGTH_BYTE and end < len(data) and data[end] >= _SHORTEST_LONG:
            length, end = data[end], end + 1
        elif length >= _LONG_LENGTH:
            raise NotChipDataError("not a length of a chip's payment")
        at = end + length
        if length not in _LENGTHS[name] or at > len(data):
            raise NotChipDataError("a tag of a chip's payment has not its length")
        tags[name] = data[end:at]
    return tags
