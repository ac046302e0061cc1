"""What one credential asks about money, and what it is told: to the desk and back, with the screen while a card pays.

A client that goes away stops nothing. What it left is asked for again by its request id.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import (
    Closed,
    NeverSeen,
    NotPaid,
    NotRefunded,
    PaidByCard,
    PaidInCash,
    RefundAsk,
    Refunded,
    RefundedInCash,
    Running,
    SaleAsk,
    StatusAnswer,
    Voided,
)
from pos_bridge.domain.progress import Stage
from pos_bridge.domain.trouble import Trouble
from pos_bridge.pos_api.choice import Offered
from pos_bridge.pos_api.kept import Kept
from pos_bridge.pos_api.payment_answer import Terminal
from pos_bridge.pos_api.ports import Answers
from pos_bridge.pos_api.receipt_facts import own_key
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.pos_api.transaction_kind import TransactionKind
from pos_bridge.pos_api.transactions import Answered, Floor, Transactions
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.asks import Asks
from pos_bridge.till_api.bounds import GivingBack, Payment, Refund
from pos_bridge.till_api.ports import Desk
from pos_bridge.till_api.screen import Screens
from pos_bridge.till_api.told import basket_of, confirmation_of, not_known, outcome_of
from pos_bridge.till_api.who_may import NOBODY_KNOWN, Gate


@dataclass(frozen=True, slots=True)
class House:
    """What all credentials share. `secret`: 32 random bytes of this till; `clock` gives aware times.

    `offered`: what a customer can choose here; `on_dropped` is called for each request with identity nobody chose.
    `no_vault`: whether there is none on this till, so that it keeps nobody. `approve` is given a supervisor's number
    and password, the till's request and cents, and approves nothing where they are not one's. None: nobody need.
    """

    terminal: Terminal
    secret: bytes
    desk: Desk
    answers: Answers
    floor: Floor
    clock: Callable[[], datetime]
    on_trouble: Callable[[Trouble], None]
    on_dropped: Callable[[], None]
    offered: Offered
    no_vault: Callable[[], bool]
    gate: Gate = NOBODY_KNOWN
    approve: Callable[[int, str, bytes, int], Awaitable[None]] | None = None


class FaultError(Exception):
    """A request could not be handled, and nothing of it was begun."""


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """An answer about money, and the leg that the till knows of once it has it."""

    outcome: pb.Outcome
    leg: LegKey | None = None


class Counter:
    """`credential` names whoever asks, across a renewal; its answers are given to nobody else."""

    def __init__(self, house: House, screens: Screens, credential: str) -> None:
        keys = TillKeyMaker(house.secret, credential)
        self._house = house
        self._screens = screens
        self._asks = Asks(keys, house.terminal.poiid)
        self._transactions = Transactions(
            poi=keys.poi(house.terminal.poiid),
            desk=house.desk,
            answers=house.answers,
            on_trouble=house.on_trouble,
            floor=house.floor,
        )

    # ---- movements ----

    async def pay(self, asked: Payment) -> AsyncGenerator[Stage | Told]:
        """Each stage, then the answer. Raises FaultError."""
        if asked.chosen.dropped:
            self._house.on_dropped()
        ask, fresh = self._asks.payment(asked, self._house.clock())
        async with aclosing(self._watched(ask, fresh)) as updates:
            async for update in updates:
                yield update

    async def refund(self, asked: Refund) -> AsyncGenerator[Stage | Told]:
        """As pay."""
        ask, fresh = self._asks.refund(asked, self._house.clock())
        if asked.tender is Tender.CARD and asked.sale is None:
            yield self._told(Answered(Instead(Situation.UNREFERENCED), fresh))
            return
        if asked.supervisor is not None and asked.sale is None and self._house.approve is not None:
            await self._house.approve(*asked.supervisor, ask.till.request, asked.amount.cents)
        async with aclosing(self._watched(ask, fresh)) as updates:
            async for update in updates:
                yield update

    async def give_back(self, asked: GivingBack) -> Told:
        """Raises FaultError."""
        return self._told(await self._transactions.make(*self._asks.giving_back(asked, self._house.clock())))

    async def _watched(self, ask: SaleAsk | RefundAsk, fresh: Kept) -> AsyncGenerator[Stage | Told]:
        screen = self._screens.of(ask.till.request)
        watched: SaleAsk | RefundAsk = replace(ask, progress=screen.show)
        end = asyncio.create_task(self._transactions.make(watched, fresh))
        try:
            async with aclosing(screen.until(end)) as stages:
                async for stage in stages:
                    yield stage
            yield self._told(await end)
        finally:
            end.cancel()  # whoever watched; the transaction has a task of its own

    def _told(self, answered: Answered) -> Told:
        match answered.outcome:
            case Instead(situation=Situation.FAULT):
                raise FaultError
            case outcome:
                return Told(outcome_of(self._house.terminal, answered), own_key(answered.context, outcome))

    # ---- about an earlier one ----

    async def confirm(self, key: LegKey) -> Told:
        return Told(confirmation_of(await self._house.desk.confirm(key)), key)

    async def cancel(self, key: LegKey) -> Told:
        return Told(confirmation_of(await self._house.desk.cancel(key)), key)

    async def cancel_basket(self, reference: str) -> pb.BasketAnswer:
        return basket_of(await self._house.desk.cancel_basket(self._asks.basket(reference)))

    async def abort(self, request_id: bytes) -> bool:
        return await self._transactions.abort(self._asks.request_of(request_id))

    async def status(self, request_id: bytes) -> Told:
        request = self._asks.request_of(request_id)
        answer = await self._transactions.status(request)
        context = await self._transactions.recall(request)
        gives_back = context is not None and context.kind.gives_back
        match answer:
            case Running() | NeverSeen():
                return Told(not_known(answer, gives_back=gives_back))
            case PaidByCard() | PaidInCash() | NotPaid() | Closed():
                pass
            case Refunded() | RefundedInCash() | Voided() | NotRefunded():
                pass
            case _:
                assert_never(answer)
        if context is None:
            context = self._asks.nothing_kept(request_id, _kind_of(answer), self._house.clock())
        return self._told(await self._transactions.answered(answer, context))

    async def told(self, told: Told) -> None:
        """The till has it."""
        if told.leg is None:
            return
        try:
            await self._house.desk.told(told.leg)
        except Exception:  # noqa: BLE001 - losing the note only asks again
            self._house.on_trouble(Trouble.TOLD)


def _kind_of(answer: StatusAnswer) -> TransactionKind:
    if isinstance(answer, Voided):
        return TransactionKind.REVERSAL
    refund = isinstance(answer, Refunded | RefundedInCash | NotRefunded)
    return TransactionKind.REFUND if refund else TransactionKind.PAYMENT
