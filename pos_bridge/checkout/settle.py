"""Settling in the background: captures and reversals go on until the processor has answered, whatever happens.

Needs keys only, never card data. Each leg is a task of its own, so one that is stuck delays nobody.
"""

import asyncio
from dataclasses import replace

from pos_bridge import events
from pos_bridge.checkout.ports import Journal, Logbook, Processor
from pos_bridge.domain.authorisation import Unknown
from pos_bridge.domain.happening import CaptureDone, CaptureRefused, Event, Recovered
from pos_bridge.domain.ledger import Advance, KnownLeg
from pos_bridge.domain.leg import Leg, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.step import step
from pos_bridge.domain.trouble import Trouble
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
        self._stuck: set[LegKey] = set()  # legs whose refused capture was told

    async def recover(self) -> int:
        """Take over the legs an earlier run left open: how many there are.

        Their reversals are durable on return if the journal can be written; if not, they are begun all the same (the
        intent says as much to the next start), so that a bad row or a full disk stops neither them nor the engine.
        """
        known = [leg for leg in await self._journal.unsettled() if leg.state is not State.UNRESOLVED]
        for found in known:
            moved = step(_leg(found), Recovered())
            self.take(moved.leg, recorded=not moved.record or await self._recorded(moved.leg))
        return len(known)

    def take(self, leg: Leg, *, recorded: bool = True) -> asyncio.Event:
        """Settle this leg from here on. `recorded` is false when its present state still has to be made durable.

        The event is set once the processor has given its definite answer, durable here or not.
        """
        definite = asyncio.Event()
        task = asyncio.create_task(self._settle(leg, definite, recorded=recorded))
        self._tasks[leg.key.raw] = task
        task.add_done_callback(lambda _: self._tasks.pop(leg.key.raw, None))
        return definite

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    async def close(self) -> None:
        """Stop trying; the journal knows what is left for the next start."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _settle(self, leg: Leg, definite: asyncio.Event, *, recorded: bool) -> None:
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
        definite.set()
        for state in unrecorded:
            await self._record_stubbornly(state)
        self._stuck.discard(leg.key)
        self._tell(leg)

    async def _try(self, leg: Leg) -> Event | None:
        """One try at what the leg waits for. None: not known yet."""
        try:
            return await self._ask(leg)
        except Exception:  # noqa: BLE001 - whatever it was, a leg that nobody settles is worse than one more try
            self._log.emit(events.RequestFault(Trouble.SETTLING))
            return None

    async def _ask(self, leg: Leg) -> Event | None:
        if not await self._processor.ready():
            return None
        if leg.state is State.CAPTURING and leg.approved is not None:
            captured = await self._processor.capture(leg.key, leg.approved)
            if isinstance(captured, Unknown):
                self._tell_stuck(leg.key, captured)
                return None
            return CaptureDone() if captured else CaptureRefused()
        answer = await self._processor.reverse(leg.key)
        return None if isinstance(answer, Unknown) else answer

    async def _record_stubbornly(self, leg: Leg) -> None:
        """Durable on return. Until then recovery would find an earlier state, from which it ends the same way."""
        pause = _FIRST_PAUSE_S
        while not await self._recorded(leg):
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _recorded(self, leg: Leg) -> bool:
        """One try to make this state durable."""
        try:
            await self._journal.advance(Advance(leg.key, leg.state, leg.cause, leg.approved))
        except Exception:  # noqa: BLE001 - a fault of this program may not lose the step either
            self._log.emit(events.JournalUnwritable())
            return False
        return True

    def _tell_stuck(self, key: LegKey, answer: Unknown) -> None:
        """Once a leg: tried every few seconds, it would fill the log."""
        if answer.refused and key not in self._stuck:
            self._stuck.add(key)
            self._log.emit(events.CaptureStuck())

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
