"""Settling in the background: whatever is not at its end goes on until the processor has answered, whatever happens.

Needs keys only, never card data. Each leg is a task of its own, so one that is stuck delays nobody.
"""

import asyncio
from contextlib import suppress

from pos_bridge.checkout.derived import DerivedRefund
from pos_bridge.checkout.inquiry import Inquiry
from pos_bridge.checkout.ports import Journal, Logbook, Processor
from pos_bridge.checkout.settling import OPEN, InDoubtError, Settling
from pos_bridge.domain.happening import Event, GivenBack, Recovered
from pos_bridge.domain.ledger import Advance, JournalUnwritableError, TillKeys
from pos_bridge.domain.leg import Cause, Kind, Leg, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.step import step
from pos_bridge.domain.transition import Effect, ImpossibleStepError
from pos_bridge.domain.trouble import Trouble
from pos_bridge.log import events

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_REFUSED_PAUSE_S = 60.0  # after a no that decides nothing: the same question has the same answer
_AFTER_THE_ANSWER_S = 0.02  # a capture hurries nobody: first the till has its answer, whose making it would slow down
_NOT_OURS = frozenset({State.UNRESOLVED, State.AUTHORISED})  # a person's, and the till's (checkout/confirm.py)

# What must be durable before the processor hears of it, because the journal's state before it ends another way.
_BEFORE = frozenset({Effect.REVERSE, Effect.CAPTURE, Effect.GIVE_BACK})


