"""How far the processor's memory and this journal can be trusted together, as one row of hashes of ours.

`epoch`: SHA-256 of the processor's ledger epoch, as last seen; `last`: the newest row when it changed. A leg whose rows
are all older was opened against another ledger: that this one never saw it says nothing. `refused`, `accepted`: a row
that the processor showed as the newest it saw of us and that is not ours, and one that a person accepted as such.
"""

import sqlite3
from typing import NamedTuple

from pos_bridge.domain.ledger import JournalHead
from pos_bridge.journal import working
from pos_bridge.journal.seals import foreign_digest, trust_seal

INSERT = "INSERT OR REPLACE INTO trust VALUES (1, ?, ?, ?, ?, ?)"


class Trust(NamedTuple):
    """The row as SQLite gives it, without its number."""

    epoch: bytes | None = None
    last: int = 0
    refused: bytes | None = None
    accepted: bytes | None = None
    seal: bytes = b""

    def is_whole(self) -> bool:
        """Whether the seal fits. Raises what a row that nobody wrote raises (seals.py)."""
        return self.seal == trust_seal(*self[:-1])


def of(connection: sqlite3.Connection) -> Trust:
    """Raises sqlite3.DatabaseError where the row is gone: then nobody knows whom to believe."""
    found = connection.execute("SELECT epoch, last, refused, accepted, seal FROM trust").fetchone()
    if found is None:
        raise sqlite3.DatabaseError("the row of trust is missing")
    return Trust._make(found)


def write(connection: sqlite3.Connection, known: Trust) -> None:
    """The row, with its seal made anew."""
    connection.execute(INSERT, known._replace(seal=trust_seal(*known[:-1])))


def change_epoch(connection: sqlite3.Connection, tip: JournalHead, digest: bytes) -> None:
    """From the second one on, every leg that is open is doubted from now on. The same one again changes nothing."""
    known = of(connection)
    if known.epoch == digest:
        return
    if known.epoch is not None:
        working.doubt_all(connection)
    write(connection, known._replace(epoch=digest, last=known.last if known.epoch is None else tip.sequence))


def refuse(connection: sqlite3.Connection, head: JournalHead) -> None:
    """The processor showed this row as ours, and it is not."""
    known, digest = of(connection), foreign_digest(head)
    if known.refused != digest:
        write(connection, known._replace(refused=digest))


def is_refused(connection: sqlite3.Connection) -> bool:
    """A row was shown that is not ours, and no person accepted it since."""
    known = of(connection)
    return known.refused not in {None, known.accepted}


def accept(connection: sqlite3.Connection, head: JournalHead) -> None:
    """A person said that this journal goes on although the processor saw that row, which is not ours."""
    digest = foreign_digest(head)
    write(connection, of(connection)._replace(refused=digest, accepted=digest))


def accept_refused(connection: sqlite3.Connection) -> bool:
    """The same of the row that was refused last. False where none was, or that one was accepted already."""
    refused = is_refused(connection)
    if refused:
        known = of(connection)
        write(connection, known._replace(accepted=known.refused))
    return refused


def is_accepted(connection: sqlite3.Connection, head: JournalHead) -> bool:
    return of(connection).accepted == foreign_digest(head)
