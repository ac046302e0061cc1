"""What a chip card remembers without power: its transaction counter, PIN tries, and what the issuer blocked.

One small file a card in the simulated store, written before the card goes on, so that a counter never comes twice.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from hw_sim.chip.profile import PIN_TRIES
from hw_sim.disk import write_atomically

MOST_TRANSACTIONS = 0xFFFF


class ForgottenError(Exception):
    """The file is not what a card keeps. The message is for whoever inserted it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`counter`: ATC (9F36) of the newest transaction, 0 before the first. `online`: that of the last one the issuer
    was proved to have seen (9F13). `tries`: PIN tries left (9F17).
    """

    counter: int = 0
    online: int = 0
    tries: int = PIN_TRIES
    application_blocked: bool = False
    card_blocked: bool = False


class Memory:
    """`keep` is told every change, before the card acts on it; nothing by default."""

    def __init__(self, kept: Kept = Kept(), keep: Callable[[Kept], None] = lambda _: None) -> None:
        self._kept = kept
        self._keep = keep

    @property
    def kept(self) -> Kept:
        return self._kept

    def change(self, **changes: int | bool) -> None:
        self._kept = replace(self._kept, **changes)  # type: ignore[arg-type] # the names of Kept
        self._keep(self._kept)


def on_disk(file: Path) -> Memory:
    """The memory of the card whose file this is; a new card's if absent. Raises ForgottenError."""
    kept = Kept()
    if file.exists():
        try:
            kept = Kept(**json.loads(file.read_bytes()))
        except (ValueError, TypeError):
            raise ForgottenError(f"{file}: not a card's memory; without that file the card is new") from None
    return Memory(kept, lambda changed: write_atomically(file, json.dumps(asdict(changed)).encode() + b"\n"))
