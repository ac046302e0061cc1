"""One card sale, from the durable intent to the till's answer: the shell that obeys domain/leg.py."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from pos_bridge import events
from pos_bridge.checkout.order import fresh_salt
from pos_bridge.checkout.ports import CardReaders, Journal, Logbook, Processor, Signer
from pos_bridge.checkout.settle import Settler
from pos_bridge.domain.authorisation import Ask, No, Unknown, Yes
from pos_bridge.domain.card import Brand, EntryMode, ReadFailure, SealedCard
from pos_bridge.domain.happening import (
    Approved,
    Cancelled,
    CardAgreed,
    CardRead,
    CardRefused,
    Declined,
    Event,
    NoAnswer,
    PromptOver,
    Recovered,
    Unrecorded,
    WrongAnswer,
)
from pos_bridge.domain.ledger import Advance, Binding, JournalUnwritableError, Opening
from pos_bridge.domain.leg import APPROVED_STATES, SETTLED, TAKEN_BACK, Cause, Flow, Leg, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import NotPaid, NotRecordable, PaidByCard, Running
from pos_bridge.domain.step import Effect, step

AUTHORISE_WITHIN_S = 45
AGREE_WITHIN_S = 30.0  # a chip answers in a second or two; pulled, it never does
UNDO_WITHIN_S = 10.0  # how long a till waits for the reversal of an approval that could not be recorded
PROCESSING_S = 120  # after the card was read, whatever the processor does, the till has its answer by then
_ONE_MESSAGE = frozenset({Brand.INTERAC})
_NOTHING_STANDS = frozenset({State.REVERSED, State.GIVEN_BACK})

PROMPT_CAUSES = {
    ReadFailure.NO_CARD: Cause.NO_CARD,
    ReadFailure.UNREADABLE: Cause.UNREADABLE,
    ReadFailure.CHIP_REQUIRED: Cause.CHIP_REQUIRED,
    ReadFailure.NOT_A_BANK_CARD: Cause.NOT_A_BANK_CARD,
    ReadFailure.READER_ABSENT: Cause.READER,
    ReadFailure.READER_STALLED: Cause.READER,
    ReadFailure.READER_BUSY: Cause.READER,
    ReadFailure.KEY_REFUSED: Cause.ROOM,
    ReadFailure.ROOM_LOST: Cause.ROOM,
    ReadFailure.ROOM_FAULT: Cause.ROOM,
    ReadFailure.READER_IN_CLEAR: Cause.ROOM,
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a lane is made of. `prompt_s`: how long a customer has to present a card."""

    journal: Journal
    readers: CardReaders
    processor: Processor
    signer: Signer
    settler: Settler
    log: Logbook
    prompt_s: int


@dataclass(frozen=True, slots=True)
class TillConfirms:
    """That an approval waits for the till's word, so many seconds. `expect` is given the leg once that is durable."""

    within_s: int
    expect: Callable[[Leg], None]


