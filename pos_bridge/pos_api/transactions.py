"""The transactions this till asked for: each runs in a task of its own, so a client that vanishes cancels nothing.

What is needed to answer again is kept before the desk is asked. Questions about a request and its start never overlap:
a request that was answered as never seen is closed before a late copy of it can reach the desk.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pos_bridge.domain.identity import ChoiceKind, VaultUnusableError
from pos_bridge.domain.outcome import (
    Busy,
    Contradiction,
    GiveBackAsk,
    NotRecordable,
    Outcome,
    PaidByCard,
    PaidInCash,
    RefundAsk,
    RefundOutcome,
    Running,
    SaleAsk,
    StatusAnswer,
)
from pos_bridge.domain.trouble import Trouble
from pos_bridge.pos_api.kept import Kept, decode_kept
from pos_bridge.pos_api.kept_request import encode_kept
from pos_bridge.pos_api.pad_turn import PadTurn
from pos_bridge.pos_api.ports import Answers, Desk
from pos_bridge.pos_api.prepare import Ask
from pos_bridge.pos_api.proposal import Proposal
from pos_bridge.pos_api.receipt_facts import Answerable
from pos_bridge.pos_api.request_locks import RequestLocks
from pos_bridge.pos_api.said import Instead, Situation

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, repr=False)
class Answered:
    """An outcome and what its answer is built with. `vault_silent`: as in payment_answer.payment_response."""

    outcome: Answerable
    context: Kept
    vault_silent: bool = False


@dataclass(slots=True)
class _Transaction:
    """A transaction from its arrival to its answer. `withdrawn`: aborted before the desk was asked.

    `proposal`: what the customer is asked first.
    """

    ask: Ask
    poi: bytes
    proposal: Proposal | None = None
    task: "asyncio.Task[Answered] | None" = None
    at_desk: bool = False
    withdrawn: bool = False


class Floor:
    """What runs at this terminal, whoever asked for it: one floor for all credentials, so that one waits at a time."""

    def __init__(self) -> None:
        self.running: dict[bytes, _Transaction] = {}
        self.current: _Transaction | None = None
        self.locks = RequestLocks()
        self.pad = PadTurn()
        self._tasks: set[asyncio.Task[Any]] = set()

    def begin(self, work: Coroutine[Any, Any, _Result]) -> "asyncio.Task[_Result]":
        """In a task of its own. What may ask a customer something before the desk has it: `quiet` waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def is_quiet(self) -> bool:
        return not self._tasks

    async def quiet(self) -> None:
        """Wait for a moment in which nothing runs, as checkout.admission.Admission.quiet does."""
        while self._tasks:
            await asyncio.wait(self._tasks)


