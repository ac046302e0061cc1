"""BER-TLV as the simulated cards write it (EMV 4.4 book 3, annex B), and data object lists as they read them.

The cards' own: the terminal's reading of TLV has no part in it. Writes what it is told, also what no card should say.
"""

from collections.abc import Iterator, Mapping, Sequence

_SHORT_LENGTH = 0x80
_MORE_TAG = 0x1F


def tlv(tag: str, *parts: bytes) -> bytes:
    """One object; `tag` in hex, its value the parts one after the other. At most 255 bytes of value."""
    value = b"".join(parts)
    length = bytes((len(value),)) if len(value) < _SHORT_LENGTH else bytes((0x81, len(value)))
    return bytes.fromhex(tag) + length + value


def dol(*entries: tuple[str, int]) -> bytes:
    """A data object list: each tag in hex with the length that the card wants."""
    return b"".join(bytes.fromhex(tag) + bytes((length,)) for tag, length in entries)


def lengths(listed: bytes) -> Iterator[tuple[str, int]]:
    """The entries of a data object list."""
    place = 0
    while place < len(listed):
        end = place + (2 if listed[place] & _MORE_TAG == _MORE_TAG else 1)
        yield listed[place:end].hex().upper(), listed[end]
        place = end + 1


def split(listed: bytes, data: bytes) -> Mapping[str, bytes] | None:
    """What the terminal gave for each entry; None when `data` has another length than the list asks for."""
    entries: Sequence[tuple[str, int]] = tuple(lengths(listed))
    if sum(length for _, length in entries) != len(data):
        return None
    found: dict[str, bytes] = {}
    place = 0
    for tag, length in entries:
        found[tag] = data[place : place + length]
        place += length
    return found
