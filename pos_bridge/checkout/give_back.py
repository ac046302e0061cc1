"""Giving a sale back by its key alone, whichever way works: cash in cash, a card sale voided, or else refunded.

What it needs is durable before anything is sent; then the settler goes on with it, and the till waits ten seconds.
"""

from dataclasses import replace
from typing import assert_never

from pos_bridge.checkout.answers import Answers
from pos_bridge.checkout.claim import WITHIN_S, claim_on, not_captured
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.recording import Recording
from pos_bridge.checkout.refund import cash_back
from pos_bridge.checkout.refund_leg import by_reference, open_surely
from pos_bridge.checkout.settling import InDoubtError, Settling
from pos_bridge.domain.authorisation import Holding, Unknown
from pos_bridge.domain.give_back import Claim
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.happening import Voided as VoidedLeg
from pos_bridge.domain.ledger import JournalUnwritableError, Opening, TillKeys
from pos_bridge.domain.leg import OWED, Cause, Flow, Kind, Leg, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    GiveBackAsk,
    NotRefunded,
    Refunded,
    RefundOutcome,
    Running,
    Voided,
)
from pos_bridge.domain.session import Trust


class GiveBack:
    """A Work (checkout/admission.py)."""

    def __init__(self, ask: GiveBackAsk, parts: Parts, recording: Recording, answers: Answers) -> None:
        self._ask = ask
        self._answers = answers
        self._parts = parts
        self._recording = recording
        self._claim: Claim | None = None
        self._withdrawn: Cause | None = None
        self._voided = False  # durably: from then on the till's request has an end of its own

    @property
    def till(self) -> TillKeys:
        return self._ask.till

    @property
    def service_id(self) -> str:
        return self._ask.service_id

    async def objection(self) -> NotRefunded | AlreadyApproved | Running | None:
        repeated = await self._answers.repeated(self._ask.till.sale)
        if repeated is not None:
            return repeated
        claim = self._claim = await claim_on(self._parts.journal, self._ask.sale)
        cause = None if claim is None else self._refusal(claim)
        return None if cause is None else NotRefunded(None, cause)

    def withdraw(self, cause: Cause) -> None:
        """Takes effect until something is durable."""
        self._withdrawn = cause

    def not_begun(self, cause: Cause) -> NotRefunded:
        return NotRefunded(None, cause)

    async def run(self) -> RefundOutcome:
        if self._withdrawn is not None:
            return NotRefunded(None, self._withdrawn)
        try:
            if self._claim is None:
                return await self._unknown_sale()
            if self._claim.sale.tender is Tender.CASH:
                return await self._cash(self._claim)
            if self._parts.processor.trust() is Trust.ROLLED_BACK:
                return NotRefunded(None, Cause.UNREACHABLE)
            if self._voids(self._claim):
                return await self._void(self._claim)
            return await self._refund_known(self._claim)
        except JournalUnwritableError:
            return self._recording.failed()
        except InDoubtError:
            self._recording.failed()
            return Running()  # it may be stored: then the next start goes on with it

    # ---- what may be done ----

    def _refusal(self, claim: Claim) -> Cause | None:
        cents = None if self._ask.amount is None else self._ask.amount.cents
        refusal = claim.refusal(claim.sale.tender, cents)
        if refusal is not None or not self._ask.void_only:
            return refusal
        if claim.sale.cause in OWED:  # a void of it was tried
            return claim.sale.cause
        return None if self._is_whole(claim) else Cause.WRONG_STATE

    def _is_whole(self, claim: Claim) -> bool:
        amount = self._ask.amount
        return claim.untouched and (amount is None or amount.cents == claim.paid)

    def _voids(self, claim: Claim) -> bool:
        """A void would open a split tender again that is all paid; a refund is a return of goods, and does not."""
        may = self._ask.void_only or not claim.committed
        return may and self._is_whole(claim) and claim.sale.cause not in OWED

    # ---- a void ----

    async def _void(self, claim: Claim) -> RefundOutcome:
        """Needs no processor to begin: that the sale is taken back is durable, and is told once it was."""
        settling = await self._parts.settler.move(claim.sale.key, VoidedLeg(), self._ask.till)
        if settling is None:
            return NotRefunded(None, Cause.WRONG_STATE)
        self._voided = True
        self._recording.worked()
        await settling.ended(WITHIN_S)
        leg = settling.leg
        if leg.state is State.REVERSED:
            return Voided(leg.key, Amount(claim.paid, leg.amount.currency))
        if leg.state is not State.CAPTURED or not settling.recorded:
            return Running()
        if leg.cause is Cause.TOO_LATE and not self._ask.void_only and await self._parts.processor.ready():
            return await self._refund(claim.sale.key, claim.paid)
        return NotRefunded(leg.key, leg.cause or Cause.WRONG_STATE)

    # ---- a refund by reference ----

    async def _refund_known(self, claim: Claim) -> RefundOutcome:
        sale = claim.sale.key
        if claim.sale.cause is Cause.CARD_NEEDED:
            return NotRefunded(None, Cause.CARD_NEEDED)
        cause = await not_captured(self._parts.settler.find(sale))
        if cause is not None or not await self._parts.processor.ready():
            return NotRefunded(None, cause or Cause.UNREACHABLE)
        return await self._refund(sale, claim.left if self._ask.amount is None else self._ask.amount.cents)

    async def _unknown_sale(self) -> RefundOutcome:
        """Another lane's, or one of long ago: the processor decides. How much it was, only it can say."""
        ask, processor = self._ask, self._parts.processor
        if ask.void_only:
            return NotRefunded(None, Cause.NOT_SEEN)
        if not await processor.ready():
            return NotRefunded(None, Cause.UNREACHABLE)
        if ask.amount is not None:
            return await self._refund(ask.sale, ask.amount.cents)
        match await processor.look_up(ask.sale):
            case Holding(Standing.CAPTURED, Amount(cents)):
                return await self._refund(ask.sale, cents)
            case Holding(Standing.NOT_SEEN | Standing.TOMBSTONE):
                return NotRefunded(None, Cause.NOT_SEEN)
            case Holding():
                return NotRefunded(None, Cause.WRONG_STATE)
            case Unknown():
                return NotRefunded(None, Cause.UNREACHABLE)
            case never:
                assert_never(never)

    async def _refund(self, sale: LegKey, cents: int) -> RefundOutcome:
        ask = self._ask
        if self._withdrawn is not None and not self._voided:
            return NotRefunded(None, self._withdrawn)
        opening = by_reference(
            self._parts.processor,
            key=LegKey.fresh(),
            sale=sale,
            amount=Amount(cents),
            till=ask.till,
            order_digest=ask.order_digest,
            order_salt=ask.order_salt,
        )
        recorded = await open_surely(self._parts.journal, opening)
        self._recording.worked()
        leg = Leg(opening.key, opening.amount, partial_ok=False, state=State.REFUND_INTENT, kind=Kind.REFUND)
        settling = self._parts.settler.take(leg, recorded=recorded, fresh=True)
        await settling.ended(WITHIN_S)
        return await self._told(settling, opening)

    async def _told(self, settling: Settling, opening: Opening) -> RefundOutcome:
        """*Refunded* once it is known (after a crash the same is asked, and told). *Not* only once it is durable."""
        leg = settling.leg
        assert opening.sale_key is not None, "a refund by reference is of a sale"
        if leg.state is State.REFUNDED:
            facts = await self._parts.processor.receipt_facts(leg.key)
            card = None if facts is None else facts.card
            return Refunded(leg.key, opening.sale_key, leg.amount, settling.code, card)
        if leg.state is State.REFUND_DECLINED and settling.recorded:
            return NotRefunded(leg.key, leg.cause or Cause.PROCESSOR)
        return Running()

    # ---- cash ----

    async def _cash(self, claim: Claim) -> RefundOutcome:
        ask, sale = self._ask, claim.sale
        cents = claim.left if ask.amount is None else ask.amount.cents
        opening = Opening(
            key=LegKey.fresh(),
            tender=Tender.CASH,
            state=State.CASH_REFUNDED,
            amount=replace(sale.amount, cents=cents),
            partial_ok=False,
            flow=Flow.TWO_MESSAGES,
            till=ask.till,
            order_digest=ask.order_digest,
            order_salt=ask.order_salt,
            due=claim.cash_back(cents),
            kind=Kind.REFUND,
            sale_key=sale.key,
        )
        return await cash_back(self._parts, self._recording, opening)
