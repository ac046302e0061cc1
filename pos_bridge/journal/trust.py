"""How far the processor's memory and this journal can be trusted together, as one row of hashes of ours.

`epoch`: SHA-256 of the processor's ledger epoch, as last seen; `last`: the newest row when it changed. A leg whose rows
are all older was opened against another ledger: that this one never saw it says nothing.
"""

import sqlite3
from typing import NamedTuple

from pos_bridge.domain.ledger import JournalHead
from pos_bridge.journal import working
from pos_bridge.journal.seals import accepted_digest, trust_seal

INSERT = "INSERT OR REPLACE INTO trust VALUES (1, ?, ?, ?, ?)"


class Trust(NamedTuple):
    """The row as SQLite gives it, without its number."""

    epoch: bytes | None
    last: int
    accepted: bytes | None
    seal: bytes

    def is_whole(self) -> bool:
        """Whether the seal fits. Raises what a row that nobody wrote raises (seals.py)."""
        return self.seal == trust_seal(self.epoch, self.last, self.accepted)


def of(connection: sqlite3.Connection) -> Trust:
    return Trust._make(connection.execute("SELECT epoch, last, accepted, seal FROM trust").fetchone())


def write(connection: sqlite3.Connection, epoch: bytes | None, last: int, accepted: bytes | None) -> None:
    connection.execute(INSERT, (epoch, last, accepted, trust_seal(epoch, last, accepted)))


def change_epoch(connection: sqlite3.Connection, tip: JournalHead, digest: bytes) -> None:
    """From the second one on, every leg that is open is doubted from now on. The same one again changes nothing."""
    known = of(connection)
    if known.epoch == digest:
        return
    if known.epoch is not None:
        working.doubt_all(connection)
    write(connection, digest, known.last if known.epoch is None else tip.sequence, known.accepted)


def accept(connection: sqlite3.Connection, head: JournalHead) -> None:
    """A person said that this journal goes on although the processor saw that row, which is not ours."""
    known = of(connection)
    write(connection, known.epoch, known.last, accepted_digest(head))


def is_accepted(connection: sqlite3.Connection, head: JournalHead) -> bool:
    return of(connection).accepted == accepted_digest(head)
