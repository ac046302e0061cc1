"""One till's lane: takes what the till asks, runs at most one movement of money at a time, and answers for what it did.

What each movement is stands in a room of its own (pay, refund, give_back); card data never comes here.
"""

import time
from collections.abc import Awaitable, Callable

from pos_bridge.checkout.admission import Admission, Answer
from pos_bridge.checkout.answers import Answers
from pos_bridge.checkout.awards import Awards
from pos_bridge.checkout.cancel_basket import Cancelling
from pos_bridge.checkout.confirm import Confirming
from pos_bridge.checkout.day_end import DayEnds
from pos_bridge.checkout.followed import Followed
from pos_bridge.checkout.give_back import GiveBack
from pos_bridge.checkout.identify import Identify
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.pay import Payment
from pos_bridge.checkout.recording import Recording
from pos_bridge.checkout.refund import Refund
from pos_bridge.checkout.settling import InDoubtError
from pos_bridge.domain.identity import ChoiceKind, VaultFault, VaultUnusableError
from pos_bridge.domain.ledger import JournalUnwritableError, KnownBasket, KnownLeg
from pos_bridge.domain.leg import APPROVED_STATES, Kind, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import (
    Busy,
    CancelOutcome,
    Confirmation,
    Contradiction,
    GiveBackAsk,
    Health,
    NeverSeen,
    NoSuchPayment,
    Outcome,
    PaidByCard,
    RefundAsk,
    RefundOutcome,
    Running,
    SaleAsk,
    StatusAnswer,
)
from pos_bridge.domain.points import AwardAsk, AwardRefundAsk, Counted, NotCounted, PointsFault, PointsOutcome
from pos_bridge.domain.session import Trust
from pos_bridge.domain.totals import Reckoning

PointsAnswer = PointsOutcome | Busy | Running


