"""The store's end of engines.py: an engine is the store's child like any other, and was forked by a warm program."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self, cast

from hw_sim.store import engine as store_engine
from hw_sim.store import supervisor, tether
from hw_sim.store.child import Child
from hw_sim.store.engine import Engine
from hw_sim.store.layout import Layout
from tests.warm import engines

_ANSWER = 64


class Forked:
    """What Child uses of an asyncio.subprocess.Process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = asyncio.Event()
        self._descriptor = os.pidfd_open(pid)
        asyncio.get_running_loop().add_reader(self._descriptor, self._end)

    async def wait(self) -> int:
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        signal.pidfd_send_signal(self._descriptor, number)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)
        _, status = os.waitpid(self.pid, 0)
        self.returncode = os.waitstatus_to_exitcode(status)
        self._ended.set()


class WarmChild(Child):
    """One warm program for all engines of a store."""

    _warm: "subprocess.Popen[bytes] | None" = None
    _line: socket.socket

    @classmethod
    def pids(cls) -> set[int]:
        """Of the children that are no engines."""
        return set() if cls._warm is None else {cls._warm.pid}

    @classmethod
    async def start(
        cls, command: Sequence[str], *, output: Path, folder: Path, environment: Mapping[str, str] | None = None
    ) -> Self:
        recorder, config = command  # see `command` below
        assert environment is not None
        asked = {
            "recorder": recorder, "config": config, "folder": os.fspath(folder), "notify": environment["NOTIFY_SOCKET"],
        }  # fmt: skip
        with output.open("ab") as sink:
            said_before = sink.tell()
            if cls._warm is None:
                cls._warm_up()
            socket.send_fds(cls._line, [json.dumps(asked).encode()], [sink.fileno()])
            pid = int(await asyncio.get_running_loop().sock_recv(cls._line, _ANSWER))
        return cls(cast("asyncio.subprocess.Process", Forked(pid)), output, said_before)

    @classmethod
    def _warm_up(cls) -> None:
        cls._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        cls._line.setblocking(False)
        number, store = theirs.fileno(), str(os.getpid())
        program = [sys.executable, "-P", os.fspath(engines.__file__), str(number), store]
        command = [sys.executable, "-I", "-S", tether.__file__, store, *program]
        with theirs:
            cls._warm = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[number]
            )


class WarmEngine(Engine):
    """Spares the warm program, too, when an engine's orphans are seen off."""

    def __init__(self, layout: Layout, command: Sequence[str], spared: Callable[[], set[int]]) -> None:
        super().__init__(layout, command, lambda: spared() | WarmChild.pids())


def command(layout: Layout, recorder: str = "") -> tuple[str, ...]:
    """How a WarmChild is asked for an engine, recorded by the recorder of that name if there is one."""
    return (recorder, os.fspath(layout.config))


def instead() -> None:
    """From now on the engines of this program's store begin warm."""
    for module, name, warm in ((store_engine, "Child", WarmChild), (supervisor, "Engine", WarmEngine)):
        assert issubclass(warm, vars(module)[name])
        vars(module)[name] = warm
