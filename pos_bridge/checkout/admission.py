"""The one door to what moves money at a till: one at a time, each request once, and its answer again for 48 hours.

It knows no tender. What a till asks for comes here as a Work, which is begun only if nothing speaks against it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from pos_bridge.checkout.answers import Answers
from pos_bridge.checkout.ports import Journal
from pos_bridge.checkout.recording import Recording
from pos_bridge.checkout.remembered import Remembered
from pos_bridge.domain.ledger import JournalUnwritableError, TillKeys
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.outcome import (
    Busy,
    Closed,
    Contradiction,
    NotApproved,
    NotPaid,
    NotRecordable,
    NotRefunded,
    Outcome,
    RefundOutcome,
    Running,
)

_GRACE_S = 10.0  # what a payment that was sent gets before a stopping daemon leaves it to recovery

Answer = Outcome | RefundOutcome

_Answer = TypeVar("_Answer")


class Work(Protocol):
    """Something that a till asks for, from its admission to its answer."""

    @property
    def till(self) -> TillKeys: ...

    @property
    def service_id(self) -> str: ...

    async def objection(self) -> Answer | None:
        """What speaks against it, as recorded, now that nothing else runs. Raises JournalUnwritableError."""

    async def run(self) -> Answer: ...

    def withdraw(self, cause: Cause) -> None:
        """Not wanted any more: takes effect while nothing was sent. Idempotent."""

    def not_begun(self, cause: Cause) -> Answer:
        """The answer when it is not begun for that cause, and no leg is opened."""


class _Alone:
    """What keeps the door shut for a moment and moves no money by itself: nobody is sent away for it."""

    def __init__(self) -> None:
        self.over = asyncio.Event()


class _Entry:
    """A work inside the door. `answered` before: it is a repeat, and was given the answer that there is."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.answered = False
        self.task: asyncio.Task[Answer] | None = None


class Admission:
    """`close` once the API has stopped taking requests. `clock_s` is never set back."""

    def __init__(self, journal: Journal, answers: Answers, recording: Recording, clock_s: Callable[[], float]) -> None:
        self._journal = journal
        self._answers = answers
        self._recording = recording
        self._done = Remembered(clock_s)
        self._live: dict[bytes, _Entry] = {}
        self._current: _Entry | _Alone | None = None
        self._stopping = False

    async def admit(self, work: Work) -> Answer:
        """Runs to its end whoever stops waiting. The same request again waits for the same answer, or is given it."""
        live = self._live.get(work.till.request)
        if live is None:
            live = self._live[work.till.request] = _Entry(work)
            live.task = asyncio.create_task(self._run(live))
        elif live.work.till.content != work.till.content:
            return Contradiction()
        assert live.task is not None
        return await asyncio.shield(live.task)

    def runs(self, request: bytes) -> bool:
        return request in self._live

    def withdraw(self, request: bytes) -> bool:
        """False: no such request runs."""
        live = self._live.get(request)
        if live is not None:
            live.work.withdraw(Cause.ABORTED)
        return live is not None

    async def alone(self, call: Callable[[], Awaitable[_Answer]]) -> _Answer | Busy:
        """Something that is decided while nothing runs; until it is, nothing is begun."""
        busy = await self._busy()
        if busy is not None:
            return busy
        self._current = alone = _Alone()
        try:
            return await call()
        finally:
            self._current = None
            alone.over.set()

    async def _busy(self) -> Busy | None:
        """No await between its end and what the caller does next."""
        while isinstance(self._current, _Alone):
            await self._current.over.wait()
        return None if self._current is None else Busy(self._current.work.service_id)

    async def remembered(self, request: bytes) -> Answer | None:
        """The answer that was given, as far as it is still the truth."""
        done = self._done.find(request)
        return None if done is None else await self._answers.still(done.outcome)

    async def shut(self, request: bytes) -> bool:
        """Close a request that has no leg. False: it could not be made durable."""
        try:
            await self._journal.close_till_request(request)
        except JournalUnwritableError:
            self._recording.failed()
            return False
        return True

    async def quiet(self) -> None:
        """Wait for a moment in which nothing runs, whoever comes meanwhile. What the caller does at once is in it."""
        while self._live:
            await asyncio.wait({entry.task for entry in self._live.values() if entry.task is not None})

    async def close(self) -> None:
        """A payment that waits for its card is withdrawn; one that was sent gets ten seconds, then recovery has it."""
        self._stopping = True
        live = tuple(self._live.values())
        for entry in live:
            entry.work.withdraw(Cause.STOPPED)
        tasks = [entry.task for entry in live if entry.task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, entry: _Entry) -> Answer:
        till = entry.work.till
        try:
            answer = await self._admitted(entry)
            if entry.answered:
                return answer
            if isinstance(answer, NotPaid | NotRefunded) and answer.key is None:
                if not await self.shut(till.request):
                    return NotRecordable()  # *not paid* would be final, and a late copy could be paid after a restart
                if answer.cause is Cause.ABORTED:  # before anything was begun: told in the words of every time after
                    answer = Closed()
            if not isinstance(answer, Busy | NotApproved | NotRecordable | Contradiction | Running):
                self._done.add(till.request, till.content, answer)
            return answer
        finally:
            if self._current is entry:
                self._current = None
            del self._live[till.request]

    async def _admitted(self, entry: _Entry) -> Answer:
        """Everything that can be answered without beginning, then the work."""
        work = entry.work
        try:
            before = await self._before(work.till)
            if before is not None:
                entry.answered = True
                return before
            busy = await self._busy()
            if busy is not None:
                return busy
            self._current = entry  # first: nothing else can end between this look and the start
            objection = await work.objection()
        except JournalUnwritableError:
            return self._recording.failed()
        if objection is not None:
            return objection
        if self._stopping:
            return work.not_begun(Cause.STOPPED)
        return await work.run()

    async def _before(self, till: TillKeys) -> Answer | None:
        """The answer to a till request that was seen before: in memory, or by an earlier run."""
        done = self._done.find(till.request)
        if done is not None:
            return await self._answers.still(done.outcome) if done.content == till.content else Contradiction()
        known = await self._journal.find_request(till.request)
        if known is None:
            return None
        if known.leg is None and not known.content:
            return Closed()
        return await self._answers.to(known) if known.content == till.content else Contradiction()
