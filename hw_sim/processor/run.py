"""The simulated processor's life: lock the folder, open the ledger, listen, be controlled, end cleanly on a signal."""

import asyncio
import fcntl
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from hw_sim.disk import PUBLIC, write_atomically
from hw_sim.processor.backstage import Backstage
from hw_sim.processor.clock import SteadyClock
from hw_sim.processor.control_server import ControlServer
from hw_sim.processor.desk import Desk
from hw_sim.processor.folder import Folder
from hw_sim.processor.ledger import Ledger
from hw_sim.processor.line import Line
from hw_sim.processor.listener import Listener
from hw_sim.processor.payment import Keys

_LAST_CALLS_S = 1.0


class AlreadyRunningError(Exception):
    """Another processor runs in this folder."""


async def run(path: Path) -> None:
    """Run the processor of a folder (made by hw_sim.world.enrol) until SIGTERM or SIGINT.

    Writes FOLDER/address once it listens and is controlled, removes it when it ends. Raises AlreadyRunningError,
    PortTakenError, FileNotFoundError (the folder was not enrolled).
    """
    folder = Folder(path)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with _locked(folder), ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk") as executor:
        folder.address.unlink(missing_ok=True)
        pair = folder.sealing_pair()
        keys = Keys({pair.key_id: pair.private}, folder.base_key())
        ledger = await asyncio.get_running_loop().run_in_executor(executor, Ledger, folder.ledger)
        try:
            clock = SteadyClock()
            desk = await asyncio.get_running_loop().run_in_executor(
                executor, Desk, ledger, keys, folder.signed_sealing_key, clock
            )
            line = Line(desk, folder.till, executor, folder.is_revoked)
            await _serve(folder, Backstage(desk, line, clock), line, stop)
            await line.close()
            await _let_calls_end()
        finally:
            folder.address.unlink(missing_ok=True)
            executor.submit(ledger.close)


async def _serve(folder: Folder, backstage: Backstage, line: Line, stop: asyncio.Event) -> None:
    async with Listener(folder, line) as listener, ControlServer(backstage, line, listener).serve(folder.path):
        await listener.up()
        write_atomically(folder.address, listener.address.encode() + b"\n", PUBLIC)
        await stop.wait()


async def _let_calls_end() -> None:
    """Wait for gRPC's own tasks about calls that hung: its thread tells them of the end after the server has stopped.

    Cancelled by the closing loop instead, they print a traceback.
    """
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=_LAST_CALLS_S)


@contextmanager
def _locked(folder: Folder) -> Iterator[None]:
    descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with closing(os.fdopen(descriptor, "wb")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(folder.path) from None
        yield
