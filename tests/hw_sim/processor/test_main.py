"""The program as the store starts it: one a folder, ended by a signal or with its parent, nothing lost by a kill."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import grpc
import pytest

from hw_sim.processor import control
from hw_sim.processor.control import ControlError
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.conftest import Calls, Processor, call
from tests.hw_sim.processor.terminal import fresh_key

COMMAND = [sys.executable, "-m", "hw_sim.processor"]


def test_a_restart_keeps_ledger_tombstones_fences_and_port(own_processor: Processor) -> None:
    charged, tombstoned = fresh_key(), fresh_key()
    seen: list[int] = []

    async def before(till: Calls) -> None:
        assert await till.sell(charged) == "approved"
        assert await till.reverse(tombstoned) == "TOMBSTONED"
        seen.append(till.fence)

    async def after(till: Calls) -> None:
        assert till.fence == seen[0] + 1
        assert await till.sell(tombstoned) == "KEY_ENDED"
        assert await till.capture(charged) == "captured"
        assert await till.reverse(charged) == "REVERSED"
        old = Calls(till.stub, seen[0], till.terminal)
        assert await old.sell(fresh_key()) == "FENCED"

    call(own_processor.store, before)
    address, held = own_processor.store.address, own_processor.ledger()
    assert own_processor.stop() == ""
    assert not (own_processor.store.folder / "address").exists()
    with pytest.raises(ControlError):
        own_processor.ledger()
    own_processor.start()
    assert (own_processor.store.address, own_processor.ledger()) == (address, held)
    call(own_processor.store, after)


def test_killed_in_mid_processing_it_charges_once(own_processor: Processor) -> None:
    key = fresh_key()
    kept: list[pb.AuthoriseRequest] = []

    async def killed(till: Calls) -> None:
        request = till.terminal.authorise(key, till.fence)
        kept.append(request)
        with closing(sqlite3.connect(own_processor.store.folder / "ledger.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # holds the request where nothing is durable yet
            selling = asyncio.create_task(till.sell(key))
            while await till.look_up(key) != "IN_PROGRESS":
                await asyncio.sleep(0.02)
            own_processor.kill()
            other.execute("ROLLBACK")
        assert await asyncio.gather(selling, return_exceptions=True)

    async def resent(till: Calls) -> None:
        assert await till.look_up(key) == "NOT_SEEN"
        kept[0].context.fence = till.fence
        first, second = [await till.stub.Authorise(kept[0], timeout=20) for _ in range(2)]
        assert terminal.answer_of(first) == "approved"
        assert first.approved == second.approved

    call(own_processor.store, killed)
    own_processor.start()
    call(own_processor.store, resent)
    own_processor.kill()  # what was answered is on disk
    own_processor.start()
    assert own_processor.state(key) == "authorised"


def test_a_ledger_that_was_replaced_has_another_epoch(own_processor: Processor) -> None:
    async def epoch() -> int:
        async with terminal.channel(own_processor.store.engine, own_processor.store.address) as channel:
            request = pb.OpenSessionRequest(journal=terminal.NO_ROW)
            return int((await terminal.stub(channel).OpenSession(request, timeout=20)).ledger_epoch)

    first = asyncio.run(epoch())
    assert asyncio.run(epoch()) == first
    own_processor.stop()
    for file in own_processor.store.folder.glob("ledger.db*"):
        file.unlink()
    own_processor.start()
    assert asyncio.run(epoch()) != first


def test_sigterm_ends_it_while_calls_hang_and_the_port_is_closed(own_processor: Processor) -> None:
    untold = fresh_key()

    async def hang(till: Calls) -> None:
        own_processor.mode("drop-response")
        dropped = asyncio.create_task(till.sell(untold))
        while own_processor.state(untold) is None:
            await asyncio.sleep(0.02)
        own_processor.mode("delay", 3600)
        delayed = till.stub.Authorise(till.terminal.authorise(fresh_key(), till.fence), timeout=60)
        await till.stub.GetTime(pb.GetTimeRequest(), timeout=20)  # on the same connection, behind it
        assert own_processor.stop() == ""
        for hung in (delayed, dropped):
            with pytest.raises(grpc.aio.AioRpcError):
                await hung

    call(own_processor.store, hang)
    own_processor.start()
    assert [each["state"] for each in own_processor.ledger()] == ["authorised"]
    own_processor.mode("down")
    assert own_processor.stop() == ""


def test_one_processor_a_folder(own_processor: Processor) -> None:
    second = subprocess.run([*COMMAND, str(own_processor.store.folder)], capture_output=True, text=True, check=False)
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr == "processor: a simulated processor runs in this folder already\n"
    assert own_processor.ledger() == []


def test_a_folder_without_a_world_is_refused(tmp_path: Path) -> None:
    run = subprocess.run([*COMMAND, str(tmp_path / "nowhere")], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("processor: ")
    assert run.stderr.count("\n") == 1


PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "hw_sim.processor", sys.argv[1], "--parent", str(os.getpid())])
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_it_dies_with_its_parent(own_processor: Processor) -> None:
    folder = own_processor.store.folder
    own_processor.stop()
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        wait_for((folder / "address").exists)
        parent.kill()
    wait_for(lambda: not alive(child))
    with pytest.raises(ControlError):
        control.ledger(folder)
    (folder / "address").unlink()
    own_processor.start()


def test_it_does_not_start_for_a_parent_that_is_gone(own_processor: Processor) -> None:
    own_processor.stop()
    run = subprocess.run([*COMMAND, str(own_processor.store.folder), "--parent", "1"], capture_output=True, check=False)
    assert run.returncode == 1


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(process: int) -> bool:
    """Whether a process that is not our child still runs (a zombie does not)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_ledger_of_another_version_is_refused_by_name(own_processor: Processor) -> None:
    ledger = own_processor.store.folder / "ledger.db"
    own_processor.stop()
    with closing(sqlite3.connect(ledger)) as older:
        older.execute("PRAGMA user_version = 1")
    command = [*COMMAND, str(own_processor.store.folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"processor: {ledger} was made by another version")
    assert ended.stderr.count("\n") == 1
