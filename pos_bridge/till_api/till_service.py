"""The service Till of protos/till_v1.proto: calls to the counter of whoever calls, and back. No text of a fault leaves.

A call is refused by a word (INVALID_ARGUMENT: bounds.py; INTERNAL: a fault of this program; UNAVAILABLE: it stops),
never by what stood in it. None of these says anything about money.
"""
# ruff: noqa: N802 - gRPC names the calls

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

from pos_bridge import rpc
from pos_bridge.domain.progress import Stage
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.protocol.till_v1_pb2_grpc import add_TillServicer_to_server
from pos_bridge.till_api import bounds
from pos_bridge.till_api.calls import Context, Taking, guarded
from pos_bridge.till_api.counter import Counter, House, Told
from pos_bridge.till_api.credential import credential_of
from pos_bridge.till_api.kept_of import what_is_kept
from pos_bridge.till_api.said import STAGES
from pos_bridge.till_api.screen import Screens

_STAGES = {
    Stage.PREPARING: pb.STAGE_PREPARING,
    Stage.PRESENT_CARD: pb.STAGE_PRESENT_CARD,
    Stage.PRESENT_AGAIN: pb.STAGE_PRESENT_AGAIN,
    Stage.USE_CHIP: pb.STAGE_USE_CHIP,
    Stage.SWIPE: pb.STAGE_SWIPE,
    Stage.CARD_IN: pb.STAGE_CARD_IN,
    Stage.AUTHORISING: pb.STAGE_AUTHORISING,
    Stage.REMOVE_CARD: pb.STAGE_REMOVE_CARD,
}


class TillService(Taking):
    """`taking` may be set to False: no new call is taken, and those that run are answered."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self._house = house
        self._screens = Screens()
        self._notes: set[asyncio.Future[None]] = set()

    def add_to(self, server: rpc.grpc.aio.Server) -> None:
        add_TillServicer_to_server(self, server)

    async def close(self) -> None:
        """Wait for what is being noted; after the server has stopped."""
        await asyncio.gather(*self._notes, return_exceptions=True)

    # ---- movements of money ----

    async def Pay(self, request: pb.PayRequest, context: Context) -> AsyncGenerator[pb.MoveUpdate]:
        async with self._guarded(context) as counter:
            updates = counter.pay(bounds.payment(request, self._house.offered))
            async with aclosing(self._told_live(counter, updates, request.language)) as told:
                async for update in told:
                    yield update

    async def Refund(self, request: pb.RefundRequest, context: Context) -> AsyncGenerator[pb.MoveUpdate]:
        async with self._guarded(context) as counter:
            updates = counter.refund(bounds.refund(request))
            async with aclosing(self._told_live(counter, updates, request.language)) as told:
                async for update in told:
                    yield update

    async def GiveBack(self, request: pb.GiveBackRequest, context: Context) -> pb.Outcome:
        return await self._told(context, lambda counter: counter.give_back(bounds.giving_back(request)))

    # ---- about an earlier one ----

    async def Confirm(self, request: pb.PaymentKey, context: Context) -> pb.Outcome:
        return await self._told(context, lambda counter: counter.confirm(bounds.payment_key(request)))

    async def Cancel(self, request: pb.PaymentKey, context: Context) -> pb.Outcome:
        return await self._told(context, lambda counter: counter.cancel(bounds.payment_key(request)))

    async def Status(self, request: pb.RequestName, context: Context) -> pb.Outcome:
        return await self._told(context, lambda counter: counter.status(bounds.request_id(request.request_id)))

    async def CancelBasket(self, request: pb.BasketReference, context: Context) -> pb.BasketAnswer:
        async with self._guarded(context) as counter:
            return await counter.cancel_basket(bounds.reference_of(request.reference))

    async def Abort(self, request: pb.RequestName, context: Context) -> pb.Aborted:
        async with self._guarded(context) as counter:
            return pb.Aborted(withdrawn=await counter.abort(bounds.request_id(request.request_id)))

    async def GetHealth(self, _request: pb.HealthRequest, context: Context) -> pb.Health:
        async with self._guarded(context):
            health = await self._house.desk.health()
            return pb.Health(
                processor_reachable=health.processor_reachable,
                journal_writable=health.journal_writable,
                readers=[pb.ReaderHealth(name=name, there=there) for name, there in health.readers],
            )

    async def WhatIsKept(self, request: pb.PaymentKey, context: Context) -> pb.PrivacyReceipt:
        async with self._guarded(context):
            return await what_is_kept(self._house, bounds.payment_key(request))

    # ---- the same for all ----

    async def _told(self, context: Context, ask: Callable[[Counter], Awaitable[Told]]) -> pb.Outcome:
        async with self._guarded(context) as counter:
            told = await ask(counter)
            context.add_done_callback(lambda ended: self._once_written(counter, told, ended))  # type: ignore[arg-type] # its stub names the argument
            return told.outcome

    async def _told_live(
        self, counter: Counter, updates: AsyncGenerator[Stage | Told], language: int
    ) -> AsyncGenerator[pb.MoveUpdate]:
        spoken = bounds.language(language) or self._house.terminal.language
        async with aclosing(updates):
            async for update in updates:
                if isinstance(update, Told):
                    yield pb.MoveUpdate(outcome=update.outcome)
                    await counter.told(update)  # it was written to whoever waits
                else:
                    said = STAGES[update].to(spoken)
                    yield pb.MoveUpdate(progress=pb.Progress(stage=_STAGES[update], text=said))

    def _once_written(self, counter: Counter, told: Told, context: Context) -> None:
        if not context.cancelled():
            note = asyncio.ensure_future(counter.told(told))
            self._notes.add(note)
            note.add_done_callback(self._notes.discard)

    @asynccontextmanager
    async def _guarded(self, context: Context) -> AsyncIterator[Counter]:
        """The counter of whoever calls. Whatever goes wrong is told as a word."""
        async with guarded(context, taking=self.taking, on_trouble=self._house.on_trouble):
            yield Counter(self._house, self._screens, credential_of(context.auth_context()))
