"""A payment, by its tender: cash is taken at once, a card sale runs its course; beside it goes who, if chosen."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from pos_bridge.checkout.answers import Answers
from pos_bridge.checkout.basket import Place, find_place
from pos_bridge.checkout.card_sale import CardSale, TillConfirms
from pos_bridge.checkout.confirm import Confirming
from pos_bridge.checkout.identify import Identify
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.recording import Recording
from pos_bridge.domain.ledger import JournalUnwritableError, Opening, TillKeys
from pos_bridge.domain.leg import Cause, Flow, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import cash_due
from pos_bridge.domain.outcome import (
    NotInBasket,
    NotPaid,
    NotRecordable,
    Outcome,
    PaidByCard,
    PaidInCash,
    Running,
    SaleAsk,
)
from pos_bridge.domain.progress import Stage
from pos_bridge.domain.session import Trust


class Payment:
    """A Work (checkout/admission.py). `withdrawn` says why it must not go on, while it still can stop."""

    def __init__(
        self,
        ask: SaleAsk,
        parts: Parts,
        recording: Recording,
        answers: Answers,
        *,
        confirming: Confirming,
        identify: Identify | None,
    ) -> None:
        self._ask = ask
        self._confirming = confirming
        self._place: Place | None = None
        self._parts = parts
        self._recording = recording
        self._answers = answers
        self._identify = identify
        self._withdrawn: Cause | None = None
        self._sale: CardSale | None = None

    @property
    def till(self) -> TillKeys:
        return self._ask.till

    @property
    def service_id(self) -> str:
        return self._ask.service_id

    async def objection(self) -> Outcome | None:
        if self._ask.split is None:
            former = self._ask.former
            for sale in (self._ask.till.sale, *(() if former is None else (former.sale,))):
                repeated = await self._answers.repeated(sale)
                if repeated is not None:
                    return repeated
        trusted = self._parts.processor.trust() is Trust.TRUSTED
        found = await find_place(self._parts.journal, self._ask, trusted=trusted)
        if isinstance(found, NotInBasket):
            return found
        self._place = found
        return None

    def withdraw(self, cause: Cause) -> None:
        if self._withdrawn is None:
            self._withdrawn = cause
        if self._sale is not None:
            self._sale.withdraw(cause)

    def not_begun(self, cause: Cause) -> NotPaid:
        return NotPaid(None, cause)

    async def run(self) -> Outcome:
        outcome = await (self._cash() if self._ask.tender is Tender.CASH else self._card())
        match outcome, self._place:
            case PaidByCard(), Place() as place:
                return replace(outcome, remaining=place.after(outcome.approved.cents))
            case PaidInCash(), Place() as place:
                return replace(outcome, remaining=place.after(outcome.exact.cents))
            case _:
                return outcome

    async def _cash(self) -> Outcome:
        exact = self._ask.amount
        due = cash_due(exact.cents) if self._place is None else self._place.in_cash(exact)
        return await self._identified(lambda key: self._take(self._opening(key, State.CASH_TAKEN, due=due)))

    async def _take(self, opening: Opening) -> PaidInCash | NotPaid | NotRecordable:
        if self._withdrawn is not None:
            return NotPaid(None, self._withdrawn)
        try:
            await self._parts.journal.open_leg(opening)
        except JournalUnwritableError:
            return self._recording.failed()
        self._recording.worked()
        assert opening.due is not None
        return PaidInCash(opening.key, opening.amount, opening.due)

    async def _card(self) -> Outcome:
        self._ask.progress(Stage.PREPARING)
        if not await self._parts.processor.ready():
            return NotPaid(None, Cause.UNREACHABLE)
        return await self._identified(self._present)

    async def _present(self, key: LegKey) -> Outcome:
        if self._withdrawn is not None:
            return NotPaid(None, self._withdrawn)
        opening = self._opening(key, State.INTENT)
        sale = self._sale = CardSale(self._parts, opening, self._confirms(), self._ask.progress)
        outcome = await sale.run()
        if isinstance(outcome, NotRecordable):
            return self._recording.failed()
        if isinstance(outcome, Running):
            self._answers.in_doubt.add(key)
        if not sale.unrecorded:
            self._recording.worked()
        return outcome

    def _confirms(self) -> TillConfirms | None:
        within_s = self._ask.confirm_within_s
        if within_s is None:
            return None
        return TillConfirms(within_s, lambda leg: self._confirming.expect(leg, within_s))

    async def _identified(self, pay: Callable[[LegKey], Awaitable[Outcome]]) -> Outcome:
        """The payment under its key, and beside it what the customer chose to give, if anything."""
        if self._identify is None or not self._ask.choices:
            return await pay(LegKey.fresh())
        return await self._identify.along(self._ask.choices, pay)

    def _opening(self, key: LegKey, state: State, due: int | None = None) -> Opening:
        ask = self._ask
        return Opening(
            key=key,
            tender=ask.tender,
            state=state,
            amount=ask.amount,
            partial_ok=ask.partial_ok,
            flow=Flow.TWO_MESSAGES,
            till=ask.till,
            order_digest=ask.order_digest,
            order_salt=ask.order_salt,
            due=due,
            basket=None if self._place is None else self._place.part,
        )
