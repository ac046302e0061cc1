"""The ledger as `pos-bridge-sim processor DIR ledger` prints it. Pure."""

import json
from collections.abc import Iterable
from uuid import UUID

from hw_sim.processor import rules
from hw_sim.processor.facts import Entry


def listing(entries: Iterable[Entry]) -> bytes:
    """A JSON list of the entries in their order."""
    return json.dumps([_shown(entry) for entry in entries]).encode()


def _shown(entry: Entry) -> dict[str, object]:
    return {
        "key": str(UUID(bytes=entry.key)),
        "kind": entry.kind.value,
        "amount": rules.shown_amount(entry),
        "state": entry.state.value,
        "sale_key": None if entry.sale_key is None else str(UUID(bytes=entry.sale_key)),
        "captured": entry.captured_cents,
        "card": entry.card,
        "entry_mode": None if entry.entry_mode is None else entry.entry_mode.name.lower(),
        "order_digest": None if entry.order_digest is None else entry.order_digest.hex(),
    }
