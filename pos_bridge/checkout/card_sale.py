"""One card sale, from the durable intent to the till's answer: the shell that obeys domain/leg.py."""

from dataclasses import dataclass, replace

from pos_bridge import events
from pos_bridge.checkout.order import fresh_salt
from pos_bridge.checkout.ports import CardReaders, Journal, Logbook, Processor, Signer
from pos_bridge.checkout.settle import Settler
from pos_bridge.domain.authorisation import Ask, No, Unknown, Yes
from pos_bridge.domain.card import Brand, ReadFailure, SealedCard
from pos_bridge.domain.ledger import Advance, Binding, JournalUnwritableError, Opening
from pos_bridge.domain.leg import (
    SETTLED,
    Approved,
    CardRead,
    Cause,
    Declined,
    Effect,
    Event,
    Flow,
    Leg,
    NoAnswer,
    PromptOver,
    Recovered,
    State,
    Unrecorded,
    WrongAnswer,
    step,
)
from pos_bridge.domain.outcome import NotPaid, NotRecordable, PaidByCard

AUTHORISE_WITHIN_S = 45
PROCESSING_S = 120  # after the card was read, whatever the processor does, the till has its answer by then
_ONE_MESSAGE = frozenset({Brand.INTERAC})

_PROMPT_CAUSES = {
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


class CardSale:
    """Run once. What nobody waits for any more goes to the settler."""

    def __init__(self, parts: Parts, opening: Opening) -> None:
        sealing_key = parts.processor.sealing_key()
        self._parts = parts
        self._opening = replace(opening, not_after_ms=self._upper_bound_ms())
        self._leg = Leg(opening.key, opening.amount, opening.partial_ok)
        self._withdrawn: Cause | None = None
        self._prompt = parts.readers.prompt(opening.key, opening.amount, sealing_key)
        self._ask: Ask | None = None
        self._code: str | None = None

    def withdraw(self, cause: Cause) -> None:
        """Takes effect until Authorise is sent; after that the payment's own answer tells."""
        if self._withdrawn is None and self._leg.state is State.INTENT:
            self._withdrawn = cause
            self._prompt.withdraw()

    async def run(self) -> NotPaid | PaidByCard | NotRecordable:
        try:
            await self._parts.journal.open_leg(self._opening)  # while the customer takes out the card
        except JournalUnwritableError:
            self._prompt.withdraw()
            await self._prompt.card()
            return NotRecordable()
        try:
            return await self._pay()
        except Exception:
            self._give_up()
            raise

    async def _pay(self) -> NotPaid | PaidByCard:
        event = self._read(await self._prompt.card())
        while True:
            effects = await self._advance(event)
            if effects == (Effect.AUTHORISE,):
                event = await self._authorise()
                continue
            if Effect.CAPTURE in effects or Effect.REVERSE in effects:
                self._parts.settler.take(self._leg)
            return self._answer()

    def _give_up(self) -> None:
        """A fault of this program: the leg ends as it would after a crash, and does not wait for one."""
        self._prompt.withdraw()
        if self._leg.state not in SETTLED:
            moved = step(self._leg, Recovered())
            self._parts.settler.take(moved.leg, recorded=not moved.record)

    def _read(self, card: SealedCard | ReadFailure) -> Event:
        if self._withdrawn is not None:
            return PromptOver(self._withdrawn)
        if isinstance(card, ReadFailure):
            if card is not ReadFailure.NO_CARD:
                self._parts.log.emit(events.CardNotRead(card))
            return PromptOver(_PROMPT_CAUSES[card])
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
            binding=self._parts.signer.bind(opening.key, card.payment, salt, opening.order_digest),
        )
        return CardRead(self._ask.flow)

    async def _authorise(self) -> Event:
        assert self._ask is not None
        answer = await self._parts.processor.authorise(self._ask)
        match answer:
            case Yes(amount, code):
                self._code = code
                return Approved(amount)
            case No(cause):
                return Declined(cause)
            case Unknown(wrong=True):
                return WrongAnswer()
            case Unknown():
                return NoAnswer(may_resend=self._parts.processor.not_after_ms(0) < self._ask.not_after_ms)

    async def _advance(self, event: Event) -> tuple[Effect, ...]:
        """Take one step. Its record is durable before any effect is given back; nothing is told as paid without."""
        moved = step(self._leg, event)
        if moved.record:
            try:
                await self._parts.journal.advance(self._record(moved.leg))
            except JournalUnwritableError:
                self._parts.log.emit(events.JournalUnwritable())
                return self._unrecorded(moved.leg)
        self._leg = moved.leg
        if moved.leg.state is State.REVERSING and moved.leg.cause is not None:
            self._parts.log.emit(events.ReversalBegun(moved.leg.cause))
        return moved.effects

    def _unrecorded(self, leg: Leg) -> tuple[Effect, ...]:
        """The journal still says INTENT, which recovery reverses: so any end but *paid* is true and may be told."""
        self._leg = step(leg, Unrecorded()).leg if leg.approved is not None else leg
        self._parts.settler.take(self._leg, recorded=False)
        return (Effect.TELL_TILL,)

    def _record(self, leg: Leg) -> Advance:
        binding: Binding | None = None if self._ask is None else self._ask.binding
        return Advance(leg.key, leg.state, leg.cause, leg.approved, binding)

    def _answer(self) -> NotPaid | PaidByCard:
        leg = self._leg
        if leg.approved is not None and self._ask is not None:
            return PaidByCard(leg.key, leg.amount, leg.approved, self._code, self._ask.card.facts)
        assert leg.cause is not None
        return NotPaid(leg.key, Cause.NO_ANSWER if leg.state is State.REVERSING else leg.cause)

    def _upper_bound_ms(self) -> int:
        return self._parts.processor.not_after_ms(self._parts.prompt_s + PROCESSING_S)
