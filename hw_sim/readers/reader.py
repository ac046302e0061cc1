"""A card reader on the counter: its cable, the customers who queue there, and what goes wrong with it.

What kind of reader it is comes as a Model; this room is the same for all. A queued swipe waits until the reader wants
a card; each time it is asked for one, one card is presented. Nothing is remembered of a card that was not presented.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hw_sim.readers.fault import GARBLED_FRAMES, Fault, HangUp, NextSwipe, noise
from hw_sim.readers.line import Line, LineCutError
from hw_sim.readers.stripe import Stripe

NOISE_PAUSE_S = 0.2
RETRY_PAUSE_S = 1.0  # it still wants a card after an unreadable swipe: the customer tries again by herself
RETRY_LIMIT_S = 3.0  # it stopped wanting one and does not begin again: the customer gives up


@dataclass(frozen=True, slots=True)
class Heard:
    """What the till's bytes came to: what the reader answers, and each time it was told to want a card or none."""

    answer: bytes = b""
    wants: tuple[bool, ...] = ()


class Model(Protocol):
    """What one kind of reader does with a command and with a card. Sans-I/O but for what it keeps on its own disk."""

    @property
    def driver(self) -> str:
        """The word of a configuration and of `pos-bridge-sim store --reader`."""

    @property
    def meaningful(self) -> frozenset[int]:
        """Bytes that begin something on this reader's line, so that noise has none of them."""

    @property
    def reaction_s(self) -> float:
        """How long after the reader wants a card a customer can know it."""

    def hear(self, data: bytes) -> Heard: ...

    def fall_silent(self) -> None:
        """The line was closed or plugged in: half a command is forgotten."""

    def read(self, stripe: Stripe) -> bytes:
        """The frame for a card pulled through now; empty when this reader is not reading."""

    def garble(self, frame: bytes, rng: random.Random) -> bytes:
        """The frame with its shape kept and everything that checks it wrong."""


