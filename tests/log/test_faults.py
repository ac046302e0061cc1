"""What a process says of a fault that nobody caught: its type and place, never a word of it."""

import subprocess
import sys
from pathlib import Path

import pytest

MARKED = "Tremblay 4921817844445119"

# Each raises or logs MARKED in a place of its own. `boom` keeps it in a local as well.
START = f"""
import asyncio, gc, logging, sys, threading, warnings
from pos_bridge.log import faults
MARKED = {MARKED!r}

def boom():
    held = MARKED
    raise ValueError(held)

class Dying:
    def __del__(self):
        boom()

async def in_a_task():
    asyncio.get_running_loop().set_exception_handler(faults.in_loop)
    task = asyncio.create_task(fail(), name=MARKED)
    await asyncio.wait({{task}})
    del task
    gc.collect()

async def fail():
    boom()

async def in_a_callback():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(faults.in_loop)
    loop.call_soon(boom)
    await asyncio.sleep(0)

def chained():
    try:
        boom()
    except ValueError as error:
        raise KeyError(MARKED) from error

faults.silence()
"""
FAULTS = {
    "boom()": "ValueError at <string>",
    "chained()": "KeyError at <string>",
    "thread = threading.Thread(target=boom, name=MARKED); thread.start(); thread.join()": "ValueError at threading.py",
    "Dying()": "ValueError at <string>",
    "asyncio.run(in_a_task())": "ValueError at <string>",
    "asyncio.run(in_a_callback())": "ValueError at ",
    "logging.getLogger('asyncio').critical(MARKED)": None,
    "logging.getLogger('grpc._common').exception(MARKED)": None,
    "logging.critical(MARKED)": None,
    "warnings.warn(MARKED)": None,
}


@pytest.mark.parametrize("line", FAULTS)
def test_a_fault_is_told_by_type_and_place_in_one_line(line):
    said = subprocess.run([sys.executable, "-c", START + line], capture_output=True, text=True, check=False)
    assert said.stdout == ""
    assert "Tremblay" not in said.stderr
    assert "4921" not in said.stderr
    expected = FAULTS[line]
    if expected is None:
        assert said.stderr == ""
    else:
        (told,) = said.stderr.splitlines()
        assert told.startswith(f"pos-bridge: fault: {expected}")


def test_the_engine_says_no_more_of_its_own(store):
    """The real command, with a fault put where it starts to serve."""
    config = store.folder / "engine" / "pos-bridge.toml"
    code = f"""
import sys
from pos_bridge.engine import daemon
from pos_bridge.cli.main import main
def boom(*_):
    held = {MARKED!r}
    raise ValueError(held)
daemon.{{0}} = boom
sys.exit(main(["run", "--config", {str(config)!r}]))
"""
    for name in ("run", "_serve"):
        said = subprocess.run([sys.executable, "-c", code.format(name)], capture_output=True, text=True, check=False)
        assert said.returncode == 1
        of_memory, told = said.stderr.splitlines()  # started in a way that leaves the allocator as it was
        assert of_memory.startswith("pos-bridge: la mémoire rendue n'est pas effacée")
        assert told.startswith("pos-bridge: fault: ValueError at ")
        assert "4921" not in told


def test_the_engine_hands_no_memory_to_whoever_collects_cores(store):
    """A core limit of 0 does not hold where the kernel pipes cores to a program (core(5)); an empty filter does."""
    process = Path(f"/proc/{store.facts['engine_pid']}")
    assert int((process / "coredump_filter").read_text(), 16) == 0
    assert "Max core file size        0                    0" in (process / "limits").read_text()
