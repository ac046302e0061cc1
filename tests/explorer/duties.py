"""What the simulated processor of the explorer does of what it must, what an issuer says, and what a ledger holds."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Duties:
    """What this processor does of what it must. All of them, unless a test breaks one."""

    tombstones: bool = True
    idempotent: bool = True
    obeys_not_after: bool = True
    remembers_rows: bool = True  # the newest journal row it was shown, so that a journal that lost it is noticed
    waits_until_late: bool = False  # a reversal of an unseen key is answered only when nothing of it can come any more


ALL_DUTIES = Duties()


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger holds about a key. `times`: how often the card was charged under it (a good processor: once)."""

    state: str
    request: bytes = b""
    cents: int = 0  # approved
    asked: int = 0
    captured: int = 0
    interac: bool = False
    card: int | None = None
    sale: bytes = b""
    refusal: str | None = None  # of a refund: kept, and said again
    began_ms: int = 0
    settled: bool = False
    ended: bool = False
    times: int = 1

    @property
    def stands(self) -> int:
        """Charges (or refunds) of this key that stand."""
        return self.times if self.state in {"authorised", "captured", "refunded"} else 0

    @property
    def moved(self) -> int:
        """Cents that moved, or are held, by what stands of this key."""
        return self.stands * (self.captured or self.cents)


Verdict = Callable[[int | None, int, bool], int]  # (card, cents asked, partial allowed) to cents approved: 0 is a no


def approve(_card: int | None, cents: int, _partial: bool) -> int:
    return cents
