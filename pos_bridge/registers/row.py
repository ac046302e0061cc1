"""One row of the audit trail: its canonical bytes, its hash, and the entry that it is.

The hash of a row is SHA-256(tag | hash of the row before | the row in fixed width, big-endian); before the first row of
all it is zeros. NULL is encoded as 0, which no column but `operator` can hold, and an absent person as 32 zeros, so no
two rows have the same bytes.
"""

import hashlib
import struct
from datetime import date, timedelta
from typing import NamedTuple

from pos_bridge.domain.audit import Act, Actor, AuditEntry, Role
from pos_bridge.domain.identity import Purpose
from pos_bridge.domain.person import ID_LENGTH, PersonFault
from pos_bridge.registers.schema import EPOCH, FIRST_DAY, LAST_DAY

START = bytes(32)
COLUMNS = "sequence, day, role, operator, act, purpose, person, refused, hash"
NOT_A_ROW = (struct.error, TypeError, ValueError, OverflowError)  # of values that no entry has
_TAG = b"pos-bridge audit row v1"
_LAYOUT = struct.Struct(">Q H B H B B 32s B")


class Row(NamedTuple):
    """A row as SQLite gives it, in the order of COLUMNS."""

    sequence: int
    day: int
    role: int
    operator: int
    act: int
    purpose: int | None
    person: bytes | None
    refused: int | None
    hash: bytes = b""

    @property
    def entry(self) -> AuditEntry:
        """Raises one of NOT_A_ROW for what is none."""
        if self.person is not None and len(self.person) != ID_LENGTH:
            raise ValueError("a person's name in the vault has 32 bytes")
        return AuditEntry(
            EPOCH + timedelta(days=self.day),
            Actor(Role(self.role), self.operator),
            Act(self.act),
            None if self.purpose is None else Purpose(self.purpose),
            self.person,
            None if self.refused is None else PersonFault(self.refused),
        )


def day_of(day: date) -> int:
    """As a column has it: the nearest day that can be."""
    return min(max((day - EPOCH).days, FIRST_DAY), LAST_DAY)


def row_of(sequence: int, before: bytes, entry: AuditEntry) -> Row:
    """The row of that number behind the hash `before`. By a clock that is far off, of the nearest day that can be."""
    row = Row(
        sequence,
        day_of(entry.day),
        entry.actor.role.value,
        entry.actor.operator,
        entry.act.value,
        None if entry.purpose is None else entry.purpose.value,
        entry.person,
        None if entry.refused is None else entry.refused.value,
    )
    return row._replace(hash=row_hash(before, row))


def row_hash(before: bytes, row: Row) -> bytes:
    """`row.hash` is not looked at. Raises one of NOT_A_ROW."""
    sequence, day, role, operator, act, purpose, person, refused, _ = row
    if person is not None and len(person) != ID_LENGTH:
        raise ValueError("a person's name in the vault has 32 bytes")
    packed = _LAYOUT.pack(sequence, day, role, operator, act, purpose or 0, person or bytes(ID_LENGTH), refused or 0)
    return hashlib.sha256(_TAG + before + packed).digest()
