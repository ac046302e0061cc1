"""The engine as the store runs it: started until it is ready, killed, restarted. It is never restarted by itself."""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence

from hw_sim.store import orphans, readiness
from hw_sim.store.child import Child
from hw_sim.store.layout import Layout

START_LIMIT_S = 25.0  # a store promises to be ready in 30
STOP_PATIENCE_S = 8.0
_ROOMS_PATIENCE_S = 0.5


class EngineFailedError(Exception):
    """The engine did not start. The text is the engine's own message."""


class Engine:
    """One engine after the other. `command` starts it; `spared` are the store's other children."""

    def __init__(self, layout: Layout, command: Sequence[str], spared: Callable[[], set[int]]) -> None:
        self._layout = layout
        self._command = tuple(command)
        self._spared = spared
        self._child: Child | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """Of the engine that runs, or of the last one. 0 before the first."""
        return self._child.pid if self._child is not None else 0

    async def start(self) -> None:
        """Returns when the engine is ready. Raises EngineFailedError; nothing of it runs then."""
        with readiness.listen() as ear:
            child = self._child = await Child.start(
                self._command,
                output=self._layout.engine_output,
                folder=self._layout.engine,
                environment={"NOTIFY_SOCKET": ear.address},
            )
            told, ended = asyncio.create_task(ear.ready()), asyncio.create_task(child.wait())
            try:
                await asyncio.wait({told, ended}, timeout=START_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (told, ended):
                    task.cancel()
                await asyncio.gather(told, ended, return_exceptions=True)
        if child.exit_code is not None:
            await self._see_off_rooms()
            raise EngineFailedError(child.message or f"the engine ended with code {child.exit_code} and said nothing")
        if told.cancelled():
            await self.kill()
            raise EngineFailedError(f"{child.message}\nthe engine was not ready in {START_LIMIT_S:.0f} s".strip())
        self._watch = asyncio.create_task(self._tell_of_its_end(child))

    async def stop(self) -> None:
        """SIGTERM, SIGKILL after 8 s. Returns once the engine and its card rooms are gone."""
        self._unwatch()
        if self._child is not None:
            await self._child.end(STOP_PATIENCE_S)
            await self._see_off_rooms()

    async def kill(self) -> None:
        """SIGKILL. Returns once the engine and its card rooms are gone."""
        self._unwatch()
        if self._child is not None:
            await self._child.kill()
            await self._see_off_rooms()

    async def _see_off_rooms(self) -> None:
        await orphans.see_off(self._spared(), _ROOMS_PATIENCE_S)

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _tell_of_its_end(self, child: Child) -> None:
        code = await child.wait()
        print(
            f"pos-bridge-sim: the engine ended by itself with code {code}; `engine {self._layout.folder} restart`"
            f" starts it again, {self._layout.engine_output} may say why",
            file=sys.stderr,
            flush=True,
        )


def engine_command(layout: Layout) -> tuple[str, ...]:
    """How a till runs it, with this interpreter; -P keeps the folder it runs in out of its module path."""
    return (sys.executable, "-P", "-m", "pos_bridge", "run", "--config", os.fspath(layout.config))
