"""A refund that a customer waits for: cash that is handed back at once, or the card of the sale, presented again."""

from dataclasses import replace

from pos_bridge.checkout.answers import Answers
from pos_bridge.checkout.card_refund import CardRefund
from pos_bridge.checkout.claim import claim_on, not_captured
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.recording import Recording
from pos_bridge.domain.give_back import Claim
from pos_bridge.domain.ledger import JournalUnwritableError, Opening, TillKeys
from pos_bridge.domain.leg import Cause, Flow, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import cash_due
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    NotApproved,
    NotRecordable,
    NotRefunded,
    RefundAsk,
    RefundedInCash,
    RefundOutcome,
    Running,
)
from pos_bridge.domain.progress import Stage


class Refund:
    """A Work (checkout/admission.py). `withdrawn` says why it must not go on, while it still can stop."""

    def __init__(self, ask: RefundAsk, parts: Parts, recording: Recording, answers: Answers) -> None:
        self._ask = ask
        self._answers = answers
        self._parts = parts
        self._recording = recording
        self._claim: Claim | None = None
        self._withdrawn: Cause | None = None
        self._refund: CardRefund | None = None

    @property
    def till(self) -> TillKeys:
        return self._ask.till

    @property
    def service_id(self) -> str:
        return self._ask.service_id

    async def objection(self) -> NotRefunded | AlreadyApproved | NotApproved | Running | None:
        ask = self._ask
        if ask.tender is Tender.CARD and ask.sale is None:
            return NotRefunded(None, Cause.WRONG_STATE)  # nothing would bound it
        repeated = await self._answers.repeated(ask.till.sale)
        if repeated is not None:
            return repeated
        self._claim = await claim_on(self._parts.journal, ask.sale)
        if ask.tender is Tender.CASH and ask.sale is not None and self._claim is None:
            return NotRefunded(None, Cause.NOT_SEEN)  # no processor bounds it, and nothing here does
        cause = None if self._claim is None else self._claim.refusal(ask.tender, ask.amount.cents)
        if cause is not None:
            return NotRefunded(None, cause)
        return None if ask.sale is not None else await self._not_approved()

    async def _not_approved(self) -> NotApproved | None:
        """The last look before it is begun: an approval that is taken is gone."""
        rule, journal = self._parts.without_sale, self._parts.journal
        if rule is None or await rule.allows(self._ask.till.request, self._ask.amount.cents, journal):
            return None
        return NotApproved(never=rule.never)

    def withdraw(self, cause: Cause) -> None:
        if self._withdrawn is None:
            self._withdrawn = cause
        if self._refund is not None:
            self._refund.withdraw(cause)

    def not_begun(self, cause: Cause) -> NotRefunded:
        return NotRefunded(None, cause)

    async def run(self) -> RefundOutcome:
        return await (self._cash() if self._ask.tender is Tender.CASH else self._card())

    async def _cash(self) -> RefundOutcome:
        if self._withdrawn is not None:
            return NotRefunded(None, self._withdrawn)
        cents = self._ask.amount.cents
        due = cash_due(cents) if self._claim is None else self._claim.cash_back(cents)
        opening = replace(self._opening(Kind.REFUND), state=State.CASH_REFUNDED, due=due)
        return await cash_back(self._parts, self._recording, opening)

    async def _card(self) -> RefundOutcome:
        parts, sale = self._parts, self._ask.sale
        assert sale is not None, "a refund to a card names its sale"
        self._ask.progress(Stage.PREPARING)
        if not await parts.processor.ready():
            return NotRefunded(None, Cause.UNREACHABLE)
        cause = await not_captured(parts.settler.find(sale))
        if cause is not None:
            return NotRefunded(None, cause)
        if self._withdrawn is not None:
            return NotRefunded(None, self._withdrawn)
        refund = self._refund = CardRefund(parts, self._opening(Kind.CARD_REFUND), self._ask.progress)
        outcome = await refund.run()
        if isinstance(outcome, NotRecordable):
            return self._recording.failed()
        if not refund.unrecorded:
            self._recording.worked()
        return outcome

    def _opening(self, kind: Kind) -> Opening:
        ask = self._ask
        return Opening(
            key=LegKey.fresh(),
            tender=ask.tender,
            state=State.REFUND_INTENT if ask.tender is Tender.CARD else State.CASH_REFUNDED,
            amount=ask.amount,
            partial_ok=False,
            flow=Flow.TWO_MESSAGES,
            till=ask.till,
            order_digest=ask.order_digest,
            order_salt=ask.order_salt,
            due=None if ask.tender is Tender.CARD else 0,
            kind=kind,
            sale_key=ask.sale,
        )


async def cash_back(parts: Parts, recording: Recording, opening: Opening) -> RefundedInCash | NotRecordable:
    """Cash is handed back once that is durable."""
    try:
        await parts.journal.open_leg(opening)
    except JournalUnwritableError:
        return recording.failed()
    recording.worked()
    assert opening.due is not None
    return RefundedInCash(opening.key, opening.amount, opening.due)
