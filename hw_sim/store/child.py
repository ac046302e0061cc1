"""A program that the store runs: started, watched, ended; what it prints goes to a file.

It dies with the store, even when the store is killed (tether.py). It never restarts by itself.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from hw_sim.store import tether

_MESSAGE_LIMIT = 4096


class Child:
    """`start` is the only way to make one."""

    def __init__(self, process: asyncio.subprocess.Process, output: Path, said_before: int) -> None:
        self._process = process
        self._output = output
        self._said_before = said_before

    @classmethod
    async def start(
        cls, command: Sequence[str], *, output: Path, folder: Path, environment: Mapping[str, str] | None = None
    ) -> Self:
        """Start `command` (an absolute program, arguments) in `folder`, in a session of its own, without input."""
        with output.open("ab") as sink:
            said_before = sink.tell()
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                start_new_session=True,  # Ctrl-C is the store's to handle: it ends things in their order
            )
        return cls(process, output, said_before)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for a signal."""
        return self._process.returncode

    @property
    def message(self) -> str:
        """The end of what it has printed since its start."""
        with self._output.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(self._said_before, end - _MESSAGE_LIMIT))
            return file.read().decode(errors="replace").strip()

    async def wait(self) -> int:
        return await self._process.wait()

    async def end(self, patience_s: float) -> None:
        """SIGTERM, and SIGKILL when it is still there after `patience_s`. Returns once it is gone."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(patience_s):
                await self.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """SIGKILL. Returns once it is gone."""
        self._signal(signal.SIGKILL)
        await self.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
