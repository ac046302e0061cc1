"""One till's lane: takes what the till asks, runs at most one payment at a time, and answers for what it did.

It obeys domain/leg.py's step function: first what must be durable, then the effects. Card data never comes here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pos_bridge import events
from pos_bridge.checkout.card_sale import CardSale, Parts
from pos_bridge.checkout.identify import Identify
from pos_bridge.checkout.remembered import Remembered
from pos_bridge.domain.identity import ChoiceKind, VaultFault, VaultUnusableError
from pos_bridge.domain.ledger import JournalUnwritableError, KnownLeg, KnownRequest, Opening
from pos_bridge.domain.leg import APPROVED_STATES, OWED, Cause, Flow, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import cash_due
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    Busy,
    Closed,
    Contradiction,
    Health,
    NeverSeen,
    NotPaid,
    NotRecordable,
    Outcome,
    PaidByCard,
    PaidInCash,
    Running,
    SaleAsk,
    StatusAnswer,
)

_GRACE_S = 10.0  # what a payment that was sent gets before a stopping daemon leaves it to recovery

UNDONE_STATES = frozenset({State.INTENT, State.REVERSING, State.REVERSED})  # INTENT: of a sale that runs no more


def _boot_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(slots=True)
class _Payment:
    """A payment from its admission to its answer. `withdrawn` says why it must not go on, while it still can stop.

    `answered` before: it is a repeat, and was given the answer that there is.
    """

    ask: SaleAsk
    answered: bool = False
    task: "asyncio.Task[Outcome] | None" = None
    withdrawn: Cause | None = None
    sale: CardSale | None = field(default=None)

    def withdraw(self, cause: Cause) -> None:
        if self.withdrawn is None:
            self.withdrawn = cause
        if self.sale is not None:
            self.sale.withdraw(cause)


class Lane:
    """Met by pos_api.ports.Desk. `close` after the API has stopped taking requests. `clock_s` is never set back.

    Without `identify` this till keeps nobody, whatever was chosen.
    """

    def __init__(self, parts: Parts, identify: Identify | None = None, clock_s: Callable[[], float] = _boot_s) -> None:
        self._parts = parts
        self._identify = identify
        self._journal = parts.journal
        self._live: dict[bytes, _Payment] = {}
        self._current: _Payment | None = None
        self._done = Remembered(clock_s)
        self._in_doubt: set[LegKey] = set()  # approvals that may be on disk or not: the journal says INTENT of them
        self._stopping = False
        self._journal_failed = False

    async def pay(self, ask: SaleAsk) -> Outcome:
        live = self._live.get(ask.till.request)
        if live is None:
            live = _Payment(ask)
            live.task = asyncio.create_task(self._run(live))
            self._live[ask.till.request] = live
        elif live.ask.till.content != ask.till.content:
            return Contradiction()
        assert live.task is not None
        return await asyncio.shield(live.task)

    async def status(self, request: bytes) -> StatusAnswer:
        if request in self._live:
            return Running()
        done = self._done.find(request)
        if done is not None and isinstance(done.outcome, PaidByCard | PaidInCash | NotPaid | Closed):
            return done.outcome
        try:
            known = await self._journal.find_request(request)
        except JournalUnwritableError:
            self._unwritable()
            return Running()
        if request in self._live:
            return Running()
        if known is None:
            return await self._close_request(request)
        return _without_leg(known) if known.leg is None else await self._answer_for(known.leg)

    async def abort(self, request: bytes) -> bool:
        live = self._live.get(request)
        if live is not None:
            live.withdraw(Cause.ABORTED)
            return True
        if self._done.find(request) is None:
            await self._close_request(request)  # changes nothing where there is a leg
        return False

    async def told(self, key: LegKey) -> None:
        try:
            await self._journal.mark_told(key)
        except JournalUnwritableError:
            self._unwritable()

    async def known(self, key: LegKey) -> frozenset[ChoiceKind]:
        if self._identify is None:  # an earlier run had a vault, and this one is not told its key
            raise VaultUnusableError(VaultFault.WRONG_KEY)
        return await self._identify.known(key)

    async def health(self) -> Health:
        parts = self._parts
        writable = self._journal.writable and not self._journal_failed
        return Health(parts.processor.reachable(), writable, await parts.readers.states())

    async def close(self) -> None:
        """A payment that waits for its card is withdrawn; one that was sent gets ten seconds, then recovery has it."""
        self._stopping = True
        payments = tuple(self._live.values())
        for payment in payments:
            payment.withdraw(Cause.STOPPED)
        tasks = [payment.task for payment in payments if payment.task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, payment: _Payment) -> Outcome:
        request = payment.ask.till.request
        try:
            outcome = await self._admit(payment)
            if isinstance(outcome, NotPaid) and outcome.key is None and not payment.answered:
                await self._shut(request)  # final as told: a late copy must not be paid after a restart
            if not (payment.answered or isinstance(outcome, Busy | NotRecordable | Contradiction | Running)):
                self._done.add(request, payment.ask.till.content, outcome)
            return outcome
        finally:
            if self._current is payment:
                self._current = None
            del self._live[request]

    async def _admit(self, payment: _Payment) -> Outcome:
        """Everything that can be answered without starting a payment, then the payment."""
        ask = payment.ask
        try:
            before = await self._before(ask)
            if before is not None:
                payment.answered = True
                return before
            if self._current is not None:
                return Busy(self._current.ask.service_id)
            self._current = payment  # first: no other payment can end between this look and the start
            first = None if ask.partial_ok else await self._journal.approved_untold(ask.till.sale)
        except JournalUnwritableError:
            return self._unwritable()
        if first is not None:
            return AlreadyApproved(first)
        if self._stopping:
            return NotPaid(None, Cause.STOPPED)
        return await (self._cash(payment) if ask.tender is Tender.CASH else self._card(payment))

    async def _before(self, ask: SaleAsk) -> Outcome | None:
        """The answer to a till request that was seen before: in memory, or by an earlier run."""
        done = self._done.find(ask.till.request)
        if done is not None:
            return done.outcome if done.content == ask.till.content else Contradiction()
        known = await self._journal.find_request(ask.till.request)
        if known is None:
            return None
        if known.leg is None and not known.content:
            return Closed()
        if known.content != ask.till.content:
            return Contradiction()
        return _without_leg(known) if known.leg is None else await self._answer_for(known.leg)

    async def _cash(self, payment: _Payment) -> Outcome:
        ask = payment.ask
        opening = _opening(ask, LegKey.fresh(), State.CASH_TAKEN, due=cash_due(ask.amount.cents))
        return await self._identified(ask, opening.key, lambda: self._take(payment, opening))

    async def _take(self, payment: _Payment, opening: Opening) -> PaidInCash | NotPaid | NotRecordable:
        if payment.withdrawn is not None:
            return NotPaid(None, payment.withdrawn)
        try:
            await self._journal.open_leg(opening)
        except JournalUnwritableError:
            return self._unwritable()
        self._journal_failed = False
        assert opening.due is not None
        return PaidInCash(opening.key, opening.amount, opening.due)

    async def _card(self, payment: _Payment) -> Outcome:
        if not await self._parts.processor.ready():
            return NotPaid(None, Cause.UNREACHABLE)
        if payment.withdrawn is not None:
            return NotPaid(None, payment.withdrawn)
        sale = payment.sale = CardSale(self._parts, _opening(payment.ask, LegKey.fresh(), State.INTENT))
        outcome = await self._identified(payment.ask, sale.key, sale.run)  # the reader waits for its card meanwhile
        if isinstance(outcome, NotRecordable):
            return self._unwritable()
        if isinstance(outcome, Running):
            self._in_doubt.add(sale.key)
        if not sale.unrecorded:
            self._journal_failed = False
        return outcome

    async def _identified(self, ask: SaleAsk, key: LegKey, pay: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """The payment, and beside it what the customer chose to give, if anything."""
        if self._identify is None or not ask.choices:
            return await pay()
        return await self._identify.along(key, ask.choices, pay)

    async def _answer_for(self, leg: KnownLeg) -> PaidByCard | PaidInCash | NotPaid | Running:
        """The truth about a leg of an earlier run, from the journal, and from the processor what a receipt needs."""
        if leg.state is State.CASH_TAKEN and leg.due is not None:
            return PaidInCash(leg.key, leg.amount, leg.due)
        if leg.state in APPROVED_STATES and leg.approved is not None:
            facts = await self._parts.processor.receipt_facts(leg.key)
            code, card = (None, None) if facts is None else (facts.approval_code, facts.card)
            return PaidByCard(leg.key, leg.amount, leg.approved, code, card)
        if leg.state is State.INTENT and leg.key in self._in_doubt:
            return Running()
        if leg.state in UNDONE_STATES:
            return NotPaid(leg.key, Cause.NO_ANSWER)
        if leg.state is State.UNRESOLVED and leg.cause not in OWED:
            return Running()  # what a damaged journal left in doubt: it may be paid, and a person decides
        assert leg.cause is not None, "a leg that ended unpaid says why"
        return NotPaid(leg.key, leg.cause)

    async def _close_request(self, request: bytes) -> StatusAnswer:
        """Never *not seen* without closing: the till may now send again, so a late copy must find a closed door."""
        if request in self._live:  # it came while it was looked up
            return Running()
        return NeverSeen() if await self._shut(request) else Running()

    async def _shut(self, request: bytes) -> bool:
        try:
            await self._journal.close_till_request(request)
        except JournalUnwritableError:
            self._unwritable()
            return False
        return True

    def _unwritable(self) -> NotRecordable:
        self._journal_failed = True
        self._parts.log.emit(events.JournalUnwritable())
        return NotRecordable()


def _without_leg(known: KnownRequest) -> Closed | Running:
    """A request that opened a leg which cannot be found (a damaged file) may have been paid."""
    return Running() if known.content else Closed()


def _opening(ask: SaleAsk, key: LegKey, state: State, due: int | None = None) -> Opening:
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
    )
