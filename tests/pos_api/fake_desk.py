"""A desk that behaves and an answers file that survives: fakes, not mocks, that keep their ports' promises."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.identity import ChoiceKind, VaultUnusableError, kind_of
from pos_bridge.domain.leg import Cause, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount, cash_due
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    Busy,
    Closed,
    Contradiction,
    GiveBackAsk,
    Health,
    NeverSeen,
    NotApproved,
    NotInBasket,
    NotPaid,
    NotRecordable,
    NotRefunded,
    Outcome,
    PaidByCard,
    PaidInCash,
    RefundAsk,
    Refunded,
    RefundedInCash,
    RefundOutcome,
    Running,
    SaleAsk,
    StatusAnswer,
    Voided,
)
from pos_bridge.domain.points import (
    AwardAsk,
    AwardRefundAsk,
    Counted,
    NotCounted,
    PointsFault,
    PointsOutcome,
)
from pos_bridge.domain.totals import Reckoning

VISA = CardFacts(Brand.VISA, 5119, EntryMode.MAGSTRIPE)
SOLD = Amount(1099)  # of the sale that is given back whole
Ask = SaleAsk | RefundAsk | GiveBackAsk
Ending = Callable[[SaleAsk, LegKey], Outcome]
Way = Callable[[RefundAsk | GiveBackAsk, LegKey], RefundOutcome]  # how money goes back, or does not


def approved(ask: SaleAsk, key: LegKey) -> Outcome:
    known = frozenset(map(kind_of, ask.choices))
    points = ask.amount.cents // 100 if ChoiceKind.CHOUCHOUS in known else None
    if ask.tender is Tender.CASH:
        return PaidInCash(key, ask.amount, cash_due(ask.amount.cents), known, points=points)
    return PaidByCard(key, ask.amount, ask.amount, "A1B2C3", VISA, known, points=points)


def kept_nobody(ask: SaleAsk, key: LegKey) -> Outcome:
    """Paid; what the customer chose could not be kept."""
    outcome = approved(ask, key)
    assert isinstance(outcome, PaidByCard | PaidInCash)
    return replace(outcome, known=frozenset(), points=None)


def partly(cents: int) -> Ending:
    return lambda ask, key: PaidByCard(key, ask.amount, Amount(cents), "A1B2C3", VISA)


def failed(cause: Cause) -> Ending:
    return lambda _, key: NotPaid(key, cause)


def given_back(ask: RefundAsk | GiveBackAsk, key: LegKey) -> RefundOutcome:
    """Whole sales are voided, parts refunded by reference."""
    match ask:
        case RefundAsk(tender=Tender.CASH, amount=amount):
            return RefundedInCash(key, amount, cash_due(amount.cents))
        case GiveBackAsk(sale=sale, amount=None):
            return Voided(sale, SOLD)
        case _:
            assert ask.sale is not None, "a refund to a card names its sale"
            assert ask.amount is not None
            return Refunded(key, ask.sale, ask.amount, "R7F8G9", VISA)


def not_given_back(cause: Cause) -> Way:
    return lambda _, key: NotRefunded(key, cause)


class FakeDesk:
    """One transaction at a time. `door`, while not None, holds what waits for a card until it is set (or aborted)."""

    def __init__(self) -> None:
        self.ending: Ending = approved
        self.way: Way = given_back
        self.backs: list[RefundAsk | GiveBackAsk] = []
        self.reckoning = Reckoning(7, {}, 0, 0, ())
        self.days = 0  # that were ended
        self.ended: dict[bytes, Reckoning] = {}  # by which request
        self.day_fault: Exception | None = None
        self.door: asyncio.Event | None = None
        self.arrived = asyncio.Event()
        self.asks: list[SaleAsk] = []
        self.told_keys: list[LegKey] = []
        self.done: dict[bytes, tuple[bytes, Outcome | RefundOutcome]] = {}
        self.closed: set[bytes] = set()
        self.state = Health(processor_reachable=True, journal_writable=True, readers=(("msr_plain", True),))
        self.fault: Exception | None = None
        self.forgets = False  # as after a restart: no approval code, no card, nobody known
        self.vault: dict[LegKey, frozenset[ChoiceKind]] | VaultUnusableError = {}
        self.vault_asked: list[LegKey] = []
        self.counting: PointsOutcome | Busy | Running | None = None  # told instead of counting
        self.awards: list[AwardAsk | AwardRefundAsk] = []
        self.counts: dict[bytes, Counted] = {}
        self.paid: dict[bytes, LegKey] = {}  # by TillKeys.sale
        self.points_door: asyncio.Event | None = None
        self._live: dict[bytes, tuple[Ask, asyncio.Event]] = {}

    async def pay(self, ask: SaleAsk) -> Outcome:
        outcome = await self._do(ask)
        assert not isinstance(outcome, Refunded | RefundedInCash | Voided | NotRefunded | NotApproved)
        return outcome

    async def refund(self, ask: RefundAsk) -> RefundOutcome:
        outcome = await self._do(ask)
        assert not isinstance(outcome, PaidByCard | PaidInCash | NotPaid | NotInBasket)
        return outcome

    async def give_back(self, ask: GiveBackAsk) -> RefundOutcome:
        outcome = await self._do(ask)
        assert not isinstance(outcome, PaidByCard | PaidInCash | NotPaid | NotInBasket)
        return outcome

    async def _do(self, ask: Ask) -> Outcome | RefundOutcome:
        request = ask.till.request
        if request in self.closed:
            return Closed()
        if request in self.done:
            content, outcome = self.done[request]
            return self._seen(outcome) if content == ask.till.content else Contradiction()
        if self._live:
            return Busy(next(iter(self._live.values()))[0].service_id)
        if isinstance(ask, SaleAsk):
            self.asks.append(ask)
        else:
            self.backs.append(ask)
        aborted = asyncio.Event()
        self._live[request] = (ask, aborted)
        self.arrived.set()
        try:
            if self.fault is not None:
                raise self.fault
            outcome = await self._end(ask, aborted)
        finally:
            del self._live[request]
        if isinstance(outcome, PaidByCard | PaidInCash) and isinstance(self.vault, dict):
            self.vault[outcome.key] = outcome.known
            self.paid[ask.till.sale] = outcome.key
        if not isinstance(outcome, NotRecordable):  # nothing was done: asked again, it is asked anew
            self.done[request] = (ask.till.content, outcome)
        return outcome

    async def _end(self, ask: Ask, aborted: asyncio.Event) -> Outcome | RefundOutcome:
        key = LegKey.fresh()
        if self.door is not None and (isinstance(ask, GiveBackAsk) or ask.tender is Tender.CARD):
            waits = [asyncio.create_task(self.door.wait()), asyncio.create_task(aborted.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            if aborted.is_set() and not self.door.is_set():
                return NotPaid(key, Cause.ABORTED) if isinstance(ask, SaleAsk) else NotRefunded(key, Cause.ABORTED)
        return self.ending(ask, key) if isinstance(ask, SaleAsk) else self.way(ask, key)

    async def period(self) -> Reckoning:
        if self.day_fault is not None:
            raise self.day_fault
        return self.reckoning

    async def closed_period(self, request: bytes) -> Reckoning | None:
        if self.day_fault is not None:
            raise self.day_fault
        return self.ended.get(request)

    async def close_period(self, request: bytes) -> Reckoning:
        await asyncio.sleep(0)
        if self.day_fault is not None:
            raise self.day_fault
        self.ended[request] = self.reckoning
        self.days += 1
        ended, self.reckoning = self.reckoning, Reckoning(self.reckoning.number + 1, {}, 0, 0, ())
        return ended

    async def status(self, request: bytes) -> StatusAnswer:
        if request in self._live:
            return Running()
        if request in self.done:
            outcome = self._seen(self.done[request][1])
            assert not isinstance(
                outcome, AlreadyApproved | NotApproved | NotInBasket | Busy | Contradiction | NotRecordable
            )
            return outcome
        if request in self.closed:
            return Closed()
        self.closed.add(request)
        return NeverSeen()

    async def abort(self, request: bytes) -> bool:
        if request in self._live and not isinstance(self._live[request][0], GiveBackAsk):
            self._live[request][1].set()
            return True
        if request not in self.done and request not in self._live:
            self.closed.add(request)
        return False

    async def told(self, key: LegKey) -> None:
        if self.fault is not None:
            raise self.fault
        self.told_keys.append(key)

    async def known(self, key: LegKey) -> frozenset[ChoiceKind]:
        self.vault_asked.append(key)
        if isinstance(self.vault, VaultUnusableError):
            raise self.vault
        return self.vault.get(key, frozenset())

    async def points(self, key: LegKey, paid: int) -> int | None:
        if isinstance(self.vault, VaultUnusableError):
            raise self.vault
        return paid // 100 if ChoiceKind.CHOUCHOUS in self.vault.get(key, ()) else None

    async def award(self, ask: AwardAsk) -> PointsOutcome | Busy | Running:
        sale = ask.sale or self.paid.get(ask.reference)
        return await self._count(ask, sale, ask.amount.cents // 100)

    async def take_back(self, ask: AwardRefundAsk) -> PointsOutcome | Busy | Running:
        return await self._count(ask, ask.sale, 10 if ask.amount is None else ask.amount.cents // 100)

    async def _count(
        self, ask: AwardAsk | AwardRefundAsk, sale: LegKey | None, points: int
    ) -> PointsOutcome | Busy | Running:
        if ask.request in self.counts:
            return self.counts[ask.request]
        self.awards.append(ask)
        if self.fault is not None:
            raise self.fault
        if self.points_door is not None:
            await self.points_door.wait()
        if self.counting is not None:
            return self.counting
        if sale is None:
            return NotCounted(PointsFault.UNKNOWN_SALE)
        self.counts[ask.request] = Counted(sale, points)
        return self.counts[ask.request]

    async def counted(self, request: bytes, sale: LegKey | None, reference: bytes) -> Counted | None:
        if isinstance(self.vault, VaultUnusableError):
            raise self.vault
        return self.counts.get(request)

    async def health(self) -> Health:
        if self.fault is not None:
            raise self.fault
        return self.state

    @property
    def live(self) -> int:
        return len(self._live)

    def _seen(self, outcome: Outcome | RefundOutcome) -> Outcome | RefundOutcome:
        if self.forgets and isinstance(outcome, PaidByCard):
            return PaidByCard(outcome.key, outcome.asked, outcome.approved, None, None)
        if self.forgets and isinstance(outcome, Refunded):
            return replace(outcome, approval_code=None, card=None)
        if self.forgets and isinstance(outcome, PaidInCash):
            return replace(outcome, known=frozenset(), points=None)
        return outcome


class FakeAnswers:
    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}
        self.newest: dict[bytes, bytes] = {}
        self.fault: Exception | None = None

    async def keep(self, request: bytes, poi: bytes, content: bytes) -> None:
        if self.fault is not None:
            raise self.fault
        assert len(content) <= 64 * 1024
        self.kept[request] = content
        self.newest[poi] = request

    async def recall(self, request: bytes) -> bytes | None:
        return self.kept.get(request)

    async def last(self, poi: bytes) -> bytes | None:
        return self.newest.get(poi)
