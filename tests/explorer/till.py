"""A simulated till and its cashier: pays, waits, repeats, asks for the status, aborts, and remembers what it heard."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.order import order_digest
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    Busy,
    NeverSeen,
    NotRecordable,
    PaidByCard,
    PaidInCash,
    Running,
    SaleAsk,
)
from tests.explorer.engine import Engine, LostError
from tests.explorer.ground import Ground
from tests.explorer.words import money, outcome_in_words

RETRY_S = 1.0
POLL_S = 2.0
PATIENCE = 150  # tries of one thing: far longer than any fault lasts


@dataclass(slots=True)
class Request:
    """One till request (a ServiceID). `live` and `status`: what it was told, in order."""

    number: int
    ask: SaleAsk
    live: list[Any] = field(default_factory=list)
    status: list[Any] = field(default_factory=list)

    @property
    def key(self) -> bytes:
        return self.ask.till.request

    @property
    def told(self) -> list[Any]:
        return self.live + self.status


class Till:
    """`engine` gives the engine that runs now, or None while it is down."""

    def __init__(self, ground: Ground, engine: Callable[[], Engine | None]) -> None:
        self._ground = ground
        self._engine = engine
        self.requests: list[Request] = []
        self.history: list[str] = []

    # ---- requests ----

    def sale(self, cents: int, *, tender: Tender = Tender.CARD, sale: int = 1, partial_ok: bool = False) -> Request:
        """A new request to pay `cents` of the till's sale number `sale`."""
        number = len(self.requests) + 1
        keys = TillKeys(_hash("request", number), _hash("content", number), _hash("sale", sale, cents))
        ask = SaleAsk(
            till=keys,
            service_id=f"S{number}",
            tender=tender,
            amount=Amount(cents),
            partial_ok=partial_ok,
            order_digest=order_digest(bytes(16), b"order"),
            order_salt=bytes(16),
        )
        request = Request(number, ask)
        self.requests.append(request)
        return request

    # ---- what it does ----

    async def pay(self, request: Request) -> Any:
        """Once. None: the connection was lost."""
        ask = request.ask
        words = f"pays {money(ask.amount.cents)} by {ask.tender.value}, request {request.number}"
        said = await self._ask(words, lambda lane: lane.pay(ask))
        if said is not None:
            request.live.append(said)
        return said

    async def status(self, request: Request) -> Any:
        said = await self._ask(f"asks what became of request {request.number}", lambda lane: lane.status(request.key))
        if said is not None:
            request.status.append(said)
        return said

    async def abort(self, request: Request) -> Any:
        return await self._ask(f"aborts request {request.number}", lambda lane: lane.abort(request.key))

    async def pay_until_told(self, request: Request) -> Any:
        """The same request again and again until there is a definite answer."""
        for _ in range(PATIENCE):
            said = await self.pay(request)
            if said is not None and not isinstance(said, Running | Busy | NotRecordable):
                return said
            await self.pause(RETRY_S if said is None else POLL_S)
        return None

    async def status_until_told(self, request: Request) -> Any:
        for _ in range(PATIENCE):
            said = await self.status(request)
            if said is not None and not isinstance(said, Running):
                return said
            await self.pause(RETRY_S if said is None else POLL_S)
        return None

    async def pause(self, at_least_s: float) -> None:
        """Between the engine's starts, which come on the second."""
        await asyncio.sleep(self._ground.to_tick(at_least_s) + 0.5)

    async def _ask(self, words: str, call: Callable[[Lane], Awaitable[Any]]) -> Any:
        ground, engine = self._ground, self._engine()
        ground.note("till", words)
        ground.changes += 1
        said: Any = None
        if engine is not None:
            try:
                said = await engine.ask(call, _paid_key)
            except LostError:
                said = None
        told = "no connection" if said is None else outcome_in_words(ground, said)
        ground.note("till", f"is told: {told}")
        ground.changes += 1
        if self.history[-1:] != [f"{words}: {told}"]:  # how often is no matter, only what it knows
            self.history.append(f"{words}: {told}")
        return said


def _paid_key(said: object) -> LegKey | None:
    return said.key if isinstance(said, PaidByCard | PaidInCash) else None


def is_paid(said: object) -> bool:
    return isinstance(said, PaidByCard | PaidInCash)


def is_never_seen(said: object) -> bool:
    return isinstance(said, NeverSeen)


def _hash(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()
