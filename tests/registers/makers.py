"""Entries of an audit trail, and a foreign hand on its file."""

import os
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pos_bridge.domain.audit import Act, Actor, AuditEntry, Role
from pos_bridge.domain.identity import Purpose
from pos_bridge.domain.person import PersonFault
from pos_bridge.registers.schema import TRIGGERS
from pos_bridge.registers.trail_file import Sound, TrailFile, verify

DAY = date(2026, 11, 23)
OFFICER = Actor(Role.PRIVACY_OFFICER, 7)

actors = st.builds(Actor, st.sampled_from([role for role in Role if role is not Role.SYSTEM]), st.integers(1, 9999))
all_entries = st.builds(
    AuditEntry,
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    actors | st.just(Actor(Role.SYSTEM, 0)),
    st.sampled_from(Act),
    st.none() | st.sampled_from(Purpose),
    st.none() | st.builds(lambda: os.urandom(32)),
    st.none() | st.sampled_from(PersonFault),
)


def read(person: bytes | None = None) -> AuditEntry:
    return AuditEntry(DAY, OFFICER, Act.READ, Purpose.CONTACT, person or os.urandom(32))


def sound(path: Path) -> int:
    """How many entries there are, in a chain that holds."""
    found = verify(path)
    assert isinstance(found, Sound)
    return found.entries


def hand(path: Path, *statements: tuple[str, tuple[Any, ...]], triggers: bool = False) -> None:
    """What somebody else does to the file; without its triggers, which they put back, unless told otherwise."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if not triggers:
            for name in TRIGGERS:
                connection.execute(f"DROP TRIGGER {name}")
        for statement, values in statements:
            connection.execute(statement, values)
        if not triggers:
            for statement in TRIGGERS.values():
                connection.execute(statement)


def noted(path: Path, count: int) -> list[AuditEntry]:
    trail, told = TrailFile(path), [read() for _ in range(count)]
    for entry in told:
        trail.note(entry)
    return told
