"""Virtual time: asyncio event loops that run one callback at a time, in one order, without a real clock.

One `Scheduler` runs the loops of all actors. An engine that dies takes its loop with it: nothing of it runs any more,
not even what it would have done on its way out. No real time, no thread, no file descriptor.
"""

import asyncio
import heapq
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from contextvars import Context
from typing import Any

MOST_STEPS = 200_000  # of one schedule: the longest of the stories takes a tenth


class StuckError(Exception):
    """Nothing is left to run and what was waited for did not happen, or it runs for ever."""


class Handle:
    """What asyncio needs of a handle: it can be cancelled."""

    __slots__ = ("args", "callback", "context", "loop")

    def __init__(
        self, loop: "SimLoop", callback: Callable[..., object] | None, args: tuple[Any, ...], context: Context | None
    ) -> None:
        self.loop = loop
        self.callback = callback
        self.args = args
        self.context = context

    def cancel(self) -> None:
        self.callback = None
        self.args = ()

    def cancelled(self) -> bool:
        return self.callback is None


class Scheduler:
    """All that will happen, in order: first what is due now, first come first served, then by time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.ready: deque[Handle] = deque()
        self.timers: list[tuple[float, int, Handle]] = []
        self._sequence = 0
        self.steps = 0

    def later(self, delay_s: float, handle: Handle) -> None:
        self._sequence += 1
        heapq.heappush(self.timers, (self.now + delay_s, self._sequence, handle))

    def run(self, done: Callable[[], bool]) -> None:
        """Run until `done`. Raises StuckError."""
        ready, timers = self.ready, self.timers
        was = running = events._get_running_loop()
        try:
            while not done():
                if not ready:
                    if not timers:
                        raise StuckError("nothing is left that could happen")
                    self.now = max(self.now, timers[0][0])
                    while timers and timers[0][0] <= self.now:
                        ready.append(heapq.heappop(timers)[2])
                handle = ready.popleft()
                if handle.callback is None or handle.loop.dead:
                    continue
                self.steps += 1
                if self.steps > MOST_STEPS:
                    raise StuckError("it does not come to an end")
                if handle.loop is not running:
                    running = handle.loop
                    events._set_running_loop(running)
                if handle.context is None:
                    handle.callback(*handle.args)
                else:
                    handle.context.run(handle.callback, *handle.args)
        finally:
            events._set_running_loop(was)


class SimLoop(asyncio.AbstractEventLoop):
    """The part of an event loop that tasks, futures, sleeps, time-outs and events use."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.dead = False
        self.tasks: list[asyncio.Task[Any]] = []
        self.faults: list[str] = []  # what asyncio would have logged, by the kind of exception

    def time(self) -> float:
        return self.scheduler.now

    def call_soon(  # type: ignore[override]  # a handle of our own
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        handle = Handle(self, callback, args, context)
        if not self.dead:
            self.scheduler.ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]  # a handle of our own
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        handle = Handle(self, callback, args, context)
        if not self.dead:
            self.scheduler.later(max(0.0, delay), handle)
        return handle

    def call_at(  # type: ignore[override]  # a handle of our own
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        return self.call_later(when - self.scheduler.now, callback, *args, context=context)

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Generator[Any, None, Any] | Coroutine[Any, Any, Any],
        *,
        name: str | None = None,
        context: Context | None = None,
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, name=name or "task", context=context)
        self.tasks.append(task)
        return task

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return not self.dead

    def is_closed(self) -> bool:
        return self.dead

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if not self.dead:
            self.faults.append(type(context.get("exception")).__name__)

    def end(self) -> None:
        """Nothing runs on it any more. What is suspended stays so until `bury`."""
        self.dead = True

    def bury(self) -> None:
        """Drop what is suspended for good, silently."""
        self.dead = True
        for task in self.tasks:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]  # asyncio's own way to say: meant
                coroutine = task.get_coro()
                assert isinstance(coroutine, Coroutine)
                with suppress(RuntimeError):  # it would await something on its way out: a dead process does not
                    coroutine.close()
        self.tasks.clear()


def sim_loop(scheduler: Scheduler) -> SimLoop:
    return SimLoop(scheduler)  # type: ignore[abstract]  # sockets, pipes and processes: nobody here asks for them
