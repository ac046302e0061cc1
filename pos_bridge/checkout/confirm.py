"""A till that confirms its payments: what is approved waits for its word, until confirm_by, also across restarts.

Its word is durable before anything follows from it. Nobody's word undoes the payment, as if the till had said so.
"""

import asyncio
from collections.abc import Awaitable, Callable

from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.settling import InDoubtError
from pos_bridge.domain.happening import Cancelled, Confirmed
from pos_bridge.domain.ledger import JournalUnwritableError, KnownLeg
from pos_bridge.domain.leg import Cause, Leg, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.trouble import Trouble
from pos_bridge.log import events

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0
_LONGEST_NAP_S = 1.0  # then the processor's clock is looked at again: timers stand still while a machine sleeps


class Confirming:
    """Every leg that waits for the till's word.

    What was captured in one message (Interac) is paid at once: in that time a cancel undoes it, and silence does not.
    After a restart it is paid like any other, and given back like any other.
    """

    def __init__(self, parts: Parts, decided: Callable[[LegKey], None] = lambda _: None) -> None:
        """`decided` is told of each leg that does not wait any more, once that is durable."""
        self._decided = decided
        self._parts = parts
        self._timers: dict[LegKey, asyncio.Task[None]] = {}
        self._words = asyncio.Lock()  # one word at a time is written down

    def expect(self, leg: Leg, within_s: float) -> None:
        """The till is being told that this leg was approved: it has so many seconds from now."""
        self._start(leg.key, lambda: asyncio.sleep(within_s))

    async def resume(self) -> int:
        """Take over the legs that an earlier run left waiting: how many. Those whose time is over are undone soon."""
        legs = [known for known in await self._parts.journal.unsettled() if known.state is State.AUTHORISED]
        for known in legs:
            self._adopt(known)
        return len(legs)

    async def confirm(self, key: LegKey) -> None:
        """The till takes the payment for good. What became of it, the journal says.

        Raises JournalUnwritableError (nothing was written), InDoubtError (that is not known).
        """
        async with self._words:
            known = await self._parts.journal.find_leg(key)
            if known is None:
                return
            if known.state is State.AUTHORISED:
                await self._parts.settler.move(key, Confirmed())
                self._decided(key)
            self._stop(key)

    async def cancel(self, key: LegKey) -> None:
        """The till gives the payment up. Durable on return where it still could. Raises as confirm does."""
        async with self._words:
            known = await self._parts.journal.find_leg(key)
            if known is None:
                return
            in_one_message = known.state is State.CAPTURED and key in self._timers  # and not confirmed yet
            if known.state is State.AUTHORISED or in_one_message:
                await self._parts.settler.move(key, Cancelled(Cause.CANCELLED))
                self._decided(key)
                self._stop(key)

    async def close(self) -> None:
        """Stop waiting: the journal knows what waits, and until when."""
        timers = tuple(self._timers.values())
        for timer in timers:
            timer.cancel()
        await asyncio.gather(*timers, return_exceptions=True)

    # ---- time ----

    def _adopt(self, known: KnownLeg) -> None:
        self._start(known.key, lambda: self._processor_says(known.confirm_by_ms or 0))

    def _start(self, key: LegKey, time_is_over: Callable[[], Awaitable[None]]) -> None:
        timer = self._timers[key] = asyncio.create_task(self._expire(key, time_is_over))
        timer.add_done_callback(lambda _: self._timers.pop(key, None) if self._timers.get(key) is timer else None)

    def _stop(self, key: LegKey) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    async def _expire(self, key: LegKey, time_is_over: Callable[[], Awaitable[None]]) -> None:
        await time_is_over()
        pause = _FIRST_PAUSE_S
        while not await self._over(key):
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _over(self, key: LegKey) -> bool:
        """Nobody's word is written down. One try: until it is, the next start would come to it too."""
        try:
            async with self._words:
                known = await self._parts.journal.find_leg(key)
                if known is not None and known.state is State.AUTHORISED:
                    await self._parts.settler.move(key, Cancelled(Cause.UNCONFIRMED))
                    self._decided(key)
                    self._parts.log.emit(events.ReversalBegun(Cause.UNCONFIRMED))
        except (JournalUnwritableError, InDoubtError):
            self._parts.log.emit(events.JournalUnwritable())
            return False
        except Exception:  # noqa: BLE001 - whatever it was, a payment that waits for ever is worse than one more try
            self._parts.log.emit(events.RequestFault(Trouble.SETTLING))
            return False
        return True

    async def _processor_says(self, confirm_by_ms: int) -> None:
        """Until its clock, the one that the time was told by, shows this. It is not known before it was reached."""
        pause = _FIRST_PAUSE_S
        while not await self._parts.processor.ready():
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        while (left_ms := confirm_by_ms - self._parts.processor.not_after_ms(0)) > 0:  # noqa: ASYNC110 - a clock
            await asyncio.sleep(min(left_ms / 1000, _LONGEST_NAP_S))
