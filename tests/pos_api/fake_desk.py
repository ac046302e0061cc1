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

VISA = CardFacts(Brand.VISA, 5119, EntryMode.MAGSTRIPE)
Ending = Callable[[SaleAsk, LegKey], Outcome]


def approved(ask: SaleAsk, key: LegKey) -> Outcome:
    known = frozenset(map(kind_of, ask.choices))
    if ask.tender is Tender.CASH:
        return PaidInCash(key, ask.amount, cash_due(ask.amount.cents), known)
    return PaidByCard(key, ask.amount, ask.amount, "A1B2C3", VISA, known)


def kept_nobody(ask: SaleAsk, key: LegKey) -> Outcome:
    """Paid; what the customer chose could not be kept."""
    outcome = approved(ask, key)
    assert isinstance(outcome, PaidByCard | PaidInCash)
    return replace(outcome, known=frozenset())


def partly(cents: int) -> Ending:
    return lambda ask, key: PaidByCard(key, ask.amount, Amount(cents), "A1B2C3", VISA)


def failed(cause: Cause) -> Ending:
    return lambda _, key: NotPaid(key, cause)


class FakeDesk:
    """One payment at a time. `door`, while not None, holds card payments until it is set (or they are aborted)."""

    def __init__(self) -> None:
        self.ending: Ending = approved
        self.door: asyncio.Event | None = None
        self.arrived = asyncio.Event()
        self.asks: list[SaleAsk] = []
        self.told_keys: list[LegKey] = []
        self.done: dict[bytes, tuple[bytes, Outcome]] = {}
        self.closed: set[bytes] = set()
        self.state = Health(processor_reachable=True, journal_writable=True, readers=(("msr_plain", True),))
        self.fault: Exception | None = None
        self.forgets = False  # as after a restart: no approval code, no card, nobody known
        self.vault: dict[LegKey, frozenset[ChoiceKind]] | VaultUnusableError = {}
        self.vault_asked: list[LegKey] = []
        self._live: dict[bytes, tuple[SaleAsk, asyncio.Event]] = {}

    async def pay(self, ask: SaleAsk) -> Outcome:
        request = ask.till.request
        if request in self.closed:
            return Closed()
        if request in self.done:
            content, outcome = self.done[request]
            return self._seen(outcome) if content == ask.till.content else Contradiction()
        if self._live:
            return Busy(next(iter(self._live.values()))[0].service_id)
        self.asks.append(ask)
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
        if not isinstance(outcome, NotRecordable):  # nothing was done: asked again, it is asked anew
            self.done[request] = (ask.till.content, outcome)
        return outcome

    async def _end(self, ask: SaleAsk, aborted: asyncio.Event) -> Outcome:
        key = LegKey.fresh()
        if self.door is not None and ask.tender is Tender.CARD:
            waits = [asyncio.create_task(self.door.wait()), asyncio.create_task(aborted.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            if aborted.is_set() and not self.door.is_set():
                return NotPaid(key, Cause.ABORTED)
        return self.ending(ask, key)

    async def status(self, request: bytes) -> StatusAnswer:
        if request in self._live:
            return Running()
        if request in self.done:
            outcome = self._seen(self.done[request][1])
            assert isinstance(outcome, PaidByCard | PaidInCash | NotPaid | Closed)
            return outcome
        if request in self.closed:
            return Closed()
        self.closed.add(request)
        return NeverSeen()

    async def abort(self, request: bytes) -> bool:
        if request in self._live:
            self._live[request][1].set()
            return True
        if request not in self.done:
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

    async def health(self) -> Health:
        if self.fault is not None:
            raise self.fault
        return self.state

    @property
    def live(self) -> int:
        return len(self._live)

    def _seen(self, outcome: Outcome) -> Outcome:
        if self.forgets and isinstance(outcome, PaidByCard):
            return PaidByCard(outcome.key, outcome.asked, outcome.approved, None, None)
        if self.forgets and isinstance(outcome, PaidInCash):
            return replace(outcome, known=frozenset())
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
