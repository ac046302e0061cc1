"""The application file locator (EMV 4.4 book 3, 10.2): which records of which files a terminal reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from pos_bridge.wire.tlv import TlvError

_ENTRY = 4
_FILES = range(1, 31)
_NOT_FILE = 0x07
PUBLIC_FILES = range(1, 11)  # written as EMV says; the others are a scheme's or an issuer's own
MAX_RECORDS = 64  # a real card has a dozen; a broken one must not keep a till reading


@dataclass(frozen=True, slots=True)
class Place:
    """One record. `authenticated`: it belongs to the static data that the issuer signed."""

    file: int
    record: int
    authenticated: bool


def parse_afl(raw: bytes) -> tuple[Place, ...]:
    """In the order in which they are read. Raises TlvError for a locator that breaks its own rules."""
    if not raw or len(raw) % _ENTRY:
        raise TlvError("a file locator has whole entries of four bytes")
    places = [place for at in range(0, len(raw), _ENTRY) for place in _entry(*raw[at : at + _ENTRY])]
    if len(places) > MAX_RECORDS:
        raise TlvError("a file locator names too many records")
    return tuple(places)


def _entry(first_byte: int, first: int, last: int, signed: int) -> Iterator[Place]:
    file = first_byte >> 3
    if first_byte & _NOT_FILE or file not in _FILES or not 0 < first <= last or signed > last - first + 1:
        raise TlvError("an entry of a file locator is impossible")
    return (Place(file, record, authenticated=record - first < signed) for record in range(first, last + 1))
