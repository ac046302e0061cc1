"""A split tender that is given up: every payment of it is taken back, once each, whatever crashes in between.

That it is being cancelled is durable first. From then on no payment is added, and the rest follows from what is
recorded of each leg: so it can be begun again at any time, and a start begins it again.
"""

import asyncio

from pos_bridge.checkout.confirm import Confirming
from pos_bridge.checkout.derived import till_keys_of
from pos_bridge.checkout.order import fresh_salt, order_digest
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.refund_leg import by_reference
from pos_bridge.domain.basket import BasketFault, BasketLeg, BasketState
from pos_bridge.domain.give_back import Claim, refunds_so_far
from pos_bridge.domain.happening import Cancelled
from pos_bridge.domain.ledger import JournalUnwritableError, KnownBasket, KnownLeg, Opening
from pos_bridge.domain.leg import SETTLED, Cause, Flow, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import BasketCancelled, NoSuchBasket, NotInBasket, RefundedInCash
from pos_bridge.domain.trouble import Trouble
from pos_bridge.log import events

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0


class Cancelling:
    """The baskets that are being cancelled, each carried on in the background until a person is needed or it ends."""

    def __init__(self, parts: Parts, confirming: Confirming) -> None:
        self._parts = parts
        self._confirming = confirming
        self._tasks: dict[bytes, asyncio.Task[None]] = {}
        self._hand = asyncio.Lock()  # a till that asks, and what goes on in the background, take turns

    async def cancel(self, reference: bytes) -> BasketCancelled | NotInBasket | NoSuchBasket:
        """While no other payment runs. Again: the same answer. Raises JournalUnwritableError: begun, or not begun."""
        journal = self._parts.journal
        known = await journal.find_basket(reference)
        if known is None:
            return NoSuchBasket()
        if known.basket.state is BasketState.COMMITTED:
            return NotInBasket(BasketFault.COMMITTED, known.basket.paid, 0)
        if not known.basket.cancelling:
            await journal.cancel_basket(reference)
        try:
            again = await self._take_back(reference)
        except Exception:
            self._carry_on(reference)  # it is being cancelled all the same, also if the till does not ask again
            raise
        if again:
            self._carry_on(reference)
        return await self._told(await journal.find_basket(reference) or known)

    async def resume(self) -> int:
        """Go on with the baskets that an earlier run left: how many."""
        left = [known for known in await self._parts.journal.open_baskets() if known.basket.cancelling]
        for known in left:
            self._carry_on(known.reference)
        return len(left)

    async def close(self) -> None:
        """Stop: the journal knows what is left for the next start."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _carry_on(self, reference: bytes) -> None:
        if reference not in self._tasks:
            task = self._tasks[reference] = asyncio.create_task(self._until_it_ends(reference))
            task.add_done_callback(lambda _: self._tasks.pop(reference, None))

    async def _until_it_ends(self, reference: bytes) -> None:
        pause = _FIRST_PAUSE_S
        while await self._tried(reference):
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _tried(self, reference: bytes) -> bool:
        try:
            return await self._take_back(reference)
        except JournalUnwritableError:
            self._parts.log.emit(events.JournalUnwritable())
        except Exception:  # noqa: BLE001 - whatever it was, a payment that nobody takes back is worse than one more try
            self._parts.log.emit(events.RequestFault(Trouble.SETTLING))
        return True

    async def _take_back(self, reference: bytes) -> bool:
        """Everything that stands, as far as that can be done now. Whether it has to be looked at again.

        That is so while a payment is being voided, which can come to stand again, and while a refund is on its way.
        """
        async with self._hand:
            known = await self._parts.journal.find_basket(reference)
            if known is None:
                return False
            left = [await self._take_leg(known, place) for place in known.basket.standing]
        voided = any(leg.state is State.REVERSING and leg.cause is Cause.VOIDED for leg in known.basket.legs)
        return voided or any(left)

    async def _take_leg(self, known: KnownBasket, place: int) -> bool:
        journal = self._parts.journal
        leg, left = await journal.find_leg(known.legs[place]), known.basket.left_of(place)
        if leg is None:
            return False  # of a damaged month: a person looks
        refunds = await journal.refunds_of(leg.key)
        self._go_on(refunds, LegKey.refund_of(leg.key))
        open_ones = {refund.state for refund in refunds if refund.state not in SETTLED}
        if open_ones:  # how much is left of it is not known yet; of one that nobody knows about, a person decides
            return State.UNRESOLVED not in open_ones
        if any(refund.key == LegKey.refund_of(leg.key) for refund in refunds):
            return False  # this was done, and did not give all of it back: a person looks
        if leg.tender is Tender.CASH:
            await self._hand_back(Claim(leg, refunds_so_far(refunds)), left)
            return False
        if left < known.basket.legs[place].counts:
            await self._refund(leg, left)
        else:
            await self._reverse(leg)
        return True

    async def _reverse(self, leg: KnownLeg) -> None:
        if leg.state is State.AUTHORISED:
            await self._confirming.cancel(leg.key)
        else:
            await self._parts.settler.move(leg.key, Cancelled(Cause.CANCELLED))

    async def _hand_back(self, claim: Claim, left: int) -> None:
        """By a leg of the key that is derived from the payment's: the journal takes it once, whatever crashes."""
        leg = claim.sale
        key, salt = LegKey.refund_of(leg.key), fresh_salt()
        await self._parts.journal.open_leg(
            Opening(
                key=key,
                tender=Tender.CASH,
                state=State.CASH_REFUNDED,
                amount=Amount(left, leg.amount.currency),
                partial_ok=False,
                flow=Flow.TWO_MESSAGES,
                till=till_keys_of(key),
                order_digest=order_digest(salt, b""),
                order_salt=salt,
                due=claim.cash_back(left),
                kind=Kind.REFUND,
                sale_key=leg.key,
            )
        )

    async def _refund(self, leg: KnownLeg, left: int) -> None:
        """What is left of a payment of which a part was given back already: a reversal takes a payment back whole."""
        if not await self._parts.processor.ready():
            return  # its clock says until when the refund may be sent
        key, salt = LegKey.refund_of(leg.key), fresh_salt()
        opening = by_reference(
            self._parts.processor,
            key=key,
            sale=leg.key,
            amount=Amount(left, leg.amount.currency),
            till=till_keys_of(key),
            order_digest=order_digest(salt, b""),
            order_salt=salt,
        )
        await self._parts.journal.open_leg(opening)
        self._go_on(await self._parts.journal.refunds_of(leg.key), key, fresh=True)

    def _go_on(self, refunds: tuple[KnownLeg, ...], ours: LegKey, *, fresh: bool = False) -> None:
        """With the refund that was opened here. One whose write or look failed can be there, and nobody settles it."""
        for refund in refunds:
            if refund.key == ours and refund.state is State.REFUND_INTENT and self._parts.settler.find(ours) is None:
                self._parts.settler.take(refund.leg(), fresh=fresh)

    async def _told(self, known: KnownBasket) -> BasketCancelled:
        cash = []
        for place, leg in enumerate(known.basket.legs):
            if leg.of is None:
                continue
            found = await self._parts.journal.find_leg(known.legs[place])
            ours = found is not None and found.key == LegKey.refund_of(known.legs[leg.of])
            if found is not None and ours and found.due is not None:
                cash.append(RefundedInCash(found.key, found.amount, found.due))
        unsettled = {place if leg.of is None else leg.of for place, leg in enumerate(known.basket.legs) if _open(leg)}
        return BasketCancelled(tuple(cash), len(unsettled | set(known.basket.standing)))


def _open(leg: BasketLeg) -> bool:
    return leg.state not in SETTLED
