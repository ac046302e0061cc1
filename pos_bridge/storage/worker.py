"""One thread that does blocking work for an event loop, in the order it was asked, and rests in between."""

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

REST_S = 30.0  # how long an idle thread waits before it tidies up

Result = TypeVar("Result")


@dataclass(slots=True, eq=False, repr=False)
class Job:
    """`call` is run on the thread. `kind` is the owner's to sort by. A waiter that went away changes nothing."""

    call: Callable[[], object]
    kind: int
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[object]"

    def tell(self, outcome: object) -> None:
        """On the loop's own thread."""
        if self.done.done():
            return
        if isinstance(outcome, BaseException):
            self.done.set_exception(outcome)
        else:
            self.done.set_result(outcome)


class Worker:
    """`work` is given all the jobs that are waiting and returns each one's value or exception; `rest` runs when idle.

    Neither may raise: what they cannot do is a job's exception, or nobody's.
    """

    def __init__(
        self, name: str, work: Callable[[list[Job]], list[object]], rest: Callable[[], None], rest_s: float = REST_S
    ) -> None:
        self._work = work
        self._rest = rest
        self._rest_s = rest_s
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._closed = False
        self._thread.start()

    async def ask(self, call: Callable[[], Result], kind: int = 0) -> Result:
        """Run `call` on the thread and give its result. It is run even if the asker is cancelled."""
        if self._closed:
            raise RuntimeError("asked after close")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[object] = loop.create_future()
        self._jobs.put(Job(call, kind, loop, done))
        return await done  # type: ignore[return-value]  # the future of this call

    def close(self) -> None:
        """Finish what was asked, then end the thread. Idempotent."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while self._turn():
            continue

    def _turn(self) -> bool:
        """Wait for jobs and do them. Returns after each turn, so that a waiting thread holds none. False: the last."""
        try:
            waiting = [self._jobs.get(timeout=self._rest_s)]
        except queue.Empty:
            self._rest()
            return True
        while not self._jobs.empty():
            waiting.append(self._jobs.get())
        jobs = [job for job in waiting if job is not None]
        ended = len(jobs) < len(waiting)
        if jobs:
            self._tell(jobs, self._work(jobs))
        if self._jobs.empty() and not ended:
            self._rest()
        return not ended

    @staticmethod
    def _tell(jobs: list[Job], results: list[object]) -> None:
        for job, outcome in zip(jobs, results, strict=True):
            with suppress(RuntimeError):  # the loop ended before its answer came
                job.loop.call_soon_threadsafe(job.tell, outcome)
