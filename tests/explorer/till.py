"""A simulated till and its cashier: pays, repeats, asks for the status, takes back, and remembers what it heard."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, assert_never

from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.order import order_digest
from pos_bridge.domain.ledger import KnownBasket, TillKeys
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import (
    Busy,
    GiveBackAsk,
    NotRecordable,
    PaidByCard,
    PaidInCash,
    RefundAsk,
    Refunded,
    RefundedInCash,
    Running,
    SaleAsk,
    Split,
)
from tests.explorer.engine import Engine, LostError
from tests.explorer.ground import Ground
from tests.explorer.words import money, outcome_in_words

RETRY_S = 1.0
POLL_S = 2.0
PATIENCE = 150  # tries of one thing: far longer than any fault lasts

Ask = SaleAsk | RefundAsk | GiveBackAsk


@dataclass(slots=True)
class Request:
    """One till request (a ServiceID) about the till's sale number `sale`. `told`: every answer about it, in order."""

    number: int
    sale: int
    ask: Ask
    told: list[Any] = field(default_factory=list)
    undone: bool = False  # the till itself takes it back, or lets it run out

    @property
    def key(self) -> bytes:
        return self.ask.till.request

    @property
    def final(self) -> Any:
        return self.told[-1] if self.told else None

    @property
    def leg(self) -> LegKey:
        """Of the payment, as it was told."""
        return next(said.key for said in self.told if isinstance(said, PaidByCard | PaidInCash))

    def hear(self, said: Any) -> None:
        if said is not None:
            self.told.append(said)

    def __str__(self) -> str:
        match self.ask:
            case SaleAsk(tender=tender, amount=amount):
                return f"pays {money(amount.cents)} by {tender.value}, request {self.number}"
            case RefundAsk(tender=tender, amount=amount):
                return f"gives back {money(amount.cents)} by {tender.value}, request {self.number}"
            case GiveBackAsk(amount=part, void_only=void_only):
                what = "all of it" if part is None else money(part.cents)
                return f"takes back {what}{', only as a void' if void_only else ''}, request {self.number}"
            case never:
                assert_never(never)


class Till:
    """`engine` gives the engine that runs now, or None while it is down."""

    def __init__(self, ground: Ground, engine: Callable[[], Engine | None], name: str = "till") -> None:
        self._ground = ground
        self._engine = engine
        self._name = name
        self.requests: list[Request] = []
        self.price: dict[int, int] = {}  # of each sale: no more is to be taken for it
        self.given_up: dict[int, int] = {}  # baskets that were told as cancelled: cents that were handed back in cash
        self.half_paid: tuple[KnownBasket, ...] | None = None  # as listed at the end
        self.history: list[str] = []

    # ---- requests ----

    def sale(
        self,
        cents: int,
        *,
        tender: Tender = Tender.CARD,
        sale: int = 1,
        partial_ok: bool = False,
        paid: int | None = None,
        confirm_within_s: int | None = None,
    ) -> Request:
        """A new request to pay `cents` of a sale. `paid`: the sale is split, and so much of it is paid already."""
        self.price.setdefault(sale, cents + (paid or 0))
        return self._request(
            sale,
            lambda keys, service_id, digest: SaleAsk(
                till=keys,
                service_id=service_id,
                tender=tender,
                amount=Amount(cents),
                partial_ok=partial_ok or paid is not None,
                order_digest=digest,
                order_salt=bytes(16),
                split=None if paid is None else Split(self.reference(sale), paid),
                confirm_within_s=confirm_within_s,
            ),
            cents,
        )

    def refund(self, cents: int, of: LegKey | None, *, tender: Tender = Tender.CARD, sale: int = 1) -> Request:
        return self._request(
            sale,
            lambda keys, service_id, digest: RefundAsk(keys, service_id, tender, Amount(cents), of, digest, bytes(16)),
            "refund",
            cents,
        )

    def give_back(self, of: LegKey, cents: int | None = None, *, void_only: bool = False, sale: int = 1) -> Request:
        amount = None if cents is None else Amount(cents)
        return self._request(
            sale,
            lambda keys, service_id, digest: GiveBackAsk(keys, service_id, of, amount, void_only, digest, bytes(16)),
            "back",
            cents,
        )

    def reference(self, sale: int) -> bytes:
        return _hash(self._name, "reference", sale)

    def _request(self, sale: int, make: Callable[[TillKeys, str, bytes], Ask], *content: object) -> Request:
        number = len(self.requests) + 1
        keys = TillKeys(_hash(self._name, "request", number), _hash(number, *content), _hash(sale, *content))
        request = Request(number, sale, make(keys, f"S{number}", order_digest(bytes(16), b"order")))
        self.requests.append(request)
        return request

    # ---- what it does ----

    async def send(self, request: Request) -> Any:
        """Once. None: the connection was lost."""
        said = await self.say(str(request), lambda lane: _sent(lane, request.ask))
        request.hear(said)
        return said

    async def status(self, request: Request) -> Any:
        said = await self.say(f"asks what became of request {request.number}", lambda lane: lane.status(request.key))
        request.hear(said)
        return said

    async def abort(self, request: Request) -> Any:
        return await self.say(f"aborts request {request.number}", lambda lane: lane.abort(request.key))

    async def send_until_told(self, request: Request) -> Any:
        """The same request again and again until there is a definite answer."""
        return await self._until_told(lambda: self.send(request))

    async def status_until_told(self, request: Request, tries: int = PATIENCE) -> Any:
        return await self._until_told(lambda: self.status(request), tries)

    async def say_until_told(self, words: str, call: Callable[[Lane], Awaitable[Any]]) -> Any:
        return await self._until_told(lambda: self.say(words, call))

    async def _until_told(self, once: Callable[[], Awaitable[Any]], tries: int = PATIENCE) -> Any:
        for _ in range(tries):
            said = await once()
            if said is not None and not isinstance(said, Running | Busy | NotRecordable):
                return said
            await self.pause(RETRY_S if said is None else POLL_S)
        return None

    async def pause(self, at_least_s: float) -> None:
        """Between the engine's starts, which come on the second."""
        await asyncio.sleep(self._ground.to_tick(at_least_s) + 0.5)

    async def say(self, words: str, call: Callable[[Lane], Awaitable[Any]]) -> Any:
        """Ask something of the engine. None: the connection was lost, or there was none."""
        ground, engine = self._ground, self._engine()
        ground.note(self._name, words)
        ground.changes += 1
        said: Any = None
        if engine is not None:
            try:
                said = await engine.ask(call, _collected)
            except LostError:
                said = None
        told = "no connection" if said is None else outcome_in_words(ground, said)
        ground.note(self._name, f"is told: {told}")
        ground.changes += 1
        if self.history[-1:] != [f"{words}: {told}"]:  # how often is no matter, only what it knows
            self.history.append(f"{words}: {told}")
        return said


async def _sent(lane: Lane, ask: Ask) -> Any:
    match ask:
        case SaleAsk():
            return await lane.pay(ask)
        case RefundAsk():
            return await lane.refund(ask)
        case GiveBackAsk():
            return await lane.give_back(ask)
        case never:
            assert_never(never)


def _collected(said: object) -> LegKey | None:
    """The leg whose answer the till has now: what a receipt is printed of."""
    return said.key if isinstance(said, PaidByCard | PaidInCash | Refunded | RefundedInCash) else None


def _hash(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()
