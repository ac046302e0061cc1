"""One card sale, from the durable intent to the till's answer: the shell that obeys domain/step.py."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from pos_bridge.checkout.answers import undone
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.presented import PresentedLeg, answered_by_ms
from pos_bridge.domain.authorisation import Ask, PresentCard
from pos_bridge.domain.card import Brand, EntryMode
from pos_bridge.domain.happening import (
    Cancelled,
    CardRead,
    Event,
    PromptOver,
    Unrecorded,
)
from pos_bridge.domain.ledger import Opening
from pos_bridge.domain.leg import APPROVED_STATES, TAKEN_BACK_STATES, Cause, Flow, Leg, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import NotPaid, NotRecordable, PaidByCard, Running
from pos_bridge.domain.progress import Progress, unwatched
from pos_bridge.domain.step import step
from pos_bridge.domain.transition import Effect

UNDO_WITHIN_S = 10.0  # how long a till waits for the reversal of an approval that could not be recorded
_ONE_MESSAGE = frozenset({Brand.INTERAC})


@dataclass(frozen=True, slots=True)
class TillConfirms:
    """That an approval waits for the till's word, so many seconds. `expect` is given the leg once that is durable."""

    within_s: int
    expect: Callable[[Leg], None]


class CardSale:
    """Run once. What nobody waits for any more goes to the settler, or waits for the till's word."""

    def __init__(
        self, parts: Parts, opening: Opening, confirms: TillConfirms | None = None, progress: Progress = unwatched
    ) -> None:
        not_after_ms = answered_by_ms(parts)
        confirm_by_ms = None if confirms is None else not_after_ms + confirms.within_s * 1000
        self._opening = replace(opening, not_after_ms=not_after_ms, confirm_by_ms=confirm_by_ms)
        leg = Leg(opening.key, opening.amount, opening.partial_ok, confirmed_by_till=confirms is not None)
        self._parts = parts
        self._confirms = confirms
        self._aborted = False
        self._unknown = False
        self._ask: Ask | None = None
        self._presented = PresentedLeg(parts, self._opening, leg, progress)

    @property
    def key(self) -> LegKey:
        return self._opening.key

    @property
    def unrecorded(self) -> bool:
        """A step of it could not be made durable when it was taken."""
        return self._presented.unrecorded

    def withdraw(self, cause: Cause) -> None:
        """Takes effect until Authorise is sent; after that the payment's own answer tells.

        A till that confirms its payments can abort until then: what is approved meanwhile is taken back.
        """
        if self._presented.unsent:
            self._presented.withdraw(cause)
        elif self._confirms is not None and cause is Cause.ABORTED:
            self._aborted = True

    async def run(self) -> NotPaid | PaidByCard | NotRecordable | Running:
        """Raises whatever a fault of this program raises; the leg is then in the settler's hands all the same."""
        with self._presented.never_lost():
            if not await self._presented.open():
                return NotRecordable()
            event = self._read(await self._presented.card())
            while True:
                effects = await self._advance(event)
                if effects == (Effect.AUTHORISE,):
                    event = await self._authorise()
                elif effects == (Effect.ASK_CARD,):
                    event = await self._presented.ask_chip()
                elif self._aborted and self._leg.state in APPROVED_STATES:
                    event = Cancelled(Cause.CANCELLED)  # while it was sent
                else:
                    break
            if Effect.CAPTURE in effects or Effect.REVERSE in effects:
                self._presented.hand_over()
            if self._confirms is not None and self._leg.state in APPROVED_STATES:
                self._confirms.expect(self._leg)
            await self._presented.end_chip()
            return self._answer()

    @property
    def _leg(self) -> Leg:
        return self._presented.leg

    def _read(self, present: PresentCard | PromptOver) -> Event:
        if isinstance(present, PromptOver):
            return present
        facts, opening = present.card.facts, self._opening
        self._ask = Ask(
            key=opening.key,
            amount=opening.amount,
            partial_ok=opening.partial_ok,
            flow=Flow.ONE_MESSAGE if facts.brand in _ONE_MESSAGE else Flow.TWO_MESSAGES,
            card=present.card,
            not_after_ms=self._presented.not_after_ms(),
            payment_salt=present.payment_salt,
            order_digest=present.order_digest,
            binding=present.binding,
        )
        return CardRead(self._ask.flow, chip=facts.entry_mode is EntryMode.CHIP)

    async def _authorise(self) -> Event:
        assert self._ask is not None
        return self._presented.event(await self._parts.processor.authorise(self._ask), self._ask.not_after_ms)

    async def _advance(self, event: Event) -> tuple[Effect, ...]:
        """Take one step. Its record is durable before any effect is given back; nothing is told as paid without."""
        moved = step(self._leg, event)
        if moved.record and not await self._presented.record(moved.leg):
            return await self._unrecorded(moved.leg)
        self._presented.move(moved.leg)
        return moved.effects

    async def _unrecorded(self, leg: Leg) -> tuple[Effect, ...]:
        """The journal still says INTENT, which recovery reverses: so any end but *paid* is true and may be told.

        An approval is the exception: a failed sync can leave it whole on disk, and the next start would capture it.
        So is one that is taken back: what the journal says of it is *approved*. It is told as not paid once the
        processor has reversed it, which no later capture undoes; until then it is not known. Nor is it where only a
        person can undo it: what the next start finds might still be *approved*.
        """
        self._presented.leg = step(leg, Unrecorded()).leg if leg.state in APPROVED_STATES else leg
        settling = self._presented.hand_over(recorded=False)
        if leg.approved is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(UNDO_WITHIN_S):
                    await settling.wait()
            self._unknown = settling.leg.state not in TAKEN_BACK_STATES
        return (Effect.TELL_TILL,)

    def _answer(self) -> NotPaid | PaidByCard | Running:
        leg = self._leg
        if self._unknown:
            return Running()
        if leg.state in APPROVED_STATES and leg.approved is not None and self._ask is not None:
            waits, facts = leg.state is State.AUTHORISED, self._ask.card.facts
            code, receipt = self._presented.code, self._presented.receipt
            return PaidByCard(leg.key, leg.amount, leg.approved, code, facts, confirm=waits, chip=receipt)
        assert leg.cause is not None
        cause = undone(leg.cause) if leg.state is State.REVERSING else leg.cause
        return NotPaid(leg.key, cause, self._presented.receipt)
