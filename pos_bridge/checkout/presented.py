"""A leg whose card is presented at the reader: opened durably while the prompt runs, its card read and bound.

What a card sale and a card refund have in common, and each of them owns one. It never says what comes next (they ask
domain/step.py), and never sees a card that is not sealed.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from pos_bridge.checkout.order import fresh_salt
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.settling import Settling
from pos_bridge.domain.authorisation import No, PresentCard, Unknown, Yes
from pos_bridge.domain.card import EntryMode, ReadFailure
from pos_bridge.domain.chip import NO_ANSWER, ChipReceipt, HostWord, IssuerAnswer, SecondAnswer
from pos_bridge.domain.happening import (
    Approved,
    CardAgreed,
    CardRefused,
    Declined,
    Event,
    NoAnswer,
    PromptOver,
    Recovered,
    WrongAnswer,
)
from pos_bridge.domain.ledger import Advance, JournalUnwritableError, Opening
from pos_bridge.domain.leg import SETTLED, Cause, Kind, Leg, State
from pos_bridge.domain.progress import Progress, Stage
from pos_bridge.domain.step import step
from pos_bridge.log import events

AUTHORISE_WITHIN_S = 45
AGREE_WITHIN_S = 30.0  # a chip answers in a second or two; pulled, it never does
TELL_WITHIN_S = 5.0  # how long a till waits while its chip is told what is decided already
# A chip that was put in has been read by then, its PIN entered, or has failed: then the prompt begins anew.
CHIP_S = 125
PROCESSING_S = 120  # after the card was read, whatever the processor does, the till has its answer by then

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
    ReadFailure.CHIP_DECLINED: Cause.CHIP_DECLINED,
    ReadFailure.CHIP_FAILED: Cause.CHIP_FAILED,
    ReadFailure.CARD_REMOVED: Cause.CARD_REMOVED,
    ReadFailure.CARD_BLOCKED: Cause.CARD_BLOCKED,
    ReadFailure.READER_LOGGED: Cause.READER_LOGGED,
    ReadFailure.CARD_LEFT: Cause.CARD_LEFT,
    ReadFailure.SURROUNDINGS: Cause.SURROUNDINGS,
}
_APPROVED = IssuerAnswer(HostWord.APPROVED, b"00")  # ISO 8583 response codes, where the host has no words for the chip
_DECLINED = IssuerAnswer(HostWord.DECLINED, b"05")
_WORD_STANDS = frozenset({State.DECLINED, State.REFUNDED, State.REFUND_DECLINED})


def answered_by_ms(parts: Parts) -> int:
    """The latest time, on the processor's clock, at which a till has its answer to what begins now."""
    return parts.processor.not_after_ms(2 * parts.prompt_s + CHIP_S + PROCESSING_S)


