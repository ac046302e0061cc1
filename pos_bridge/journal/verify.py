"""Is what is stored what was written? Names the file and the row that is not; changes nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pos_bridge.domain.ledger import JournalHead
from pos_bridge.domain.leg import SETTLED
from pos_bridge.journal import beside, lookups, months, schema
from pos_bridge.journal.errors import JournalCorruptError, JournalNewerError
from pos_bridge.journal.lookups import Link
from pos_bridge.journal.row import COLUMNS, NOT_A_ROW, Row, row_hash

_NOT_A_ROW = (sqlite3.DatabaseError, *NOT_A_ROW)
_MARKS = ("application_id", "user_version")
_SETTLED_WORDS = frozenset(state.value for state in SETTLED)


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A file whose chain holds: where it begins, where it ends, and the last rows of legs it leaves open."""

    name: str
    anchor: JournalHead
    head: JournalHead
    open_legs: dict[bytes, Row]

    @property
    def rows(self) -> int:
        return self.head.sequence - self.anchor.sequence


Report = SoundFile | JournalCorruptError | JournalNewerError


def verify(folder: Path) -> tuple[Report, ...]:
    """Check every file, oldest first, and that each continues the one before. The engine may be running."""
    reports: tuple[Report, ...] = ()
    checked: list[Path] | None = None
    while checked != (paths := months.files(folder)):  # again, where one began, or got another name, meanwhile
        reports, checked = tuple(_reports(paths)), paths
    return reports


def _reports(paths: list[Path]) -> Iterator[Report]:
    before: SoundFile | None = None
    for path in paths:
        report = check_file(path, in_use=path == paths[-1], before=before)
        yield report
        before = report if isinstance(report, SoundFile) else None


def check_file(path: Path, *, in_use: bool, before: SoundFile | None) -> Report:
    """All of one file; `before` is the file it should continue, where that one is at hand and sound."""
    try:
        with _damage_is(path.name, "cannot be read"), months.read_only(path) as connection:
            connection.execute("BEGIN")  # one moment, while the engine goes on
            report = check_chain(connection, path.name)
            check_links(connection, report)
            if in_use:
                _check_beside(connection, path, report)
            else:
                _check_structure(connection, path.name)
        if before is not None:
            _check_anchor(path, report, before)
    except (JournalCorruptError, JournalNewerError) as error:
        return error
    return report


def check_at_start(connection: sqlite3.Connection, path: Path) -> JournalHead:
    """What the engine checks: all of the file in use but links of settled legs, and where it is anchored."""
    report = check_chain(connection, path.name)
    _check_beside(connection, path, report)
    older = [other for other in months.files(path.parent) if other.name < path.name]
    if older:
        name = older[-1].name
        with _damage_is(name, "cannot be read"), months.read_only(older[-1]) as before:
            end = lookups.newest(before)
        if end != report.anchor and end.sequence >= report.anchor.sequence:  # a gap is one that a quarantine left
            whole = check_file(older[-1], in_use=False, before=None)
            raise JournalCorruptError(path.name, None, "its anchor") if isinstance(whole, SoundFile) else whole
    return report.head


def check_chain(connection: sqlite3.Connection, name: str) -> SoundFile:
    """Hash every row of an open file again. Raises JournalCorruptError, JournalNewerError."""
    with _damage_is(name, "not a journal file"):
        mark, version = (connection.execute(f"PRAGMA {mark}").fetchone()[0] for mark in _MARKS)
        if mark == schema.APPLICATION_ID and version > schema.VERSION:
            raise JournalNewerError(name)
        if mark != schema.APPLICATION_ID or version < schema.BEFORE:
            raise JournalCorruptError(name, None, "not a journal file of this version")
        at, before = connection.execute("SELECT sequence, hash FROM anchor").fetchone()
        anchor = JournalHead(at, before)
    open_legs: dict[bytes, Row] = {}
    try:
        for stored in connection.execute(f"SELECT {COLUMNS} FROM chain ORDER BY sequence"):  # noqa: S608 - a constant
            if stored[0] != at + 1:
                raise JournalCorruptError(name, at + 1, "missing")
            before = row_hash(before, stored)
            if before != stored[-1]:
                raise JournalCorruptError(name, at + 1, "its hash does not fit")
            at += 1
            if stored[2] in _SETTLED_WORDS:
                open_legs.pop(stored[1], None)
            else:
                open_legs[stored[1]] = Row._make(stored)
    except _NOT_A_ROW as error:
        raise JournalCorruptError(name, at + 1, "cannot be read") from error
    return SoundFile(name, anchor, JournalHead(at, before), open_legs)


def check_links(connection: sqlite3.Connection, report: SoundFile) -> None:
    """Every link to a row of this file opens that row's commitment."""
    for stored in connection.execute("SELECT * FROM links"):
        link = Link._make(stored)
        if link.last is None or link.last <= report.anchor.sequence:
            continue
        row = lookups.row_at(connection, link.last)
        if row is None or not link.opens(row):
            raise JournalCorruptError(report.name, link.last, "its link does not fit")


def _check_beside(connection: sqlite3.Connection, path: Path, report: SoundFile) -> None:
    """The tables beside the chain agree with it, and the file's structure is whole."""
    with _damage_is(report.name, "beside the chain"):
        beside.check(connection, path, report.anchor.sequence, report.open_legs)
        _check_structure(connection, report.name)


def _check_structure(connection: sqlite3.Connection, name: str) -> None:
    for constraints_too, check in (
        (False, "quick_check"),
        (False, "integrity_check(links)"),  # its index, by which refunds are found
        (True, "integrity_check(requests)"),
        *((True, f"quick_check({table})") for table in ("working", "baskets", "parts", "period", "days", "trust")),
    ):
        # Of the chain's rows the hashes say more, and sooner.
        connection.execute(f"PRAGMA ignore_check_constraints = {not constraints_too}")
        if connection.execute(f"PRAGMA {check}").fetchall() != [("ok",)]:
            raise JournalCorruptError(name, None, "its structure")


def _check_anchor(path: Path, report: SoundFile, before: SoundFile) -> None:
    if before.head == report.anchor:
        return
    for other in lookups.elsewhere(path):  # what lies between may be in quarantine
        with suppress(*_NOT_A_ROW):
            gap = before.head.sequence < report.anchor.sequence
            if gap and lookups.hash_at(other, report.anchor.sequence) == report.anchor.hash:
                return
    raise JournalCorruptError(report.name, None, "its anchor is not the end of the file before")


@contextmanager
def _damage_is(name: str, what: str) -> Iterator[None]:
    try:
        yield
    except _NOT_A_ROW as error:
        raise JournalCorruptError(name, None, what) from error
