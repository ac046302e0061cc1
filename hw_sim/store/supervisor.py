"""The life of a simulated store: processor, readers, engine, control; store.json last; all ended on a signal.

Whatever starts is put on a stack and ended in the opposite order, however the life ends.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hw_sim import key_room
from hw_sim.chip.terminal_data import terminal_data
from hw_sim.counter.counter import Counter
from hw_sim.disk import PUBLIC, private_folder, write_atomically
from hw_sim.processor.folder import Folder
from hw_sim.readers.msr_plain import MsrPlain
from hw_sim.readers.rack import CHIP, ENCRYPTING, Rack, names
from hw_sim.store import orphans, port
from hw_sim.store.child import Child
from hw_sim.store.chips import Chips, pad_name
from hw_sim.store.config import KEY_IDENTIFIER, KEY_VERSION, POIID, ReaderEntry, equip, write_config
from hw_sim.store.control_server import ControlServer
from hw_sim.store.engine import Engine, EngineFailedError, engine_command
from hw_sim.store.layout import Layout
from hw_sim.store.native import Native

_PORT_TRIES = 5
_PROCESSOR_START_LIMIT_S = 15.0
_PROCESSOR_PATIENCE_S = 1.0
_CHECK_S = 0.01
_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class BusyError(Exception):
    """A store runs in this folder already."""


class ProcessorFailedError(Exception):
    """The simulated processor did not start. The text is its own message."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for on the command line. `port` None: the one it had, or a free one. `pin_pad`: one beside each
    chip reader; `counter`: display, printer and pad; `native`: a socket and a port for native tills.
    """

    folder: Path
    port: int | None = None
    drivers: Sequence[str] = field(default=(MsrPlain.driver,))
    answer_timeout_s: int = 10
    pin_pad: bool = True
    counter: bool = True
    native: bool = False


async def run(plan: Plan, command: Callable[[Layout], Sequence[str]] = engine_command) -> None:
    """Run a store until SIGTERM, SIGINT or SIGHUP; everything is ended on return.

    Writes DIR/store.json and prints its path when ready, removes it at the end. `command` gives the engine's command
    line. Raises BusyError, NoReaderError, NoPortError, EngineFailedError, ProcessorFailedError, OSError.
    """
    life = asyncio.create_task(_live(plan, command))
    loop = asyncio.get_running_loop()
    for number in _ENDINGS:
        loop.add_signal_handler(number, _once(life.cancel))
    try:
        await asyncio.wait({life})
        if not life.cancelled():
            life.result()
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)  # it has ended well: a second one may not make it fail
        for number in _ENDINGS:
            loop.remove_signal_handler(number)


async def _live(plan: Plan, command: Callable[[Layout], Sequence[str]]) -> None:
    names(plan.drivers)  # refused before anything is written
    layout = Layout(plan.folder.absolute())
    private_folder(layout.world)
    with _locked(layout.lock):
        layout.store_json.unlink(missing_ok=True)
        equip(layout)
        for reader, driver in names(plan.drivers).items():
            if driver in ENCRYPTING:
                key_room.inject(layout.world, layout.processor, reader)
            elif driver == CHIP:
                key_room.inject(layout.world, layout.processor, pad_name(reader))
        orphans.adopt()
        async with contextlib.AsyncExitStack() as stack:
            rack = Rack(plan.drivers, layout.devices, lambda reader: key_room.state_file(layout.world, reader))
            stack.push_async_callback(rack.close)
            chips = await _chips(plan, layout, stack)
            counter = _counter(plan, layout, stack)
            processor, address = await stack.enter_async_context(_processor(layout))
            engine = Engine(layout, command(layout), lambda: {processor.pid} | (chips.pcscd.pids if chips else set()))
            stack.push_async_callback(engine.stop)
            store = _Store(layout, plan, rack, chips, engine, processor=address, counter=counter)
            await store.start()
            await stack.enter_async_context(ControlServer(rack, chips, store.actions, counter).serve(layout.world))
            stack.callback(layout.store_json.unlink, missing_ok=True)
            store.publish()
            print(layout.store_json, flush=True)
            await _watch(processor)


class _Store:
    """The parts that are up, and what the outside is told of them."""

    def __init__(
        self,
        layout: Layout,
        plan: Plan,
        rack: Rack,
        chips: Chips | None,
        engine: Engine,
        *,
        processor: str,
        counter: Counter | None,
    ) -> None:
        self._layout = layout
        self._counter = counter
        self._plan = plan
        self._rack = rack
        self._chips = chips
        self._engine = engine
        self._processor = processor
        self._port = plan.port or 0
        self._native: Native | None = None
        self._changing = asyncio.Lock() if chips is None else chips.changing
        self.actions = {"kill": self._kill, "restart": self._restart}

    async def start(self) -> None:
        """Configure and start the engine; when another program was faster at the chosen port, try another."""
        entries = [ReaderEntry(reader.name, reader.driver, str(reader.device)) for reader in self._rack]
        if self._chips is not None:
            entries += _chip_entries(self._chips)
        for attempt in range(1, _PORT_TRIES + 1):
            self._native = Native.of(self._layout) if self._plan.native else None
            self._port = self._plan.port or port.choose(self._layout.nexo_port)
            write_config(
                self._layout,
                self._port,
                self._processor,
                entries,
                self._plan.answer_timeout_s,
                counter=self._counter,
                native=self._native,
            )
            try:
                return await self._engine.start()
            except EngineFailedError:
                if self._plan.port is not None or attempt == _PORT_TRIES or port.is_free(self._port):
                    raise
        return None

    def publish(self) -> None:
        layout = self._layout
        facts = {
            "nexo_url": f"https://127.0.0.1:{self._port}/nexo",
            "ca": str(layout.ca),
            "api_key": layout.api_key.read_text(),
            "poiid": POIID,
            "passphrase": layout.passphrase.read_text(),
            "key_identifier": KEY_IDENTIFIER,
            "key_version": KEY_VERSION,
            "engine_pid": self._engine.pid,
            "journal": str(_journal(layout)),
            "vault": str(layout.vault),
            "log": str(layout.log),
            "readers": [{"name": reader.name, "device": str(reader.device)} for reader in self._rack],
            **({} if self._chips is None else _chip_facts(self._chips)),
            **({} if self._counter is None else {"paper": str(self._counter.printer.paper)}),
            **({} if self._native is None else self._native.facts(layout)),
            "processor": self._processor,
            "config": str(layout.config),
        }
        write_atomically(layout.store_json, json.dumps(facts, indent=2).encode() + b"\n")

    async def _kill(self) -> None:
        async with self._changing:
            await self._engine.kill()

    async def _restart(self) -> None:
        async with self._changing:
            await self._engine.stop()
            await self._engine.start()
            self.publish()


def _counter(plan: Plan, layout: Layout, stack: contextlib.AsyncExitStack) -> Counter | None:
    if not plan.counter:
        return None
    counter = Counter(layout.devices, layout.paper)
    stack.callback(counter.close)
    return counter


async def _chips(plan: Plan, layout: Layout, stack: contextlib.AsyncExitStack) -> Chips | None:
    """The chip readers, with pcscd running, if there are any. Raises NoReaderError, PcscdFailedError."""
    found = [name for name, driver in names(plan.drivers).items() if driver == CHIP]
    if not found:
        return None
    write_atomically(layout.terminal_data, terminal_data().encode(), PUBLIC)
    state_of = lambda pad: key_room.state_file(layout.world, pad)  # noqa: E731 - as the rack's
    chips = Chips(found, layout.world, layout.devices, state_of, pads=plan.pin_pad)
    stack.push_async_callback(chips.close)
    await chips.pcscd.start()
    return chips


def _chip_entries(chips: Chips) -> list[ReaderEntry]:
    return [
        ReaderEntry(reader.name, CHIP, reader.device, chips.pcscd.socket, reader.pad.device if reader.pad else None)
        for reader in chips.readers.values()
    ]


def _chip_facts(chips: Chips) -> dict[str, object]:
    return {
        "chip_readers": [{"name": reader.name, "device": reader.device} for reader in chips.readers.values()],
        "pcscd": str(chips.pcscd.socket),
    }


@contextlib.asynccontextmanager
async def _processor(layout: Layout) -> AsyncIterator[tuple[Child, str]]:
    """The simulated processor, listening, while the block runs; and its address. Raises ProcessorFailedError."""
    path = layout.processor
    address = Folder(path).address
    address.unlink(missing_ok=True)
    child = await Child.start(
        (sys.executable, "-P", "-m", "hw_sim.processor", os.fspath(path)), output=layout.processor_output, folder=path
    )
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PROCESSOR_START_LIMIT_S):
                while child.exit_code is None and not address.exists():  # noqa: ASYNC110 - a file has no event
                    await asyncio.sleep(_CHECK_S)
        if not address.exists():
            raise ProcessorFailedError(child.message or "the simulated processor did not start and said nothing")
        yield child, address.read_text().strip()
    finally:
        await child.end(_PROCESSOR_PATIENCE_S)


async def _watch(processor: Child) -> None:
    """For as long as the store lives: say so if the processor ends by itself."""
    code = await processor.wait()
    print(f"pos-bridge-sim: the processor ended by itself with code {code}: {processor.message}", file=sys.stderr)
    await asyncio.Event().wait()


def _journal(layout: Layout) -> Path:
    """The current month's file: the newest there is, for the engine has opened it before it is ready."""
    files = sorted(layout.journal.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9].db"))
    return files[-1] if files else layout.journal / time.strftime("%Y-%m.db")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError("a store is running there already") from None
        yield
    finally:
        os.close(descriptor)


def _once(action: Callable[[], object]) -> Callable[[], None]:
    """The action at its first call; nothing at any later one: a second Ctrl-C must not cut the ending short."""
    done = False

    def act() -> None:
        nonlocal done
        if not done:
            done = True
            action()

    return act
