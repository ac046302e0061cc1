"""A till that confirms its payments: what is approved waits for its word, until confirm_by, also across restarts.

Its word is durable before anything follows from it. Nobody's word undoes the payment, as if the till had said so.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pos_bridge import events
from pos_bridge.checkout.card_sale import Parts
from pos_bridge.domain.happening import Cancelled, Confirmed
from pos_bridge.domain.ledger import Advance, JournalUnwritableError, KnownLeg
from pos_bridge.domain.leg import Cause, Flow, Kind, Leg, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.step import Transition, step

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0
_LONGEST_NAP_S = 1.0  # then the processor's clock is looked at again: timers stand still while a machine sleeps
_REMEMBERED = 4096


@dataclass(slots=True)
class _Waiting:
    """An approved leg between its approval and the till's word. `lock`: one word at a time is written down."""

    leg: Leg
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    timer: "asyncio.Task[None] | None" = None


class Confirming:
    """Every leg that waits for the till's word.

    What was captured in one message (Interac) is paid at once: a cancel undoes it in that time, and silence does not.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._waiting: dict[LegKey, _Waiting] = {}
        self._final: OrderedDict[LegKey, None] = OrderedDict()  # captured in one message, and confirmed since
        self._timers: set[asyncio.Task[None]] = set()

    def expect(self, leg: Leg, within_s: float) -> None:
        """The till is being told that this leg was approved: it has so many seconds from now."""
        waiting = self._waiting[leg.key] = _Waiting(leg)
        self._start(waiting, lambda: asyncio.sleep(within_s))

    async def resume(self) -> int:
        """Take over the legs that an earlier run left waiting: how many. Those whose time is over are undone soon."""
        legs = [known for known in await self._parts.journal.unsettled() if known.state is State.AUTHORISED]
        for known in legs:
            self._adopt(known)
        return len(legs)

    def waits(self, key: LegKey) -> bool:
        return key in self._waiting

    async def confirm(self, key: LegKey) -> None:
        """The till takes the payment for good. What became of it, the journal says. Raises JournalUnwritableError."""
        waiting = await self._find(key)
        if waiting is None:
            return
        async with waiting.lock:
            if self._waiting.get(key) is not waiting:
                return  # another word came first
            if waiting.leg.state is State.AUTHORISED:
                moved = step(waiting.leg, Confirmed())
                await self._record(moved)
                self._parts.settler.take(moved.leg)
                self._forget(waiting)
            else:
                self._keep(waiting)

    async def cancel(self, key: LegKey) -> None:
        """The till gives the payment up. Durable on return where it still could. Raises JournalUnwritableError."""
        waiting = await self._find(key) or await self._final_at_once(key)
        if waiting is None:
            return
        async with waiting.lock:
            if self._waiting.get(key) is waiting:
                await self._take_back(waiting, Cause.CANCELLED)

    async def close(self) -> None:
        """Stop waiting: the journal knows what waits, and until when."""
        timers = tuple(self._timers)
        for timer in timers:
            timer.cancel()
        await asyncio.gather(*timers, return_exceptions=True)

    async def _find(self, key: LegKey) -> _Waiting | None:
        """The leg of that key if it waits; one that the start could not read is taken over now."""
        if key not in self._waiting:
            known = await self._parts.journal.find_leg(key)
            if known is not None and known.state is State.AUTHORISED and key not in self._waiting:
                self._adopt(known)
        return self._waiting.get(key)

    async def _final_at_once(self, key: LegKey) -> _Waiting | None:
        """A leg captured in one message by an earlier run: as far as anybody knows, not confirmed, so it can be undone.

        Not so where a part of it was given back, or may be.
        """
        known = await self._parts.journal.find_leg(key)
        if known is None or known.kind is not Kind.SALE or known.state is not State.CAPTURED or key in self._final:
            return None
        if known.flow is not Flow.ONE_MESSAGE or await self._parts.journal.refunds_of(key):
            return None
        return self._waiting.setdefault(key, _Waiting(known.leg()))

    async def _take_back(self, waiting: _Waiting, cause: Cause) -> None:
        moved = step(waiting.leg, Cancelled(cause))
        await self._record(moved)
        self._undo(waiting, moved.leg, cause)

    def _keep(self, waiting: _Waiting) -> None:
        """Captured in one message, and kept: by the till's word, or because it said none in time."""
        self._final[waiting.leg.key] = None
        if len(self._final) > _REMEMBERED:
            self._final.popitem(last=False)
        self._forget(waiting)

    def _undo(self, waiting: _Waiting, leg: Leg, cause: Cause, *, recorded: bool = True) -> None:
        self._parts.settler.take(leg, recorded=recorded)
        self._parts.log.emit(events.ReversalBegun(cause))
        self._forget(waiting)

    async def _record(self, moved: Transition) -> None:
        leg = moved.leg
        try:
            await self._parts.journal.advance(Advance(leg.key, leg.state, leg.cause, leg.approved))
        except JournalUnwritableError:
            self._parts.log.emit(events.JournalUnwritable())
            raise

    def _adopt(self, known: KnownLeg) -> None:
        waiting = self._waiting[known.key] = _Waiting(known.leg())
        self._start(waiting, lambda: self._processor_says(known.confirm_by_ms or 0))

    def _start(self, waiting: _Waiting, time_is_over: Callable[[], Awaitable[None]]) -> None:
        waiting.timer = asyncio.create_task(self._expire(waiting, time_is_over))
        self._timers.add(waiting.timer)
        waiting.timer.add_done_callback(self._timers.discard)

    async def _expire(self, waiting: _Waiting, time_is_over: Callable[[], Awaitable[None]]) -> None:
        await time_is_over()
        async with waiting.lock:
            if self._waiting.get(waiting.leg.key) is not waiting:
                return
            waiting.timer = None
            if waiting.leg.state is not State.AUTHORISED:
                self._keep(waiting)
                return
            moved = step(waiting.leg, Cancelled(Cause.UNCONFIRMED))
            try:
                await self._record(moved)
            except Exception:  # noqa: BLE001 - undone all the same: what the journal says now ends in this too
                self._undo(waiting, moved.leg, Cause.UNCONFIRMED, recorded=False)
            else:
                self._undo(waiting, moved.leg, Cause.UNCONFIRMED)

    async def _processor_says(self, confirm_by_ms: int) -> None:
        """Until its clock, the one that the time was told by, shows this. It is not known before it was reached."""
        pause = _FIRST_PAUSE_S
        while not await self._parts.processor.ready():
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        while (left_ms := confirm_by_ms - self._parts.processor.not_after_ms(0)) > 0:  # noqa: ASYNC110 - a clock
            await asyncio.sleep(min(left_ms / 1000, _LONGEST_NAP_S))

    def _forget(self, waiting: _Waiting) -> None:
        if self._waiting.get(waiting.leg.key) is waiting:
            del self._waiting[waiting.leg.key]
        if waiting.timer is not None:
            waiting.timer.cancel()
