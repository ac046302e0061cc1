"""A plain magnetic stripe reader: sends clear tracks when a card is swiped, shows a lamp when one is wanted.

It takes a finished frame (hw_sim/cards.py builds it) and never looks inside. A queued swipe waits for the lamp; each
time the lamp is switched on, one card is presented. Nothing is remembered of a card that was not presented.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from pathlib import Path

from hw_sim.readers.fault import GARBLED_FRAMES, Fault, HangUp, NextSwipe, garbled, noise
from hw_sim.readers.lamp import LampCommand, LampListener
from hw_sim.readers.line import Line, LineCutError

NOISE_PAUSE_S = 0.2
RETRY_PAUSE_S = 1.0  # a lamp that stays on after an unreadable swipe: the customer tries again by herself
RETRY_LIMIT_S = 3.0  # a lamp that went off and does not come on again: the customer gives up


class MsrPlain:
    """One reader. `name` is what the command line calls it, `device` the link the engine opens."""

    driver = "msr_plain"

    def __init__(self, name: str, device: Path, rng: random.Random | None = None) -> None:
        self.name = name
        self.device = device
        self._rng = rng or random.Random()
        self._line: Line | None = None
        self._fault: NextSwipe | None = None
        self._lamp = False
        self._asks = 0  # how often a card was asked for, and the last ask that met a card
        self._served = 0
        self._changed = asyncio.Event()
        self._queue = asyncio.Lock()  # customers, first come first served
        self._wire = asyncio.Lock()  # one presentation at a time, queued or not
        self._presenting: set[asyncio.Task[None]] = set()

    # ---- the cable ----

    def plug(self) -> None:
        """Plug in anew: a fresh terminal behind the same name, and no fault left."""
        self.unplug()
        self._fault = None
        listener = LampListener()
        self._line = Line(self.device, lambda data: self._hear(listener.feed(data)), self._lamp_off)

    def unplug(self) -> None:
        """Pull the cable, at once: a swipe being sent ends where it is. Waiting customers go on waiting."""
        if self._line is not None:
            self._line.cut()
            self._line = None
        self._lamp_off()

    async def close(self) -> None:
        """Unplug, and wait until nothing of this reader runs any more."""
        self.unplug()
        if self._presenting:
            await asyncio.wait(self._presenting)  # each sees the cut line at its next byte

    # ---- faults ----

    async def break_next(self, fault: NextSwipe) -> None:
        """The next swipe meets this fault; it replaces one that waits. Noise is also made at once on an open port."""
        self._fault = fault
        if fault is Fault.NOISE and self._line is not None and self._line.is_open:
            async with self._wire:
                await self._send(noise(self._rng))

    # ---- customers ----

    async def swipe(self, frame: bytes, wait_s: float, still_there: Callable[[], bool] = lambda: True) -> bool:
        """Present a card when one is wanted. False: nobody wanted it within `wait_s` seconds. Cancelling withdraws it.

        `still_there` is asked at the last moment: a customer can be gone before the news of it has come here. A
        presentation that has begun is always carried through, even past the time or when its customer is gone.
        """
        try:
            async with asyncio.timeout(wait_s) as limit, self._queue:
                await self._take_turn(lambda: self._wanted)
                if not still_there():
                    self._wire.release()
                    return False
                limit.reschedule(None)
                await self._present(frame)
        except TimeoutError:
            return False
        return True

    async def swipe_now(self, frame: bytes) -> bool:
        """Present a card whether wanted or not. False: the reader is unplugged."""
        await self._take_turn(lambda: True)
        if self._line is None:
            self._wire.release()
            return False
        await self._present(frame)
        return True

    async def _take_turn(self, ready: Callable[[], bool]) -> None:
        """Wait until `ready` and hold the wire; a burst of noise that is due goes first and may change the answer."""
        while True:
            await self._until(ready)
            await self._wire.acquire()
            try:
                if ready() and self._fault is Fault.NOISE:
                    self._fault = None
                    await self._send(noise(self._rng))
                    await asyncio.sleep(NOISE_PAUSE_S)
                if ready():
                    return
            except asyncio.CancelledError:
                self._wire.release()
                raise
            self._wire.release()

    async def _present(self, frame: bytes) -> None:
        """Needs the wire and gives it back. Runs on when the customer who waits for it is cancelled."""
        fault, self._fault = self._fault, None
        self._served = self._asks
        task = asyncio.create_task(self._pass_through(frame, fault))
        self._presenting.add(task)
        task.add_done_callback(self._presented)
        await asyncio.shield(task)

    def _presented(self, task: asyncio.Task[None]) -> None:
        self._presenting.discard(task)
        self._wire.release()

    async def _pass_through(self, frame: bytes, fault: NextSwipe | None) -> None:
        match fault:
            case HangUp(after):
                await self._send(frame[:after])
                self.unplug()
            case Fault.STALL:
                await self._send(frame[: len(frame) // 2])
            case Fault.GARBAGE:
                for attempt in range(GARBLED_FRAMES):
                    if attempt and not await self._tried_again():
                        return
                    self._served = self._asks
                    await self._send(garbled(frame, self._rng))
            case Fault.NOISE | None:  # noise was made before the turn was taken
                await self._send(frame)

    async def _tried_again(self) -> bool:
        """After an unreadable swipe: wait for the lamp as a customer does. False: the payment is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RETRY_PAUSE_S):
                await self._until(lambda: not self._lamp or self._wanted)
        if self._lamp:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RETRY_LIMIT_S):
                await self._until(lambda: self._wanted or self._line is None or not self._line.is_open)
        return self._wanted

    async def _send(self, data: bytes) -> None:
        if self._line is not None:
            with contextlib.suppress(LineCutError):  # whoever unplugged it knows
                await self._line.send(data)

    # ---- the lamp ----

    @property
    def _wanted(self) -> bool:
        return self._lamp and self._asks > self._served

    def _hear(self, commands: list[LampCommand]) -> None:
        for command in commands:
            self._lamp = command is LampCommand.ON
            self._asks += self._lamp
        if commands:
            self._tell_change()

    def _lamp_off(self) -> None:
        """The port was closed, or the cable pulled: whoever wanted a card wants none now."""
        self._lamp = False
        self._tell_change()

    def _tell_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._changed.wait()
