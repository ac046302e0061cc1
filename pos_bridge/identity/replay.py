"""What the ledger of erasures demands of a vault at each opening: whoever is in it and still here goes.

A vault that was restored has them again; a ledger that was restored is completed from its copy. Where the ledger lacks
an erasure that the vault has seen, neither can be trusted with the other, and the vault is refused.
"""

from datetime import datetime

from pos_bridge.domain.identity import VaultFault, VaultUnusableError
from pos_bridge.identity.ledger import START, Entries, Head
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.rows import Rows


def replay(rows: Rows, ledger: Ledger) -> int:
    """In a transaction of the caller's. How many went that were here. Raises VaultUnusableError(ERASURES_BEHIND)."""
    entries, seen = ledger.complete(), seen_by(rows)
    check(rows, entries)
    gone = rows.forget(_here(rows, entries), datetime.now().astimezone().date()) if entries.persons else 0
    if entries.head != seen:
        rows.note_erasures(entries.head.raw)
    return gone


def check(rows: Rows, entries: Entries) -> None:
    """Raises VaultUnusableError(ERASURES_BEHIND) for a ledger that lacks what this vault has seen."""
    if not entries.has(seen_by(rows)):
        raise VaultUnusableError(VaultFault.ERASURES_BEHIND)


def seen_by(rows: Rows) -> Head:
    raw = rows.erasures()
    return START if raw is None else Head.of(raw)


def _here(rows: Rows, entries: Entries) -> frozenset[bytes]:
    where = "SELECT 1 FROM persons WHERE name = ?"
    return frozenset(each for each in entries.persons if rows.connection.execute(where, (each,)).fetchone())
