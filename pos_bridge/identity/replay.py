"""What the ledger of erasures demands of a vault at each opening: whoever is in it and still here goes.

A vault that was restored has them again; a ledger that was restored is completed from its copy. Where the ledger lacks
an erasure that the vault has seen, neither can be trusted with the other, and the vault is refused.

An erasure that the vault has not seen, of somebody whom it does not have, is of a vault that was restored from before
they were in it. What was held then may be theirs, and no line can say so: all of it goes. Those sales are long over.
"""

from pos_bridge.clock import today
from pos_bridge.domain.identity import VaultFault, VaultUnusableError
from pos_bridge.identity.ledger import START, Entries, Head
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.rows import Rows


def replay(rows: Rows, ledger: Ledger) -> bool:
    """In a transaction of the caller's. Whether anything went. Raises VaultUnusableError(ERASURES_BEHIND)."""
    entries, seen = ledger.complete(), seen_by(rows)
    check(seen, entries)
    here = _here(rows, entries)
    gone = here and rows.forget(here, today()) > 0
    if not here.issuperset(entries.persons[seen.count :]):
        gone = rows.holding.clear() or gone
    if entries.head != seen:
        rows.note_erasures(entries.head.raw)
    return bool(gone)


def check(seen: Head, entries: Entries) -> None:
    """Raises VaultUnusableError(ERASURES_BEHIND) for a ledger that lacks what a vault has seen."""
    if not entries.has(seen):
        raise VaultUnusableError(VaultFault.ERASURES_BEHIND)


def seen_by(rows: Rows) -> Head:
    raw = rows.erasures()
    return START if raw is None else Head.of(raw)


def _here(rows: Rows, entries: Entries) -> frozenset[bytes]:
    where = "SELECT 1 FROM persons WHERE name = ?"
    return frozenset(each for each in entries.persons if rows.connection.execute(where, (each,)).fetchone())
