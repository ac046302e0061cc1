"""A world with one enrolled till, its processor as a real process, and a desk without a network."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hw_sim.processor import control
from hw_sim.processor.desk import Desk
from hw_sim.processor.folder import Folder, Till
from hw_sim.processor.ledger import Ledger
from hw_sim.processor.payment import Keys
from hw_sim.world import enrol, processor_folder
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.terminal import Terminal

POIID = "P400-123456789"


@dataclass(frozen=True)
class Store:
    """Where things lie: the processor's folder and the till's."""

    world: Path
    engine: Path

    @property
    def folder(self) -> Path:
        return processor_folder(self.world)

    @property
    def address(self) -> str:
        return (self.folder / "address").read_text().strip()

    def terminal(self) -> Terminal:
        return Terminal(self.engine, Folder(self.folder).signed_sealing_key())


class Processor:
    """The simulated processor as a process of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "hw_sim.processor", str(self.store.folder), "--parent", str(os.getpid())]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        deadline = time.monotonic() + 60
        while not (self.store.folder / "address").exists():
            assert self.process.poll() is None, self.process.communicate()[0]
            assert time.monotonic() < deadline, "the processor does not listen"
            time.sleep(0.02)

    def kill(self) -> str:
        """SIGKILL; gives what it had printed. Its address stays behind, as after a crash."""
        assert self.process is not None
        self.process.kill()
        printed = self.process.communicate()[0]
        (self.store.folder / "address").unlink(missing_ok=True)
        self.process = None
        return printed

    def stop(self) -> str:
        """SIGTERM; gives what it had printed."""
        if self.process is None:
            return ""
        self.process.terminate()
        printed = self.process.communicate(timeout=60)[0]
        assert self.process.returncode == 0, printed
        self.process = None
        return printed

    def mode(self, word: str, value: float | None = None) -> None:
        control.set_mode(self.store.folder, word, value)

    def ledger(self) -> list[dict[str, Any]]:
        return control.ledger(self.store.folder)

    def state(self, key: bytes) -> str | None:
        """The state of one key in the ledger, None when it holds nothing about it."""
        found = [each["state"] for each in self.ledger() if each["key"].replace("-", "") == key.hex()]
        assert len(found) <= 1
        return found[0] if found else None


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("store")
    made = Store(folder / "world", folder / "engine")
    enrol(made.world, made.engine, POIID)
    return made


@pytest.fixture(scope="module")
def running(store: Store) -> Iterator[Processor]:
    """One processor for all tests of a file; each uses keys of its own."""
    made = Processor(store)
    made.start()
    yield made
    assert made.stop() == "", "the processor printed something"


@pytest.fixture
def processor(running: Processor) -> Iterator[Processor]:
    """The file's processor, approving again afterwards."""
    yield running
    running.mode("up")


@pytest.fixture
def own_processor(tmp_path: Path) -> Iterator[Processor]:
    """A processor of the test's own, to be stopped, killed and started."""
    store = Store(tmp_path / "world", tmp_path / "engine")
    enrol(store.world, store.engine, POIID)
    made = Processor(store)
    made.start()
    yield made
    made.stop()


class Calls:
    """An open session with a processor over mutual TLS."""

    def __init__(self, stub: Any, fence: int, seller: Terminal) -> None:
        self.stub = stub
        self.fence = fence
        self.terminal = seller

    async def sell(self, key: bytes, cents: int = 1999, **more: Any) -> str:
        request = self.terminal.authorise(key, self.fence, cents, **more)
        return terminal.answer_of(await self.stub.Authorise(request, timeout=20))

    async def capture(self, key: bytes, cents: int = 1999) -> str:
        return terminal.answer_of(await self.stub.Capture(terminal.capture(key, self.fence, cents), timeout=20))

    async def reverse(self, key: bytes) -> str:
        return terminal.outcome_of(await self.stub.ReverseByKey(terminal.reverse(key, self.fence), timeout=20))

    async def refund(self, key: bytes, sale_key: bytes, cents: int = 1999) -> str:
        request = terminal.refund(key, sale_key, self.fence, cents)
        return terminal.answer_of(await self.stub.Refund(request, timeout=20))

    async def refund_to_card(self, key: bytes, sale_key: bytes, cents: int = 1999, card: str = "interac") -> str:
        request = self.terminal.refund(key, sale_key, self.fence, cents, card=card)
        return terminal.answer_of(await self.stub.Refund(request, timeout=20))

    async def look_up(self, key: bytes) -> str:
        return terminal.state_of(await self.stub.LookUp(pb.LookUpRequest(key=key), timeout=20))


def call(store: Store, scenario: Callable[[Calls], Awaitable[None]]) -> None:
    """Open a session over mutual TLS and play a scenario in it."""

    async def play() -> None:
        async with terminal.channel(store.engine, store.address) as channel:
            stub = terminal.stub(channel)
            opened = await stub.OpenSession(pb.OpenSessionRequest(journal=terminal.NO_ROW), timeout=20)
            keys = await stub.GetSealingKeys(pb.GetSealingKeysRequest(), timeout=20)
            await scenario(Calls(stub, opened.fence, Terminal(store.engine, keys.keys[0])))

    asyncio.run(play())


# ---- the desk alone ----


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now_ms = int(time.time() * 1000)

    def __call__(self) -> int:
        return self.now_ms


@dataclass(frozen=True)
class Counter:
    """A desk on a real ledger file, with a till in session."""

    desk: Desk
    ledger: Ledger
    till: Till
    terminal: Terminal
    clock: Clock
    fence: int
    file: Path

    def ledger_files(self) -> list[Path]:
        return list(self.file.parent.glob(self.file.name + "*"))


def open_counter(store: Store, ledger_file: Path) -> Counter:
    folder, clock = Folder(store.folder), Clock()
    pair = folder.sealing_pair()
    ledger = Ledger(ledger_file)
    keys = Keys({pair.key_id: pair.private}, folder.base_key())
    desk = Desk(ledger, keys, folder.signed_sealing_key, clock)
    till = folder.till(POIID)
    assert till is not None
    opened = desk.open_session(till, pb.OpenSessionRequest(journal=terminal.NO_ROW))
    return Counter(desk, ledger, till, store.terminal(), clock, opened.fence, ledger_file)


@pytest.fixture
def counter(store: Store, tmp_path: Path) -> Iterator[Counter]:
    made = open_counter(store, tmp_path / "ledger.db")
    yield made
    made.ledger.close()