class Transactions:
    """Those of one credential. `poi`: TillKeyMaker.poi of this terminal. `floor`: where other credentials' run too."""

    def __init__(
        self,
        *,
        poi: bytes,
        desk: Desk,
        answers: Answers,
        on_trouble: Callable[[Trouble], None],
        floor: Floor | None = None,
    ) -> None:
        self._poi = poi
        self._desk = desk
        self._answers = answers
        self._on_trouble = on_trouble
        self._floor = floor or Floor()

    @property
    def running(self) -> str | None:
        """The till's name of the one that runs."""
        current = self._floor.current
        return None if current is None else current.ask.service_id

    async def make(self, ask: Ask, fresh: Kept, proposal: Proposal | None = None) -> Answered:
        """The same request again waits for the first one, or is given its answer."""
        transaction = self._floor.running.get(ask.till.request)
        if transaction is None:
            transaction = _Transaction(ask, self._poi, proposal)
            transaction.task = self._floor.begin(self._run(transaction, fresh))
            self._floor.running[ask.till.request] = transaction
        elif transaction.ask.till.content != ask.till.content:
            return Answered(Contradiction(), fresh)
        assert transaction.task is not None
        return await asyncio.shield(transaction.task)

    async def abort(self, request: bytes) -> bool:
        """False: nothing matched, and that request is closed."""
        transaction = self._floor.running.get(request)
        if transaction is not None and not transaction.at_desk:
            transaction.withdrawn = True
            if transaction.proposal is not None:
                transaction.proposal.give_up()
            return True
        async with self._floor.locks.of(request):
            return await self._desk.abort(request)

    async def status(self, request: bytes) -> StatusAnswer:
        """Answers at once while the transaction runs."""
        if request in self._floor.running:
            return Running()
        async with self._floor.locks.of(request):
            return await self._desk.status(request)

    async def last(self) -> bytes | None:
        """The running request, or the newest one that was kept; of this credential."""
        current = self._floor.current
        if current is not None and current.poi == self._poi:
            return current.ask.till.request
        return await self._answers.last(self._poi)

    async def recall(self, request: bytes) -> Kept | None:
        return decode_kept(await self._answers.recall(request))

    async def answered(self, outcome: Answerable, context: Kept) -> Answered:
        """The outcome as it is told: what an earlier run knew of the customer's choices, the vault knows now.

        It is asked about a sale that came with a choice, and about no other.
        """
        if not isinstance(outcome, PaidByCard | PaidInCash) or context.kinds <= outcome.known:
            return Answered(outcome, context)
        try:
            known, points = await self._desk.known(outcome.key), None
            if ChoiceKind.CHOUCHOUS in known:
                paid = outcome.approved if isinstance(outcome, PaidByCard) else outcome.exact
                points = await self._desk.points(outcome.key, paid.cents)
            return Answered(replace(outcome, known=known, points=points), context)
        except VaultUnusableError:
            return Answered(outcome, context, vault_silent=True)

    async def close(self) -> None:
        """Wait for what runs. The desk ends it: close the desk first."""
        for transaction in self._floor.running.values():
            if transaction.proposal is not None:
                transaction.proposal.give_up()
        tasks = [transaction.task for transaction in self._floor.running.values() if transaction.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, transaction: _Transaction, fresh: Kept) -> Answered:
        try:
            return await self._admit(transaction, fresh)
        except asyncio.CancelledError:
            if transaction.task is None or transaction.task.cancelling():
                raise
            return Answered(Instead(Situation.STATE_UNKNOWN), fresh)  # the desk stops and leaves it to recovery
        except Exception:  # noqa: BLE001 - whatever it was, the till gets an answer and the log a word
            self._on_trouble(Trouble.PAYMENT)
            # Past the desk's door money may have moved: then only *not known yet* is true.
            situation = Situation.STATE_UNKNOWN if transaction.at_desk else Situation.FAULT
            return Answered(Instead(situation), fresh)
        finally:
            del self._floor.running[transaction.ask.till.request]
            if self._floor.current is transaction:
                self._floor.current = None

    async def _admit(self, transaction: _Transaction, fresh: Kept) -> Answered:
        request = transaction.ask.till.request
        before = await self._answers.recall(request)
        if before is None:
            holder = self.running or self._floor.pad.holder
            if holder is not None:  # not kept: *the last transaction* stays the one that runs
                return Answered(Busy(holder), fresh)
            self._floor.current = transaction
            if transaction.proposal is not None:
                transaction.ask, fresh = await transaction.proposal.settled(transaction.ask, fresh)
            await self._answers.keep(request, self._poi, encode_kept(fresh))
        elif self._floor.current is None:
            self._floor.current = transaction
        async with self._floor.locks.of(request):  # a question asked before this transaction came is answered first
            if transaction.withdrawn:
                await self._desk.abort(request)
                if isinstance(await self._desk.status(request), Running):  # not closed: it must not begin either
                    return Answered(Instead(Situation.STATE_UNKNOWN), fresh)
                # Closed now, and the desk says so; or a repeat of one that has ended, which no abort undoes.
            transaction.at_desk = True
        outcome = await self._ask_desk(transaction.ask)
        if isinstance(outcome, Contradiction):
            return Answered(outcome, fresh)
        earlier = decode_kept(before)
        if earlier is None or earlier.wanted != fresh.wanted:
            earlier = fresh
            if before is not None:  # of a try of other content that left nothing: its answer is never given again
                await self._answers.keep(request, self._poi, encode_kept(fresh))
        context = await self._as_it_came_out(request, earlier, outcome)
        return await self.answered(outcome, context)

    async def _ask_desk(self, ask: Ask) -> Outcome | RefundOutcome:
        match ask:
            case SaleAsk():
                return await self._desk.pay(ask)
            case RefundAsk():
                return await self._desk.refund(ask)
            case GiveBackAsk():
                return await self._desk.give_back(ask)

    async def _as_it_came_out(self, request: bytes, context: Kept, outcome: Outcome | RefundOutcome) -> Kept:
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
