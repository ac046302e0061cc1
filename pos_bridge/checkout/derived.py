"""The refund that this program itself makes: of a sale that was told as not paid, and could not be reversed in time.

Its key is derived from the sale's, so that the one leg is found again after whatever crash, and never opened twice.
"""

from hashlib import sha256

from pos_bridge.checkout.order import fresh_salt, order_digest
from pos_bridge.checkout.ports import Journal, Processor
from pos_bridge.checkout.refund_leg import by_reference
from pos_bridge.domain.authorisation import Unknown
from pos_bridge.domain.give_back import left, refunds_so_far
from pos_bridge.domain.happening import GivenBack, Standing
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.leg import Leg, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount


class DerivedRefund:
    """Of sales in GIVING_BACK. Every call may be made again after a crash, and comes to the same leg."""

    def __init__(self, journal: Journal, processor: Processor) -> None:
        self._journal = journal
        self._processor = processor

    async def ended(self, sale: Leg) -> GivenBack | None:
        """What became of the refund leg. None: it is not at its end, or a person decides about it first."""
        known = await self._journal.find_leg(LegKey.refund_of(sale.key))
        match None if known is None else known.state:
            case State.REFUNDED:
                return GivenBack(made=True)
            case State.REFUND_DECLINED:
                return GivenBack(made=False)
            case _:
                return None

    async def leg(self, sale: Leg) -> Leg | GivenBack | None:
        """The refund leg, opened durably if it is not yet, or how that ended. None: not known yet.

        Raises JournalUnwritableError.
        """
        key = LegKey.refund_of(sale.key)
        known = await self._journal.find_leg(key)
        if known is not None:
            return known.leg() if known.state is State.REFUND_INTENT else await self.ended(sale)
        if not await self._processor.ready():
            return None
        owed = await self._owed(sale)
        if not isinstance(owed, int):
            return owed
        salt = fresh_salt()
        opening = by_reference(
            self._processor,
            key=key,
            sale=sale.key,
            amount=Amount(owed, sale.amount.currency),
            till=till_keys_of(key),
            order_digest=order_digest(salt, b""),  # no till ordered it
            order_salt=salt,
        )
        await self._journal.open_leg(opening)
        known = await self._journal.find_leg(key)
        return None if known is None else known.leg()

    async def _owed(self, sale: Leg) -> int | GivenBack | None:
        """Cents that the processor captured and that no refund took: more than nothing."""
        held = await self._processor.look_up(sale.key)
        if isinstance(held, Unknown) or held.standing is Standing.IN_PROGRESS:
            return None
        if held.standing is Standing.REVERSED:  # undone meanwhile, by a person at the processor
            return GivenBack(made=True)
        if held.standing is not Standing.CAPTURED or held.amount is None:  # not seen: of another ledger, for a person
            return GivenBack(made=False)
        cents = left(held.amount.cents, refunds_so_far(await self._journal.refunds_of(sale.key)))
        return cents or GivenBack(made=True)


def till_keys_of(key: LegKey) -> TillKeys:
    """Of a request that no till made: nothing that a till sends has these."""
    return TillKeys(*(sha256(b"pos-bridge " + name + key.raw).digest() for name in (b"request", b"content", b"sale")))