class PresentedLeg:
    """Its prompt begins at once. `leg` is where it stands, and `code` the approval code, once there is one.

    `receipt` is what the chip said of itself with its last word: never kept, a receipt printed again is without it.
    `withdrawn` says why no card is wanted any more; `unrecorded`, that a step could not be made durable when it was
    taken; `settling` is set once the leg is in the settler's hands.
    """

    def __init__(self, parts: Parts, opening: Opening, leg: Leg, progress: Progress) -> None:
        self._parts = parts
        self._progress = progress
        self._opening = opening
        self._opened = False
        self._present: PresentCard | None = None
        self.leg = leg
        self.withdrawn: Cause | None = None
        self.unrecorded = False
        self.code: str | None = None
        self.receipt: ChipReceipt | None = None
        self.settling: Settling | None = None
        self._issuer = NO_ANSWER
        self._chip_told = False
        self.prompt = parts.readers.prompt(
            opening.key,
            opening.amount,
            parts.processor.sealing_key(),
            refund=leg.kind is Kind.CARD_REFUND,
            progress=progress,
        )

    # ---- its card ----

    @property
    def unsent(self) -> bool:
        """The card is still waited for."""
        return self.leg.state is self._opening.state

    def withdraw(self, cause: Cause) -> None:
        """Takes effect while the card is waited for; the first cause stays."""
        if self.withdrawn is None and self.unsent:
            self.withdrawn = cause
            self.prompt.withdraw()

    async def open(self) -> bool:
        """Durably, while the customer takes out the card. False: it could not be, and nothing of it goes on."""
        try:
            await self._parts.journal.open_leg(self._opening)
        except JournalUnwritableError:
            self.prompt.withdraw()
            await self.prompt.card()
            await self._parts.settler.undo_unsent(self.leg)
            return False
        self._opened = True
        return True

    async def card(self) -> PresentCard | PromptOver:
        """The card as it was read, bound to the amount and the order; or why there is none."""
        card = await self.prompt.card()
        if self.withdrawn is not None:
            return PromptOver(self.withdrawn)
        if isinstance(card, ReadFailure):
            if card is not ReadFailure.NO_CARD:
                self._parts.log.emit(events.CardNotRead(card))
            return PromptOver(PROMPT_CAUSES[card])
        salt, opening = fresh_salt(), self._opening
        binding = self._parts.signer.bind(opening.key, opening.amount, card.payment, salt, opening.order_digest)
        self._present = PresentCard(card, salt, opening.order_digest, binding)
        self._progress(Stage.AUTHORISING)
        return self._present

    # ---- its request ----

    def not_after_ms(self) -> int:
        """Until when the processor may take the request that is made now."""
        return self._parts.processor.not_after_ms(AUTHORISE_WITHIN_S)

    def event(self, answer: Yes | No | Unknown, not_after_ms: int) -> Event:
        """What the processor's answer to the newest try means. `not_after_ms`: of the request, which is the same."""
        match answer:
            case Yes(amount, code, issuer):
                self.code, self._issuer = code, issuer or _APPROVED
                return Approved(amount)
            case No(cause, issuer) if cause is Cause.ISSUER or self.leg.sends == 1:
                self._issuer = issuer or _DECLINED
                return Declined(cause)
            case No():  # this try was refused unread, or too late: an earlier one may have been approved
                return NoAnswer(may_resend=False)
            case Unknown(wrong=True):
                return WrongAnswer()
            case Unknown():
                return NoAnswer(may_resend=self._parts.processor.not_after_ms(0) < not_after_ms)

    # ---- its chip ----

    async def ask_chip(self) -> CardAgreed | CardRefused:
        """Tell the chip that its issuer approved, and have its last word: whether it agrees.

        A card that was pulled, or says nothing in time, has not agreed.
        """
        said = await self._tell_chip(self._issuer, AGREE_WITHIN_S)
        if isinstance(said, ReadFailure):
            return CardRefused(PROMPT_CAUSES[said])
        return CardAgreed() if said.agreed else CardRefused()

    async def end_chip(self) -> None:
        """A chip whose request was sent is never left waiting: what is decided is told to it, and changes no more.

        Where nothing that the issuer said stands (no definite answer, or an approval that is being undone), it is told
        that there was no answer.
        """
        chip = self._present is not None and self._present.card.facts.entry_mode is EntryMode.CHIP
        if chip and not self._chip_told:
            stands = self.leg.state in _WORD_STANDS
            await self._tell_chip(self._issuer if stands else NO_ANSWER, TELL_WITHIN_S)

    async def _tell_chip(self, issuer: IssuerAnswer, within_s: float) -> SecondAnswer | ReadFailure:
        self._chip_told = True
        try:
            async with asyncio.timeout(within_s):
                said = await self.prompt.second_answer(issuer)
        except TimeoutError:
            self.prompt.withdraw()
            return SecondAnswer(agreed=False)
        finally:
            self._took_its_chip()
        if isinstance(said, SecondAnswer):
            self.receipt = said.receipt
        return said

    def _took_its_chip(self) -> None:
        """It has said its last word, if it is one."""
        if self._present is not None and self._present.card.facts.entry_mode is EntryMode.CHIP:
            self._progress(Stage.REMOVE_CARD)

    # ---- its steps ----

    async def record(self, leg: Leg) -> bool:
        """Make this next state of it durable, with what binds its card. False: it could not be, and the log says so."""
        binding = None if self._present is None else self._present.binding
        try:
            await self._parts.journal.advance(Advance(leg.key, leg.state, leg.cause, leg.approved, binding))
        except JournalUnwritableError:
            self._parts.log.emit(events.JournalUnwritable())
            self.unrecorded = True
            return False
        return True

    def move(self, leg: Leg) -> None:
        """It stands there from now on. A reversal that nobody asked for is told to the log."""
        self.leg = leg
        if leg.state is State.REVERSING and leg.cause not in {None, Cause.CANCELLED}:
            self._parts.log.emit(events.ReversalBegun(leg.cause))

    def hand_over(self, *, recorded: bool = True) -> Settling:
        """To the settler, as it stands; `recorded` is false when that is still to be made durable."""
        self.settling = self._parts.settler.take(self.leg, recorded=recorded)
        return self.settling

    @contextmanager
    def never_lost(self) -> Iterator[None]:
        """A fault of this program: the leg goes on as after a crash, now, and does not wait for the next start."""
        try:
            yield
        except Exception:
            self.prompt.withdraw()
            if self._opened and self.settling is None and self.leg.state not in SETTLED:
                moved = step(self.leg, Recovered())
                self.leg = moved.leg
                self.hand_over(recorded=not moved.record)
            raise
