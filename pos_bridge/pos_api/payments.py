"""The payments this till asked for: each runs in a task of its own, so a client that vanishes cancels nothing.

What is needed to answer again is kept before the desk is asked. Questions about a request and its start never overlap:
a request that was answered as never seen is closed before a late copy of it can reach the desk.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from weakref import WeakValueDictionary

from pos_bridge.checkout.order import fresh_salt, order_digest
from pos_bridge.domain.identity import ChoiceKind, VaultUnusableError, kind_of
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.outcome import (
    Busy,
    Contradiction,
    NotRecordable,
    Outcome,
    PaidByCard,
    PaidInCash,
    Running,
    SaleAsk,
    StatusAnswer,
)
from pos_bridge.domain.trouble import Trouble
from pos_bridge.pos_api.kept import Kept, decode_kept, encode_kept, kept
from pos_bridge.pos_api.order import order_bytes
from pos_bridge.pos_api.payment_answer import Answerable
from pos_bridge.pos_api.payment_ask import PaymentAsk
from pos_bridge.pos_api.ports import Answers, Desk
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.wire.nexo.request import MessageHeader
from pos_bridge.wire.nexo.words import Category


@dataclass(frozen=True, slots=True, repr=False)
class Answered:
    """An outcome and what its answer is built with. `vault_silent`: as in payment_answer.payment_response."""

    outcome: Answerable
    context: Kept
    vault_silent: bool = False


@dataclass(slots=True)
class _Payment:
    """A payment from its arrival to its answer. `withdrawn`: aborted before the desk was asked."""

    sale: SaleAsk
    task: "asyncio.Task[Answered] | None" = None
    at_desk: bool = False
    withdrawn: bool = False


class Payments:
    def __init__(
        self,
        *,
        poiid: str,
        keys: TillKeyMaker,
        desk: Desk,
        answers: Answers,
        clock: Callable[[], datetime],
        on_trouble: Callable[[Trouble], None],
    ) -> None:
        self._poi = keys.poi(poiid)
        self._keys = keys
        self._desk = desk
        self._answers = answers
        self._clock = clock
        self._on_trouble = on_trouble
        self._running: dict[bytes, _Payment] = {}
        self._current: _Payment | None = None
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    def request_of(self, poiid: str, sale_id: str, service_id: str) -> bytes:
        return self._keys.request(poiid, sale_id, service_id, Category.PAYMENT.value)

    @property
    def busy(self) -> bool:
        return self._current is not None

    def prepare(self, header: MessageHeader, ask: PaymentAsk) -> tuple[SaleAsk, Kept]:
        """All that a payment is made and answered with: of the basket a digest, so that its text does not wait."""
        transaction = ask.transaction
        fresh = kept(
            header,
            self._clock(),
            transaction,
            ask.amount.cents,
            identity_dropped=ask.identity_dropped,
            kinds=map(kind_of, ask.choices),
        )
        order, salt = order_bytes(header.poiid, transaction.transaction_id, ask.amount, ask.items), fresh_salt()
        sale = SaleAsk(
            till=TillKeys(
                request=self.request_of(header.poiid, header.sale_id, header.service_id),
                content=self._keys.content(ask.content()),
                sale=self._keys.sale(transaction.transaction_id, ask.amount),
            ),
            service_id=header.service_id,
            tender=ask.tender,
            amount=ask.amount,
            partial_ok=ask.split,
            order_digest=order_digest(salt, order),
            order_salt=salt,
            choices=ask.choices,
        )
        return sale, fresh

    async def pay(self, sale: SaleAsk, fresh: Kept) -> Answered:
        """The same request again waits for the first one, or is given its answer."""
        payment = self._running.get(sale.till.request)
        if payment is None:
            payment = _Payment(sale)
            payment.task = asyncio.create_task(self._run(payment, fresh))
            self._running[sale.till.request] = payment
        elif payment.sale.till.content != sale.till.content:
            return Answered(Contradiction(), fresh)
        assert payment.task is not None
        return await asyncio.shield(payment.task)

    async def abort(self, request: bytes) -> bool:
        """False: nothing matched, and that request is closed."""
        payment = self._running.get(request)
        if payment is not None and not payment.at_desk:
            payment.withdrawn = True
            return True
        async with self._lock(request):
            return await self._desk.abort(request)

    async def status(self, request: bytes) -> StatusAnswer:
        """Answers at once while the payment runs."""
        if request in self._running:
            return Running()
        async with self._lock(request):
            return await self._desk.status(request)

    async def last(self) -> bytes | None:
        """The running request, or the newest one that was kept."""
        return await self._answers.last(self._poi) if self._current is None else self._current.sale.till.request

    async def recall(self, request: bytes) -> Kept | None:
        raw = await self._answers.recall(request)
        return None if raw is None else decode_kept(raw)

    async def answered(self, outcome: Answerable, context: Kept) -> Answered:
        """The outcome as it is told: what an earlier run knew of the customer's choices, the vault knows now.

        It is asked about a sale that came with a choice, and about no other.
        """
        if not isinstance(outcome, PaidByCard | PaidInCash) or context.kinds <= outcome.known:
            return Answered(outcome, context)
        try:
            return Answered(replace(outcome, known=await self._desk.known(outcome.key)), context)
        except VaultUnusableError:
            return Answered(outcome, context, vault_silent=True)

    async def close(self) -> None:
        """Wait for what runs. The desk ends it: close the desk first."""
        tasks = [payment.task for payment in self._running.values() if payment.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, payment: _Payment, fresh: Kept) -> Answered:
        try:
            return await self._admit(payment, fresh)
        except asyncio.CancelledError:
            if payment.task is None or payment.task.cancelling():
                raise
            return Answered(Instead(Situation.STATE_UNKNOWN), fresh)  # the desk stops and leaves it to recovery
        except Exception:  # noqa: BLE001 - whatever it was, the till gets an answer and the log a word
            self._on_trouble(Trouble.PAYMENT)
            # Past the desk's door money may have moved: then only *not known yet* is true.
            situation = Situation.STATE_UNKNOWN if payment.at_desk else Situation.FAULT
            return Answered(Instead(situation), fresh)
        finally:
            del self._running[payment.sale.till.request]
            if self._current is payment:
                self._current = None

    async def _admit(self, payment: _Payment, fresh: Kept) -> Answered:
        request = payment.sale.till.request
        before = await self._answers.recall(request)
        if before is None:
            if self._current is not None:  # not kept: *the last payment* stays the one that runs
                return Answered(Busy(self._current.sale.service_id), fresh)
            self._current = payment
            await self._answers.keep(request, self._poi, encode_kept(fresh))
        elif self._current is None:
            self._current = payment
        async with self._lock(request):  # a question asked before this payment came is answered first
            if payment.withdrawn:
                await self._desk.abort(request)
                if isinstance(await self._desk.status(request), Running):  # not closed: it must not begin either
                    return Answered(Instead(Situation.STATE_UNKNOWN), fresh)
                # Closed now, and the desk says so; or a repeat of one that has ended, which no abort undoes.
            payment.at_desk = True
        context = fresh if before is None else decode_kept(before) or fresh
        outcome = await self._desk.pay(payment.sale)
        context = await self._as_it_came_out(request, context, outcome)
        return await self.answered(outcome, fresh if isinstance(outcome, Contradiction) else context)

    async def _as_it_came_out(self, request: bytes, context: Kept, outcome: Outcome) -> Kept:
        """What is kept says which choices the answer is about: of a try that could not be recorded none, and of a
        later one those that it came with, whatever the first one's were.
        """
        match outcome:
            case NotRecordable():
                kinds: frozenset[ChoiceKind] = frozenset()
            case PaidByCard(known=known) | PaidInCash(known=known):
                kinds = context.kinds | known
            case _:
                return context
        if kinds != context.kinds:
            context = context.about(kinds)
            await self._answers.keep(request, self._poi, encode_kept(context))
        return context

    def _lock(self, request: bytes) -> asyncio.Lock:
        lock = self._locks.get(request)
        if lock is None:
            lock = self._locks[request] = asyncio.Lock()
        return lock