class CardSale:
    """Run once. What nobody waits for any more goes to the settler, or waits for the till's word."""

    def __init__(self, parts: Parts, opening: Opening, confirms: TillConfirms | None = None) -> None:
        sealing_key = parts.processor.sealing_key()
        self._parts = parts
        self._confirms = confirms
        not_after_ms = self._upper_bound_ms()
        confirm_by_ms = None if confirms is None else not_after_ms + confirms.within_s * 1000
        self._opening = replace(opening, not_after_ms=not_after_ms, confirm_by_ms=confirm_by_ms)
        self._leg = Leg(opening.key, opening.amount, opening.partial_ok, confirmed_by_till=confirms is not None)
        self._withdrawn: Cause | None = None
        self._prompt = parts.readers.prompt(opening.key, opening.amount, sealing_key)
        self._opened = False
        self._unknown = False
        self._unrecorded_step = False
        self._ask: Ask | None = None
        self._code: str | None = None

    @property
    def key(self) -> LegKey:
        return self._leg.key

    @property
    def unrecorded(self) -> bool:
        """A step of it could not be made durable when it was taken."""
        return self._unrecorded_step

    def withdraw(self, cause: Cause) -> None:
        """Takes effect until Authorise is sent; after that the payment's own answer tells.

        A till that confirms its payments can abort until then: what is approved meanwhile is taken back.
        """
        if self._withdrawn is not None:
            return
        if self._leg.state is State.INTENT:
            self._withdrawn = cause
            self._prompt.withdraw()
        elif self._confirms is not None and cause is Cause.ABORTED:
            self._withdrawn = cause

    async def run(self) -> NotPaid | PaidByCard | NotRecordable | Running:
        """Raises whatever a fault of this program raises; the leg is then in the settler's hands all the same."""
        try:
            return await self._run()
        except Exception:
            self._give_up()
            raise

    async def _run(self) -> NotPaid | PaidByCard | NotRecordable | Running:
        try:
            await self._parts.journal.open_leg(self._opening)  # while the customer takes out the card
        except JournalUnwritableError:
            self._prompt.withdraw()
            await self._prompt.card()
            await self._parts.settler.undo_unsent(self._leg)
            return NotRecordable()
        self._opened = True
        event = self._read(await self._prompt.card())
        while True:
            effects = await self._advance(event)
            if effects == (Effect.AUTHORISE,):
                event = await self._authorise()
            elif effects == (Effect.ASK_CARD,):
                event = await self._second_answer()
            elif self._withdrawn is not None and self._leg.state in APPROVED_STATES:
                event = Cancelled(Cause.CANCELLED)  # while it was sent
            else:
                break
        if Effect.CAPTURE in effects or Effect.REVERSE in effects:
            self._parts.settler.take(self._leg)
        if self._confirms is not None and self._leg.state in APPROVED_STATES:
            self._confirms.expect(self._leg)
        return self._answer()

    def _give_up(self) -> None:
        """A fault of this program: the leg goes on as after a crash, now, and does not wait for the next start."""
        self._prompt.withdraw()
        if self._opened and self._leg.state not in SETTLED:
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
        salt = fresh_salt()
        opening = self._opening
        self._ask = Ask(
            key=opening.key,
            amount=opening.amount,
            partial_ok=opening.partial_ok,
            flow=Flow.ONE_MESSAGE if card.facts.brand in _ONE_MESSAGE else Flow.TWO_MESSAGES,
            card=card,
            not_after_ms=self._parts.processor.not_after_ms(AUTHORISE_WITHIN_S),
            payment_salt=salt,
            order_digest=opening.order_digest,
            binding=self._parts.signer.bind(opening.key, opening.amount, card.payment, salt, opening.order_digest),
        )
        return CardRead(self._ask.flow, chip=card.facts.entry_mode is EntryMode.CHIP)

    async def _authorise(self) -> Event:
        assert self._ask is not None
        answer = await self._parts.processor.authorise(self._ask)
        match answer:
            case Yes(amount, code):
                self._code = code
                return Approved(amount)
            case No(cause) if cause is Cause.ISSUER or self._leg.sends == 1:
                return Declined(cause)
            case No():  # this try was refused unread, or too late: an earlier one may have been approved
                return NoAnswer(may_resend=False)
            case Unknown(wrong=True):
                return WrongAnswer()
            case Unknown():
                return NoAnswer(may_resend=self._parts.processor.not_after_ms(0) < self._ask.not_after_ms)

    async def _second_answer(self) -> Event:
        """The chip's, to what the issuer approved. A card that was pulled, or says nothing, has not agreed."""
        assert self._code is not None
        try:
            async with asyncio.timeout(AGREE_WITHIN_S):
                return CardAgreed() if await self._prompt.agree(self._code) else CardRefused()
        except TimeoutError:
            return CardRefused()

    async def _advance(self, event: Event) -> tuple[Effect, ...]:
        """Take one step. Its record is durable before any effect is given back; nothing is told as paid without."""
        moved = step(self._leg, event)
        if moved.record:
            try:
                await self._parts.journal.advance(self._record(moved.leg))
            except JournalUnwritableError:
                self._parts.log.emit(events.JournalUnwritable())
                return await self._unrecorded(moved.leg)
        self._leg = moved.leg
        if moved.leg.state is State.REVERSING and moved.leg.cause not in {None, Cause.CANCELLED}:
            self._parts.log.emit(events.ReversalBegun(moved.leg.cause))
        return moved.effects

    async def _unrecorded(self, leg: Leg) -> tuple[Effect, ...]:
        """The journal still says INTENT, which recovery reverses: so any end but *paid* is true and may be told.

        An approval is the exception: a failed sync can leave it whole on disk, and the next start would capture it.
        So is one that is taken back: what the journal says of it is *approved*. It is told as not paid once the
        processor has reversed it, which no later capture undoes; until then it is not known. Nor is it where only a
        person can undo it: what the next start finds might still be *approved*.
        """
        self._unrecorded_step = True
        self._leg = step(leg, Unrecorded()).leg if leg.state in APPROVED_STATES else leg
        settling = self._parts.settler.take(self._leg, recorded=False)
        if leg.approved is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(UNDO_WITHIN_S):
                    await settling.wait()
            self._unknown = settling.leg.state not in _NOTHING_STANDS
        return (Effect.TELL_TILL,)

    def _record(self, leg: Leg) -> Advance:
        binding: Binding | None = None if self._ask is None else self._ask.binding
        return Advance(leg.key, leg.state, leg.cause, leg.approved, binding)

    def _answer(self) -> NotPaid | PaidByCard | Running:
        leg = self._leg
        if self._unknown:
            return Running()
        if leg.state in APPROVED_STATES and leg.approved is not None and self._ask is not None:
            waits = leg.state is State.AUTHORISED
            return PaidByCard(leg.key, leg.amount, leg.approved, self._code, self._ask.card.facts, confirm=waits)
        assert leg.cause is not None
        undone = leg.state is State.REVERSING and leg.cause not in TAKEN_BACK
        return NotPaid(leg.key, Cause.NO_ANSWER if undone else leg.cause)

    def _upper_bound_ms(self) -> int:
        return self._parts.processor.not_after_ms(self._parts.prompt_s + PROCESSING_S)