class Settler:
    """Owns every leg that is not at its end, and for which neither a customer nor a person is waited."""

    def __init__(self, journal: Journal, processor: Processor, log: Logbook) -> None:
        self._journal = journal
        self._log = log
        self._inquiry = Inquiry(journal, processor, log)
        self._derived = DerivedRefund(journal, processor)
        self._held: dict[LegKey, Settling] = {}
        self._tasks: dict[LegKey, asyncio.Task[None]] = {}
        self._handing_over = asyncio.Lock()
        self._hurried = asyncio.Event()

    async def recover(self) -> int:
        """Take over the legs an earlier run left open: how many there are.

        Their reversals are durable on return if the journal can be written; if not, they are begun all the same (the
        intent says as much to the next start), so that a bad row or a full disk stops neither them nor the engine.
        """
        unsettled = await self._journal.unsettled()
        known = [leg for leg in unsettled if leg.tender is Tender.CARD and leg.state not in _NOT_OURS]
        for found in known:
            if found.key in self._held:
                continue  # the refund of a sale that was taken over before it
            moved = step(found.leg(), Recovered())
            recorded = not moved.record or await self._recorded(moved.leg)
            if moved.record and recorded:
                self._tell_begun(moved.leg)
            self.take(moved.leg, recorded=recorded)
        return len(known)

    def take(self, leg: Leg, *, recorded: bool = True, fresh: bool = False) -> Settling:
        """Settle this leg from here on. `recorded` is false when its present state still has to be made durable.

        `fresh`: nothing of it was ever sent.
        """
        assert leg.key not in self._held, "a leg that is held is moved, not handed over again"
        if not recorded:
            self._tell_begun(leg)
        settling = Settling(leg, () if recorded else (leg,), fresh=fresh)
        self._begin(settling)
        return settling

    async def undo_unsent(self, leg: Leg) -> None:
        """A leg that could not be opened, and of which nothing was sent. The disk may have kept it all the same.

        Then it would be open, and in the way of its basket or of another refund, until the next start undoes it.
        """
        with suppress(JournalUnwritableError):
            if await self._journal.find_leg(leg.key) is not None:
                self.take(step(leg, Recovered()).leg, recorded=False)

    def find(self, key: LegKey) -> Settling | None:
        """The leg, if it is not at its end."""
        return self._held.get(key)

    async def move(self, key: LegKey, event: Event, till: TillKeys | None = None) -> Settling | None:
        """What a till wants of a leg that it knows to be approved: one step, durable on return, then settled.

        None: that cannot happen to it (any more), or there is no such leg. `till` is the request that asks for it.
        Raises JournalUnwritableError (nothing is stored), InDoubtError (not known: the leg goes on as it was).
        """
        async with self._handing_over:
            settling = self._held.get(key)
            if settling is None:
                known = await self._journal.find_leg(key)
                if known is None or known.tender is not Tender.CARD:
                    return None
                settling = Settling(known.leg())
            async with settling.lock:  # no write of its task is under way now, and what it asks may be broken off
                try:
                    moved = step(settling.leg, event)
                except ImpossibleStepError:
                    return None
                await self._stop(key)
                return await self._moved(settling, moved.leg, till)

    def hurry(self) -> None:
        """Try each leg now that waits for its next try: somebody has mended what was in the way."""
        hurried, self._hurried = self._hurried, asyncio.Event()
        hurried.set()

    @property
    def busy(self) -> bool:
        return not all(task.done() for task in self._tasks.values())

    async def close(self) -> None:
        """Stop trying; the journal knows what is left for the next start."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---- one leg ----

    def _begin(self, settling: Settling) -> None:
        self._held[settling.leg.key] = settling
        self._tasks[settling.leg.key] = asyncio.create_task(self._settle(settling))

    async def _stop(self, key: LegKey) -> None:
        task = self._tasks.pop(key, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _moved(self, settling: Settling, leg: Leg, till: TillKeys | None) -> Settling:
        try:
            await self._journal.advance(_advance(leg, till))
            unrecorded: list[Leg] = []
        except JournalUnwritableError:
            if not await self._is_stored(leg, settling):
                self._go_on(settling)
                raise
            unrecorded = [leg]
        settling.leg, settling.unrecorded = leg, unrecorded
        settling.definite.clear()
        settling.durable.clear()
        self._begin(settling)
        return settling

    async def _is_stored(self, leg: Leg, settling: Settling) -> bool:
        """A write whose sync failed can be there all the same, and stay."""
        try:
            stored = await self._journal.find_leg(leg.key)
        except JournalUnwritableError:
            self._go_on(settling)
            raise InDoubtError from None
        return stored is not None and stored.state is leg.state and stored.cause is leg.cause

    def _go_on(self, settling: Settling) -> None:
        if settling.leg.state in OPEN or settling.unrecorded:
            self._begin(settling)

    async def _settle(self, settling: Settling) -> None:
        key = settling.leg.key
        if settling.leg.state is State.CAPTURING:
            await asyncio.sleep(_AFTER_THE_ANSWER_S)
        pause = _FIRST_PAUSE_S
        while settling.leg.state in OPEN:
            before = settling.leg
            await self._try(settling)
            if settling.leg is before:
                await self._pause(_REFUSED_PAUSE_S if settling.refused else pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
        settling.definite.set()
        pause = _FIRST_PAUSE_S
        while not await self._caught_up(settling):
            await self._pause(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        del self._held[key], self._tasks[key]
        self._tell(settling.leg)
        settling.durable.set()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurried.wait()

    async def _try(self, settling: Settling) -> None:
        """One try. Whatever fails, the leg is where it was: one that nobody settles is worse than one more try."""
        try:
            if settling.leg.kind is Kind.REFUND and not await self._caught_up(settling):
                return  # a refund is sent only once it is durable; anything else ends as its last durable state does
            event = await (
                self._given_back(settling) if settling.leg.state is State.GIVING_BACK else self._inquiry.event(settling)
            )
            if event is not None:
                await self._step(settling, event)
        except Exception as error:  # noqa: BLE001 - whatever it was
            if isinstance(error, JournalUnwritableError):
                self._log.emit(events.JournalUnwritable())
            else:
                self._log.emit(events.RequestFault(Trouble.SETTLING))

    async def _step(self, settling: Settling, event: Event) -> None:
        moved = step(settling.leg, event)
        settling.look_up = Effect.LOOK_UP in moved.effects
        if not moved.record:
            return
        async with settling.lock:
            if _BEFORE.isdisjoint(moved.effects):  # nothing follows from it: the journal may catch up
                settling.unrecorded.append(moved.leg)
            elif not (await self._caught_up(settling, locked=True) and await self._recorded(moved.leg)):
                return
            settling.leg = moved.leg
        if moved.leg.state is State.GIVING_BACK:
            self._log.emit(events.GivingBack())

    async def _given_back(self, settling: Settling) -> GivenBack | None:
        """What became of the refund that follows a reversal which came too late."""
        settling.refused, leg = False, settling.leg
        if self._inquiry.only_looks:
            return await self._derived.ended(leg)
        refund = await self._derived.leg(leg)
        if refund is None or isinstance(refund, GivenBack):
            return refund
        await (self.find(refund.key) or self.take(refund)).durable.wait()
        ended = await self._derived.ended(leg)
        settling.refused = ended is None  # a person decides about the refund first
        return ended

    # ---- the journal ----

    async def _caught_up(self, settling: Settling, *, locked: bool = False) -> bool:
        """Make durable what is not yet: one try. Until then recovery would find an earlier state, and end it alike."""
        if not settling.unrecorded:
            return True
        if not locked:
            async with settling.lock:
                return await self._caught_up(settling, locked=True)
        while settling.unrecorded:
            if not await self._recorded(settling.unrecorded[0]):
                return False
            del settling.unrecorded[0]
        return True

    async def _recorded(self, leg: Leg) -> bool:
        """One try to make this state durable."""
        try:
            await self._journal.advance(_advance(leg))
        except Exception:  # noqa: BLE001 - a fault of this program may not lose the step either
            self._log.emit(events.JournalUnwritable())
            return False
        return True

    # ---- the log ----

    def _tell_begun(self, leg: Leg) -> None:
        """Whoever hands a leg over whose reversal is durable has told that it began; here is told the rest."""
        if leg.state is State.REVERSING and leg.cause not in {None, Cause.CANCELLED}:
            assert leg.cause is not None
            self._log.emit(events.ReversalBegun(leg.cause))

    def _tell(self, leg: Leg) -> None:
        match leg.state:
            case State.REVERSED if leg.cause not in {None, Cause.VOIDED}:  # a void is ordinary business
                assert leg.cause is not None
                self._log.emit(events.ReversalEnded(leg.cause))
            case State.UNRESOLVED if leg.cause is not None:
                self._log.emit(events.PersonNeeded(leg.cause))
            case State.CAPTURE_LOST:
                self._log.emit(events.CaptureLost())
            case State.GIVEN_BACK:
                self._log.emit(events.GivenBack())
            case _:
                pass


def _advance(leg: Leg, till: TillKeys | None = None) -> Advance:
    return Advance(leg.key, leg.state, leg.cause, leg.approved, till=till)
