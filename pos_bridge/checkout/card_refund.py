"""One refund with its card present, from the durable intent to the till's answer: the shell of domain/step.py for it.

It cannot be sent again without the card, so what is not known of it is undone. *Not refunded* is told only once it is:
a refund that was settled meanwhile stands, and nothing takes it back.
"""

from dataclasses import replace

from pos_bridge import events
from pos_bridge.checkout.answers import undone
from pos_bridge.checkout.card_sale import AUTHORISE_WITHIN_S, PROCESSING_S, PROMPT_CAUSES, Parts
from pos_bridge.checkout.claim import WITHIN_S
from pos_bridge.checkout.order import fresh_salt
from pos_bridge.checkout.settling import Settling
from pos_bridge.domain.authorisation import AskRefund, No, PresentCard, Unknown, Yes
from pos_bridge.domain.card import ReadFailure, SealedCard
from pos_bridge.domain.happening import (
    Approved,
    CardRead,
    Declined,
    Event,
    NoAnswer,
    PromptOver,
    Recovered,
    Unrecorded,
    WrongAnswer,
)
from pos_bridge.domain.ledger import Advance, JournalUnwritableError, Opening
from pos_bridge.domain.leg import SETTLED, Cause, Kind, Leg, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import NotRecordable, NotRefunded, Refunded, Running
from pos_bridge.domain.step import Effect, step


class CardRefund:
    """Run once. What nobody waits for any more goes to the settler."""

    def __init__(self, parts: Parts, opening: Opening) -> None:
        sealing_key = parts.processor.sealing_key()
        not_after_ms = parts.processor.not_after_ms(parts.prompt_s + PROCESSING_S)
        self._parts = parts
        self._opening = replace(opening, not_after_ms=not_after_ms)
        self._leg = Leg(opening.key, opening.amount, partial_ok=False, state=opening.state, kind=Kind.CARD_REFUND)
        self._prompt = parts.readers.prompt(opening.key, opening.amount, sealing_key)
        self._withdrawn: Cause | None = None
        self._opened = False
        self._unrecorded_step = False
        self._ask: AskRefund | None = None
        self._code: str | None = None
        self._settling: Settling | None = None

    @property
    def key(self) -> LegKey:
        return self._leg.key

    @property
    def unrecorded(self) -> bool:
        """A step of it could not be made durable when it was taken."""
        return self._unrecorded_step

    def withdraw(self, cause: Cause) -> None:
        """Takes effect until the refund is sent; after that its own answer tells."""
        if self._withdrawn is None and self._leg.state is State.REFUND_INTENT:
            self._withdrawn = cause
            self._prompt.withdraw()

    async def run(self) -> Refunded | NotRefunded | NotRecordable | Running:
        """Raises whatever a fault of this program raises; the leg is then in the settler's hands all the same."""
        try:
            return await self._run()
        except Exception:
            self._give_up()
            raise

    async def _run(self) -> Refunded | NotRefunded | NotRecordable | Running:
        try:
            await self._parts.journal.open_leg(self._opening)  # while the customer takes out the card
        except JournalUnwritableError:
            self._prompt.withdraw()
            await self._prompt.card()
            await self._parts.settler.undo_unsent(self._leg)
            return NotRecordable()
        self._opened = True
        event = self._read(await self._prompt.card())
        while await self._advance(event) == (Effect.REFUND,):
            event = await self._send()
        return await self._answer()

    def _give_up(self) -> None:
        """A fault of this program: the leg goes on as after a crash, now, and does not wait for the next start."""
        self._prompt.withdraw()
        if self._opened and self._settling is None and self._leg.state not in SETTLED:
            moved = step(self._leg, Recovered())
            self._leg = moved.leg
            self._parts.settler.take(moved.leg, recorded=not moved.record)

    def _read(self, card: SealedCard | ReadFailure) -> Event:
        if self._withdrawn is not None:
            return PromptOver(self._withdrawn)
        if isinstance(card, ReadFailure):
            if card is not ReadFailure.NO_CARD:
                self._parts.log.emit(events.CardNotRead(card))
            return PromptOver(PROMPT_CAUSES[card])
        opening, salt = self._opening, fresh_salt()
        assert opening.sale_key is not None, "a refund to a card names its sale"
        binding = self._parts.signer.bind(opening.key, opening.amount, card.payment, salt, opening.order_digest)
        self._ask = AskRefund(
            key=opening.key,
            sale_key=opening.sale_key,
            amount=opening.amount,
            not_after_ms=self._parts.processor.not_after_ms(AUTHORISE_WITHIN_S),
            present=PresentCard(card, salt, opening.order_digest, binding),
        )
        return CardRead(self._leg.flow)

    async def _send(self) -> Event:
        assert self._ask is not None
        match await self._parts.processor.refund(self._ask):
            case Yes(amount, code):
                self._code = code
                return Approved(amount)
            case No(cause) if cause is Cause.ISSUER or self._leg.sends == 1:
                return Declined(cause)
            case No():  # this try was refused; an earlier one may have been done
                return NoAnswer(may_resend=False)
            case Unknown(wrong=True):
                return WrongAnswer()
            case Unknown():
                return NoAnswer(may_resend=self._parts.processor.not_after_ms(0) < self._ask.not_after_ms)

    async def _advance(self, event: Event) -> tuple[Effect, ...]:
        """Take one step. Its record is durable before any effect is given back; nothing is told as made without."""
        moved = step(self._leg, event)
        recorded = True
        if moved.record:
            try:
                await self._parts.journal.advance(self._record(moved.leg))
            except JournalUnwritableError:
                self._parts.log.emit(events.JournalUnwritable())
                moved = step(moved.leg, Unrecorded()) if moved.leg.state is State.REFUNDED else moved
                self._unrecorded_step, recorded = True, False
        self._leg = moved.leg
        if moved.leg.state is State.REVERSING and moved.leg.cause is not None:
            self._parts.log.emit(events.ReversalBegun(moved.leg.cause))
        if moved.leg.state is State.REVERSING or not recorded:
            self._settling = self._parts.settler.take(moved.leg, recorded=recorded)
        return moved.effects

    def _record(self, leg: Leg) -> Advance:
        present = None if self._ask is None else self._ask.present
        binding = None if present is None else present.binding
        return Advance(leg.key, leg.state, leg.cause, leg.approved, binding)

    async def _answer(self) -> Refunded | NotRefunded | Running:
        leg, ask = self._leg, self._ask
        if leg.state is State.REFUNDED and ask is not None and ask.present is not None:
            return Refunded(leg.key, ask.sale_key, ask.amount, self._code, ask.present.card.facts)
        if leg.state is not State.REVERSING:  # a definite no, or nothing was sent: however it is recorded, none stands
            return NotRefunded(leg.key, leg.cause or Cause.NO_ANSWER)
        assert self._settling is not None, "what is being reversed is in the settler's hands"
        await self._settling.ended(WITHIN_S)
        if self._settling.recorded and self._settling.leg.state is State.REVERSED:
            return NotRefunded(leg.key, undone(self._settling.leg.cause))
        return Running()
