"""What the native till API needs from the checkout beyond what every till's protocol does."""

from typing import Protocol

from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import CancelOutcome, Confirmation
from pos_bridge.pos_api.ports import Desk as AnyDesk


class Desk(AnyDesk, Protocol):
    async def recorded(self, key: LegKey) -> KnownLeg | None:
        """What the journal says of this movement. None: nothing any more. Raises JournalUnwritableError."""

    async def confirm(self, key: LegKey) -> Confirmation:
        """The till takes this payment for good. Again: the same answer."""

    async def cancel(self, key: LegKey) -> Confirmation:
        """The till gives it up, which it can until it has confirmed."""

    async def cancel_basket(self, reference: bytes) -> CancelOutcome:
        """Take back every payment of a split tender, by TillKeyMaker.basket, not at its end. Again: the same."""
