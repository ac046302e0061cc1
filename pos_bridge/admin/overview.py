"""What the running engine tells IT and the status page of itself: never of a person or a card, and of sales nothing
finer than hours that are over.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pos_bridge import __version__
from pos_bridge.admin.vitals import Seen
from pos_bridge.domain.ledger import JournalUnwritableError, KnownLeg
from pos_bridge.journal.lately import Ended, lately
from pos_bridge.wire.locks import Lock

LAST_SALES = 50
_MOST_LEGS = 100
_HOUR_MS = 3_600_000
# A payment that is under way when its hour ends has not failed, and its end is nobody's to see: whatever was begun so
# late counts as begun in the hour after it.
_UNDER_WAY_MS = 15 * 60_000


@dataclass(frozen=True, slots=True)
class Hour:
    """A local day and an hour of it."""

    day: date
    hour: int

    @classmethod
    def of(cls, time: datetime) -> "Hour":
        return cls(time.date(), time.hour)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where each part comes from. `certificates`: for each, how many days it has left; `connections`: how many were
    unexpected and how many the firewall denied (None: nobody watches them).
    """

    journal: Path
    clock: Callable[[], datetime]
    started: date
    health: Callable[[], Awaitable[Seen]]
    unsettled: Callable[[], Awaitable[tuple[KnownLeg, ...]]]
    certificates: Callable[[], Mapping[str, int]]
    session_opened: Callable[[], Hour | None]
    locks: Mapping[str, Lock | None]
    connections: Callable[[], Mapping[str, int] | None] = lambda: None


class Session:
    """When the session with the processor was opened, told once that hour is over: one that was lost is opened by the
    next card sale.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._newest: Hour | None = None
        self._told: Hour | None = None

    def opened_now(self) -> None:
        self.opened()
        self._newest = Hour.of(self._clock())

    def opened(self) -> Hour | None:
        """None: nothing of it can be told yet."""
        if self._newest != Hour.of(self._clock()):
            self._told = self._newest
        return self._told


async def overview(sources: Sources) -> dict[str, object]:
    """Plain values, as they go over the socket (docs/administration.md)."""
    now = sources.clock()
    seen = await sources.health()
    opened = sources.session_opened()
    return {
        "version": __version__,
        "started_on": sources.started.isoformat(),
        "now": _hour(Hour.of(now)),
        "readers": [
            {"name": name, "there": there, "locks": _locks(sources.locks.get(name))} for name, there in seen.readers
        ],
        "processor": {"reachable": seen.processor, "session_opened": None if opened is None else _hour(opened)},
        "journal": {"writable": seen.journal},
        "certificates": [{"what": what, "days": days} for what, days in sources.certificates().items()],
        "unresolved": await _unresolved(sources, now),
        "sales": await _sales(sources, now),
        "connections": _plain(sources.connections()),
    }


async def health(sources: Sources) -> dict[str, object]:
    """Whether cards can be paid with: `ok`, and the three that it is made of; None: not looked at yet."""
    now = await sources.health()
    parts = {
        "readers": bool(now.readers) and all(there for _, there in now.readers),
        "processor": now.processor,
        "journal": now.journal,
    }
    return {"ok": now.is_well, **parts}


async def unresolved(sources: Sources, now: datetime) -> list[tuple[KnownLeg, int]] | None:
    """The legs that were begun in an hour that is over, but for its last quarter, and are not at their end, with how
    many hours ago, oldest first.

    None: the journal cannot be read.
    """
    try:
        legs = await sources.unsettled()
    except JournalUnwritableError:
        return None
    this_hour = _hour_number(now)
    aged = [(leg, this_hour - _begun(leg)) for leg in legs]
    return sorted(((leg, hours) for leg, hours in aged if hours > 0), key=lambda each: -each[1])


async def _unresolved(sources: Sources, now: datetime) -> dict[str, object] | None:
    found = await unresolved(sources, now)
    if found is None:
        return None
    legs = [
        {
            "key": str(leg.key),
            "kind": leg.kind.value,
            "tender": leg.tender.value,
            "state": leg.state.value,
            "hours": age,
        }
        for leg, age in found[:_MOST_LEGS]
    ]
    return {"count": len(found), "legs": legs}


async def _sales(sources: Sources, now: datetime) -> list[dict[str, object]] | None:
    try:
        ended = await asyncio.to_thread(lately, sources.journal, now, LAST_SALES)
    except (sqlite3.Error, OSError):
        return None
    return [_sale(each) for each in ended]


def _sale(ended: Ended) -> dict[str, object]:
    return {
        **_hour(Hour(ended.day, ended.hour)),
        "tender": ended.tender,
        "kind": ended.kind,
        "cents": ended.cents,
        "outcome": ended.outcome,
    }


def _hour(hour: Hour) -> dict[str, object]:
    return {"day": hour.day.isoformat(), "hour": hour.hour}


def _locks(locks: Lock | None) -> list[str] | None:
    return None if locks is None else [lock.name.lower() for lock in Lock if lock in locks and lock.name is not None]


def _plain(found: Mapping[str, int] | None) -> dict[str, int] | None:
    return None if found is None else dict(found)


def _hour_number(time: datetime) -> int:
    return int(time.timestamp() * 1000) // _HOUR_MS


def _begun(leg: KnownLeg) -> int:
    return ((leg.begun_ms or 0) + _UNDER_WAY_MS) // _HOUR_MS