class Reader:
    """One reader. `name` is what the command line calls it, `device` the link the engine opens."""

    def __init__(self, name: str, device: Path, model: Model, rng: random.Random | None = None) -> None:
        self.name = name
        self.device = device
        self._model = model
        self._rng = rng or random.Random()
        self._line: Line | None = None
        self._fault: NextSwipe | None = None
        self._wants = False
        self._asks = 0  # how often a card was asked for, and the last ask that met a card
        self._served = 0
        self._changed = asyncio.Event()
        self._queue = asyncio.Lock()  # customers, first come first served
        self._turn = asyncio.Lock()  # one presentation at a time, queued or not
        self._wire = asyncio.Lock()  # one frame, answer or burst at a time
        self._answer = b""  # not sent yet
        self._running: set[asyncio.Task[None]] = set()

    @property
    def driver(self) -> str:
        return self._model.driver

    # ---- the cable ----

    def plug(self) -> None:
        """Plug in anew: a fresh terminal behind the same name, and no fault left."""
        self.unplug()
        self._fault = None
        self._line = Line(self.device, self._hear, self._hung_up)

    def unplug(self) -> None:
        """Pull the cable, at once: a swipe being sent ends where it is. Waiting customers go on waiting."""
        if self._line is not None:
            self._line.cut()
            self._line = None
        self._answer = b""
        self._hung_up()

    async def close(self) -> None:
        """Unplug, and wait until nothing of this reader runs any more."""
        self.unplug()
        if self._running:
            await asyncio.wait(self._running)  # each sees the cut line at its next byte

    # ---- faults ----

    async def break_next(self, fault: NextSwipe) -> None:
        """The next swipe meets this fault; it replaces one that waits. Noise is also made at once on an open port."""
        self._fault = fault
        if fault is Fault.NOISE and self._line is not None and self._line.is_open:
            async with self._turn:
                await self._send(self._noise())

    def _noise(self) -> bytes:
        return noise(self._model.meaningful, self._rng)

    # ---- customers ----

    async def swipe(self, card: Stripe, wait_s: float, still_there: Callable[[], bool] = lambda: True) -> bool:
        """Present a card when one is wanted. False: nobody wanted it within `wait_s` seconds. Cancelling withdraws it.

        `still_there` is asked at the last moment: a customer can be gone before the news of it has come here. A
        presentation that has begun is always carried through, even past the time or when its customer is gone.
        """
        try:
            async with asyncio.timeout(wait_s) as limit, self._queue:
                await self._take_turn(lambda: self._wanted, self._model.reaction_s)
                if not still_there():
                    self._turn.release()
                    return False
                limit.reschedule(None)
                await self._present(card)
        except TimeoutError:
            return False
        return True

    async def swipe_now(self, card: Stripe) -> bool:
        """Present a card whether wanted or not. False: the reader is unplugged."""
        await self._take_turn(lambda: True, 0)
        if self._line is None:
            self._turn.release()
            return False
        await self._present(card)
        return True

    async def _take_turn(self, ready: Callable[[], bool], reaction_s: float) -> None:
        """Wait until `ready` and hold the turn; a burst of noise that is due goes first and may change the answer."""
        while True:
            await self._until(ready)
            asks = self._asks
            await asyncio.sleep(reaction_s)
            await self._turn.acquire()
            try:
                if ready() and self._fault is Fault.NOISE:
                    self._fault = None
                    await self._send(self._noise())
                    await asyncio.sleep(NOISE_PAUSE_S)
                if ready() and asks == self._asks:  # asked again: the till was not prompting yet
                    return
            except asyncio.CancelledError:
                self._turn.release()
                raise
            self._turn.release()

    async def _present(self, card: Stripe) -> None:
        """Needs the turn and gives it back. Runs on when the customer who waits for it is cancelled."""
        fault, self._fault = self._fault, None
        self._served = self._asks
        task = self._run(self._pass_through(card, fault))
        task.add_done_callback(lambda _: self._turn.release())
        await asyncio.shield(task)

    async def _pass_through(self, card: Stripe, fault: NextSwipe | None) -> None:
        match fault:
            case HangUp(after):
                await self._send(self._model.read(card)[:after])
                self.unplug()
            case Fault.STALL:
                frame = self._model.read(card)
                await self._send(frame[: len(frame) // 2])
            case Fault.GARBAGE:
                for attempt in range(GARBLED_FRAMES):
                    if attempt and not await self._tried_again():
                        return
                    await asyncio.sleep(self._model.reaction_s if attempt else 0)
                    self._served = self._asks
                    await self._send(self._model.garble(self._model.read(card), self._rng))
            case Fault.NOISE | None:  # noise was made before the turn was taken
                await self._send(self._model.read(card))

    async def _tried_again(self) -> bool:
        """After an unreadable swipe: wait to be asked as a customer does. False: the payment is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RETRY_PAUSE_S):
                await self._until(lambda: not self._wants or self._wanted)
        if self._wants:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RETRY_LIMIT_S):
                await self._until(lambda: self._wanted or self._line is None or not self._line.is_open)
        return self._wanted

    async def _send(self, data: bytes) -> None:
        """What the till is still to be answered, then this."""
        async with self._wire:
            answer, self._answer = self._answer, b""
            if self._line is not None:
                with contextlib.suppress(LineCutError):  # whoever unplugged it knows
                    await self._line.send(answer + data)

    # ---- what the till says ----

    @property
    def _wanted(self) -> bool:
        return self._wants and self._asks > self._served

    def _hear(self, data: bytes) -> None:
        heard = self._model.hear(data)
        for wanted in heard.wants:
            self._wants = wanted
            self._asks += wanted
        if heard.wants:
            self._tell_change()
        if heard.answer:
            self._answer += heard.answer
            self._run(self._send(b""))

    def _hung_up(self) -> None:
        """The port was closed, or the cable pulled: whoever wanted a card wants none now."""
        self._model.fall_silent()
        self._wants = False
        self._tell_change()

    def _tell_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._changed.wait()

    def _run(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Do something to its end, whoever waits for it or not."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task
