"""What our side knows of a sale when money of it is asked back: looked at before anything is opened or sent."""

from pos_bridge.checkout.ports import Journal
from pos_bridge.checkout.settling import Settling
from pos_bridge.domain.basket import BasketState
from pos_bridge.domain.give_back import Claim, refunds_so_far
from pos_bridge.domain.leg import Cause, State
from pos_bridge.domain.leg_key import LegKey

WITHIN_S = 10.0  # how long a till waits for the end of what only needs keys; after that its status tells


async def claim_on(journal: Journal, sale: LegKey | None) -> Claim | None:
    """None: that sale is not known here; another lane may have made it. Raises JournalUnwritableError."""
    known = None if sale is None else await journal.find_leg(sale)
    if known is None:
        return None
    refunds = refunds_so_far(await journal.refunds_of(known.key))
    basket = await journal.basket_of(known.key)
    if basket is None:
        return Claim(known, refunds)
    return Claim(known, refunds, basket.basket.cancelling, committed=basket.basket.state is BasketState.COMMITTED)


async def not_captured(settling: Settling | None) -> Cause | None:
    """Why a sale cannot be refunded yet, or never: a capture that is under way is waited for. None: it is captured."""
    if settling is None:
        return None
    await settling.ended(WITHIN_S)
    if settling.recorded:
        return None if settling.leg.state is State.CAPTURED else Cause.WRONG_STATE
    return Cause.UNREACHABLE
