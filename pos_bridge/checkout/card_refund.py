"""One refund with its card present, from the durable intent to the till's answer: the shell of domain/step.py for it.

It cannot be sent again without the card, so what is not known of it is undone. *Not refunded* is told only once it is:
a refund that was settled meanwhile stands, and nothing takes it back.
"""

from dataclasses import replace

from pos_bridge.checkout.answers import undone
from pos_bridge.checkout.claim import WITHIN_S
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.presented import PresentedLeg, answered_by_ms
from pos_bridge.domain.authorisation import AskRefund, PresentCard
from pos_bridge.domain.happening import CardRead, Event, PromptOver, Unrecorded
from pos_bridge.domain.ledger import Opening
from pos_bridge.domain.leg import Cause, Kind, Leg, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import NotRecordable, NotRefunded, Refunded, Running
from pos_bridge.domain.progress import Progress, unwatched
from pos_bridge.domain.step import step
from pos_bridge.domain.transition import Effect


class CardRefund:
    """Run once. What nobody waits for any more goes to the settler."""

    def __init__(self, parts: Parts, opening: Opening, progress: Progress = unwatched) -> None:
        self._parts = parts
        self._opening = replace(opening, not_after_ms=answered_by_ms(parts))
        self._ask: AskRefund | None = None
        leg = Leg(opening.key, opening.amount, partial_ok=False, state=opening.state, kind=Kind.CARD_REFUND)
        self._presented = PresentedLeg(parts, self._opening, leg, progress)

    @property
    def key(self) -> LegKey:
        return self._opening.key

    @property
    def unrecorded(self) -> bool:
        """A step of it could not be made durable when it was taken."""
        return self._presented.unrecorded

    def withdraw(self, cause: Cause) -> None:
        """Takes effect until the refund is sent; after that its own answer tells."""
        self._presented.withdraw(cause)

    async def run(self) -> Refunded | NotRefunded | NotRecordable | Running:
        """Raises whatever a fault of this program raises; the leg is then in the settler's hands all the same."""
        with self._presented.never_lost():
            if not await self._presented.open():
                return NotRecordable()
            event = self._read(await self._presented.card())
            while await self._advance(event) == (Effect.REFUND,):
                event = await self._send()
            await self._presented.end_chip()
            return await self._answer()

    def _read(self, present: PresentCard | PromptOver) -> Event:
        if isinstance(present, PromptOver):
            return present
        opening = self._opening
        assert opening.sale_key is not None, "a refund to a card names its sale"
        self._ask = AskRefund(
            key=opening.key,
            sale_key=opening.sale_key,
            amount=opening.amount,
            not_after_ms=self._presented.not_after_ms(),
            present=present,
        )
        return CardRead(self._presented.leg.flow)

    async def _send(self) -> Event:
        assert self._ask is not None
        return self._presented.event(await self._parts.processor.refund(self._ask), self._ask.not_after_ms)

    async def _advance(self, event: Event) -> tuple[Effect, ...]:
        """Take one step. Its record is durable before any effect is given back; nothing is told as made without."""
        moved = step(self._presented.leg, event)
        recorded = not moved.record or await self._presented.record(moved.leg)
        if not recorded and moved.leg.state is State.REFUNDED:
            moved = step(moved.leg, Unrecorded())
        self._presented.move(moved.leg)
        if moved.leg.state is State.REVERSING or not recorded:
            self._presented.hand_over(recorded=recorded)
        return moved.effects

    async def _answer(self) -> Refunded | NotRefunded | Running:
        leg, ask, settling = self._presented.leg, self._ask, self._presented.settling
        if leg.state is State.REFUNDED and ask is not None and ask.present is not None:
            code, receipt = self._presented.code, self._presented.receipt
            return Refunded(leg.key, ask.sale_key, ask.amount, code, ask.present.card.facts, receipt)
        if leg.state is not State.REVERSING:  # a definite no, or nothing was sent: however it is recorded, none stands
            return NotRefunded(leg.key, leg.cause or Cause.NO_ANSWER)
        assert settling is not None, "what is being reversed is in the settler's hands"
        await settling.ended(WITHIN_S)
        if settling.recorded and settling.leg.state is State.REVERSED:
            return NotRefunded(leg.key, undone(settling.leg.cause))
        return Running()
