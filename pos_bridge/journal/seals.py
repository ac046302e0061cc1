"""Hashes over what stands beside the chain, so that damage is noticed: each row says itself whether it is whole.

SHA-256 over a tag and the row's values, each with its length, so that no two rows have the same bytes. They guard
against faults of a disk, not against somebody who writes: who can write can seal as well.
"""

import hashlib
from collections.abc import Iterable

from pos_bridge.domain.ledger import JournalHead

_TAG = b"pos-bridge journal %s v1"
_NUMBER = 8  # bytes of an integer

Value = bytes | int | None


def request_seal(row: Iterable[Value]) -> bytes:
    """Of a row of `requests`, without its seal. A repeat must never look like a new request."""
    return _seal(b"request", row)


def working_seal(row: Iterable[Value]) -> bytes:
    """Of what a row of `working` says and no row of the chain does: names, exact times, doubt."""
    return _seal(b"working", row)


def basket_seal(row: Iterable[Value], parts: Iterable[bytes]) -> bytes:
    """Of a row of `baskets`, without its seal, and the keys of its parts in their order: none goes missing."""
    return _seal(b"basket", (*row, *parts))


def period_seal(number: int, last: int) -> bytes:
    return _seal(b"period", (number, last))


def day_seal(row: Iterable[Value]) -> bytes:
    """Of a row of `days`, without its seal. A day end that is asked for again must never end a second day."""
    return _seal(b"day", row)


def trust_seal(epoch: bytes | None, last: int, refused: bytes | None, accepted: bytes | None) -> bytes:
    return _seal(b"trust", (epoch, last, refused, accepted))


def foreign_digest(head: JournalHead) -> bytes:
    """What is kept of a head that the processor showed: a hash of ours, and no byte that it chose."""
    return _seal(b"foreign head", (head.sequence, head.hash))


def _seal(what: bytes, values: Iterable[Value]) -> bytes:
    return hashlib.sha256(_TAG % what + b"".join(map(_bytes, values))).digest()


def _bytes(value: Value) -> bytes:
    """A letter for the type, the length, the value. Raises AttributeError or OverflowError for what no row has."""
    if value is None:
        return b"-"
    if isinstance(value, int):
        return b"i" + value.to_bytes(_NUMBER, "big", signed=True)
    return b"b" + len(value).to_bytes(2, "big") + value
