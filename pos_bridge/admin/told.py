"""The running engine's own overview, as `pos-bridge status` and the status page take it; overview.py makes it.

What does not fit these shapes is of an engine of another version.
"""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from pos_bridge.domain.leg import Kind, State, Tender

_Count = Annotated[int, Meta(ge=0)]
_OfDay = Annotated[int, Meta(ge=0, le=23)]
_Name = Annotated[str, Meta(max_length=128)]


class Reader(msgspec.Struct, frozen=True):
    """`locks`: those in force in its card room; None: its room did not start."""

    name: _Name
    there: bool
    locks: tuple[_Name, ...] | None


class Hour(msgspec.Struct, frozen=True):
    day: date
    hour: _OfDay


class Processor(msgspec.Struct, frozen=True):
    """`reachable` None: the engine has not looked yet."""

    reachable: bool | None
    session_opened: Hour | None


class Journal(msgspec.Struct, frozen=True):
    writable: bool


class Certificate(msgspec.Struct, frozen=True):
    what: _Name
    days: int


class Leg(msgspec.Struct, frozen=True):
    key: Annotated[str, Meta(pattern=r"^[0-9a-f-]{36}$")]
    kind: Kind
    tender: Tender
    state: State
    hours: _Count


class Unresolved(msgspec.Struct, frozen=True):
    count: _Count
    legs: tuple[Leg, ...]


class Sale(msgspec.Struct, frozen=True):
    """The end of a payment in an hour that is over. `cents`: Canadian."""

    day: date
    hour: _OfDay
    tender: Tender
    kind: Kind
    cents: _Count
    outcome: State


class Overview(msgspec.Struct, frozen=True):
    """docs/administration.md. Parts that are not shown here may come beside these."""

    version: _Name
    started_on: date
    readers: tuple[Reader, ...]
    processor: Processor
    journal: Journal
    certificates: tuple[Certificate, ...]
    unresolved: Unresolved | None
    sales: tuple[Sale, ...] | None
    connections: dict[_Name, _Count] | None

    @property
    def is_well(self) -> bool:
        """Whether cards can be paid with, and nothing waits for a person."""
        readers = all(reader.there and reader.locks is not None for reader in self.readers)
        waiting = self.unresolved is None or self.unresolved.count > 0
        ended = any(certificate.days < 0 for certificate in self.certificates)
        return readers and self.processor.reachable is True and self.journal.writable and not (waiting or ended)
