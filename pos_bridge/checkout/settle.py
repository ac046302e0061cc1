"""Settling in the background: captures and reversals go on until the processor has answered, whatever happens.

Needs keys only, never card data. Each leg is a task of its own, so one that is stuck delays nobody.
"""

import asyncio
from dataclasses import replace

from pos_bridge import events
from pos_bridge.checkout.ports import Journal, Logbook, Processor
from pos_bridge.domain.authorisation import Unknown
from pos_bridge.domain.ledger import Advance, JournalUnwritableError, KnownLeg
from pos_bridge.domain.leg import (
    CaptureDone,
    CaptureRefused,
    Event,
    Leg,
    Recovered,
    State,
    step,
)
from pos_bridge.events import CaptureLost, PersonNeeded, ReversalEnded

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_AFTER_THE_ANSWER_S = 0.02  # a capture hurries nobody: first the till has its answer, whose making it would slow down


class Settler:
    """Owns every leg that is not at its end and that no till waits for."""

    def __init__(self, journal: Journal, processor: Processor, log: Logbook) -> None:
        self._journal = journal
        self._processor = processor
        self._log = log
        self._tasks: dict[bytes, asyncio.Task[None]] = {}

    async def recover(self) -> int:
        """Take over the legs an earlier run left open: how many there are. Reversals are durable on return."""
        known = [leg for leg in await self._journal.unsettled() if leg.state is not State.UNRESOLVED]
        for found in known:
            moved = step(_leg(found), Recovered())
            if moved.record:
                await self._record_stubbornly(moved.leg)
            self.take(moved.leg)
        return len(known)

    def take(self, leg: Leg, *, recorded: bool = True) -> None:
        """Settle this leg from here on. `recorded` is false when its present state still has to be made durable."""
        task = asyncio.create_task(self._settle(leg, recorded=recorded))
        self._tasks[leg.key.raw] = task
        task.add_done_callback(lambda _: self._tasks.pop(leg.key.raw, None))

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    async def close(self) -> None:
        """Stop trying; the journal knows what is left for the next start."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _settle(self, leg: Leg, *, recorded: bool) -> None:
        # What is not durable yet does not hold up the processor's side: the journal then says INTENT or REVERSING,
        # and from both the next start ends the leg the same way.
        unrecorded = [] if recorded else [leg]
        pause = _FIRST_PAUSE_S
        if leg.state is State.CAPTURING:
            await asyncio.sleep(_AFTER_THE_ANSWER_S)
        while leg.state in {State.CAPTURING, State.REVERSING}:
            event = await self._try(leg)
            if event is None:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
                continue
            leg = step(leg, event).leg
            unrecorded.append(leg)
        for state in unrecorded:
            await self._record_stubbornly(state)
        self._tell(leg)

    async def _try(self, leg: Leg) -> Event | None:
        """One try at what the leg waits for. None: not known yet."""
        if not await self._processor.ready():
            return None
        if leg.state is State.CAPTURING and leg.approved is not None:
            captured = await self._processor.capture(leg.key, leg.approved)
            if isinstance(captured, Unknown):
                return None
            return CaptureDone() if captured else CaptureRefused()
        answer = await self._processor.reverse(leg.key)
        return None if isinstance(answer, Unknown) else answer

    async def _record_stubbornly(self, leg: Leg) -> None:
        """Durable on return. Until then recovery would find an earlier state, from which it ends the same way."""
        pause = _FIRST_PAUSE_S
        while True:
            try:
                await self._journal.advance(Advance(leg.key, leg.state, leg.cause, leg.approved))
            except JournalUnwritableError:
                self._log.emit(events.JournalUnwritable())
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                return

    def _tell(self, leg: Leg) -> None:
        match leg.state:
            case State.REVERSED if leg.cause is not None:
                self._log.emit(ReversalEnded(leg.cause))
            case State.UNRESOLVED if leg.cause is not None:
                self._log.emit(PersonNeeded(leg.cause))
            case State.CAPTURE_LOST:
                self._log.emit(CaptureLost())
            case _:
                pass


def _leg(known: KnownLeg) -> Leg:
    leg = Leg(known.key, known.amount, known.partial_ok, known.flow)
    return replace(leg, state=known.state, approved=known.approved, cause=known.cause)