def _boot_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lane:
    """Met by pos_api.ports.Desk. `close` after the API has stopped taking requests. `clock_s` is never set back.

    Without `identify` this till keeps nobody, whatever was chosen.
    """

    def __init__(self, parts: Parts, identify: Identify | None = None, clock_s: Callable[[], float] = _boot_s) -> None:
        self._parts = parts
        self._identify = identify
        self._journal = parts.journal
        self._recording = Recording(parts.journal, parts.log)
        self._answers = Answers(parts.journal, parts.processor)
        self._admission = Admission(parts.journal, self._answers, self._recording, clock_s)
        self._confirming = Confirming(parts)
        self._cancelling = Cancelling(parts, self._confirming)
        self._day_ends = DayEnds(parts.journal, parts.processor)

    async def resume(self) -> None:
        """At the start, after Settler.recover: what waits for a till's word, and baskets that are being cancelled."""
        await self._confirming.resume()
        await self._cancelling.resume()

    async def pay(self, ask: SaleAsk) -> Outcome:
        work = Payment(
            ask, self._parts, self._recording, self._answers, confirming=self._confirming, identify=self._identify
        )
        answer = await self._admission.admit(work)
        return answer if isinstance(answer, Outcome) else Contradiction()  # that request was one for something else

    async def refund(self, ask: RefundAsk) -> RefundOutcome:
        return await self._refunded(Refund(ask, self._parts, self._recording, self._answers), ask.sale)

    async def give_back(self, ask: GiveBackAsk) -> RefundOutcome:
        return await self._refunded(GiveBack(ask, self._parts, self._recording, self._answers), ask.sale)

    async def _refunded(self, work: Refund | GiveBack, sale: LegKey | None) -> RefundOutcome:
        followed = work if self._identify is None or sale is None else Followed(work, sale, self._identify.returns)
        answer = await self._admission.admit(followed)
        return answer if isinstance(answer, RefundOutcome) else Contradiction()

    async def status(self, request: bytes) -> StatusAnswer:
        if self._admission.runs(request):
            return Running()
        told: Answer | None = await self._admission.remembered(request)
        if isinstance(told, StatusAnswer):
            return told
        try:
            known = await self._journal.find_request(request)
        except JournalUnwritableError:
            self._recording.failed()
            return Running()
        if self._admission.runs(request):
            return Running()
        if known is not None:
            return await self._answers.to(known)
        return await self._close_request(request)

    async def abort(self, request: bytes) -> bool:
        if self._admission.withdraw(request):
            return True
        if await self._admission.remembered(request) is None:
            await self._close_request(request)  # changes nothing where there is a leg
        return False

    async def confirm(self, key: LegKey) -> Confirmation:
        """A till that confirms its payments takes this one for good. Again: the same answer."""
        return await self._word(key, self._confirming.confirm)

    async def cancel(self, key: LegKey) -> Confirmation:
        """It gives this one up, which it can until it has confirmed: NotPaid. PaidByCard: it is too late for that."""
        return await self._word(key, self._confirming.cancel)

    async def cancel_basket(self, reference: bytes) -> CancelOutcome:
        """Take back every payment of a split tender that is not at its end. Again: the same answer."""
        try:
            if self._identify is None:
                return await self._admission.alone(lambda: self._cancelling.cancel(reference))
            returns, basket = self._identify.returns, await self._journal.find_basket(reference)
            sales = () if basket is None else basket.legs
            return await self._admission.alone(
                lambda: returns.along(sales, lambda: self._cancelling.cancel(reference)),
            )
        except (JournalUnwritableError, InDoubtError):  # begun or not: the till asks again
            return self._recording.failed()

    async def half_paid(self) -> tuple[KnownBasket, ...]:
        """The split tenders of which something is paid, or may be, and something is due."""
        return await self._journal.open_baskets()

    async def period(self) -> Reckoning:
        """Raises JournalUnwritableError."""
        return await self._day_ends.period()

    async def closed_period(self, request: bytes) -> Reckoning | None:
        """The day that this request ended, also in an earlier run. Raises JournalUnwritableError."""
        return await self._day_ends.closed(request)

    async def close_period(self, request: bytes) -> Reckoning:
        """The day end, once for each request. Raises JournalUnwritableError: it did not happen."""
        try:
            return await self._day_ends.close(request)
        except JournalUnwritableError:
            self._recording.failed()
            raise

    async def told(self, key: LegKey) -> None:
        try:
            await self._journal.mark_told(key)
        except JournalUnwritableError:
            self._recording.failed()

    async def recorded(self, key: LegKey) -> KnownLeg | None:
        """Raises JournalUnwritableError."""
        return await self._journal.find_leg(key)

    async def known(self, key: LegKey) -> frozenset[ChoiceKind]:
        return await self._kept().known(key)

    async def points(self, key: LegKey, paid: int) -> int | None:
        return await self._kept().points(key, paid)

    async def award(self, ask: AwardAsk) -> PointsAnswer:
        return await self._counting(lambda awards: awards.award(ask, believed=self._believed))

    async def take_back(self, ask: AwardRefundAsk) -> PointsAnswer:
        return await self._counting(lambda awards: awards.take_back(ask))

    async def counted(self, request: bytes, sale: LegKey | None, reference: bytes) -> Counted | None:
        return await self._kept().awards.counted(request, sale, reference)

    def _kept(self) -> Identify:
        """What an earlier run may have kept. Raises VaultUnusableError: it had a vault, and this one has no key."""
        if self._identify is None:
            raise VaultUnusableError(VaultFault.WRONG_KEY)
        return self._identify

    async def _counting(self, count: Callable[[Awards], Awaitable[PointsOutcome | Running]]) -> PointsAnswer:
        identify = self._identify
        if identify is None:
            return NotCounted(PointsFault.NO_RULE)
        return await self._admission.alone(lambda: count(identify.awards))

    async def health(self) -> Health:
        parts = self._parts
        return Health(parts.processor.reachable(), self._recording.works, await parts.readers.states())

    async def quiet(self) -> None:
        """Wait for a moment without a movement of money: every customer's turn has ended as it would have."""
        await self._admission.quiet()

    async def close(self) -> None:
        """What waits for its card is withdrawn; what was sent gets ten seconds, then recovery has it."""
        await self._admission.close()
        await self._confirming.close()
        await self._cancelling.close()

    @property
    def _believed(self) -> bool:
        """An old copy of the journal may say *approved* of anything."""
        return self._parts.processor.trust() is not Trust.ROLLED_BACK

    async def _word(self, key: LegKey, say: Callable[[LegKey], Awaitable[None]]) -> Confirmation:
        try:
            await say(key)
            leg = await self._journal.find_leg(key)
        except JournalUnwritableError:
            return self._recording.failed()
        except InDoubtError:  # its word may be on disk or not: the till asks again
            self._recording.failed()
            return Running()
        if leg is None or leg.kind is not Kind.SALE:
            return NoSuchPayment()
        if self._believed and leg.state in APPROVED_STATES and leg.approved is not None:
            # Without a code and a card: the till has what a receipt needs.
            return PaidByCard(leg.key, leg.amount, leg.approved, None, None, confirm=leg.state is State.AUTHORISED)
        answer = await self._answers.of(leg)
        return answer if isinstance(answer, Confirmation) else NoSuchPayment()

    async def _close_request(self, request: bytes) -> StatusAnswer:
        """Never *not seen* without closing: the till may now send again, so a late copy must find a closed door."""
        if self._admission.runs(request):  # it came while it was looked up
            return Running()
        if not self._believed:
            return Running(person=True)  # it may stand in a row that this journal lost, and have been paid
        return NeverSeen() if await self._admission.shut(request) else Running()
