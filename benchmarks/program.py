"""Programs that a benchmark starts: each dies with it, is waited for until it is ready, and is ended when done with."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hw_sim.store import tether

START_LIMIT_S = 60.0
_END_LIMIT_S = 20.0

# Libraries of development that structlog and grpc load where they are there: 70 ms and 3 MiB that no till has.
_NOT_ON_A_TILL = ("rich", "grpc_tools")

# The libraries that a till's engine cannot do without, imported and nothing more.
LEAN = (
    "import asyncio, sqlite3, ssl\n"
    "import google.protobuf.message, grpc, grpc.aio, httptools, msgspec, uvloop\n"
    "from cryptography.hazmat.primitives.asymmetric import ed25519\n"
    "from cryptography.hazmat.primitives.ciphers import aead\n"
    "print('ready', flush=True)\n"
    "input()\n"
)


@contextlib.contextmanager
def saying_first_line(*command: str) -> Iterator[tuple["subprocess.Popen[bytes]", bytes, float]]:
    """A Python program, the first line that it printed, and after how many seconds it did."""
    began = time.perf_counter()
    with started([sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = time.perf_counter() - began
        if not line:
            raise RuntimeError(f"{command[-1]} ended with code {process.wait()}")
        yield process, line, took


@contextlib.contextmanager
def saying_ready(command: Sequence[str], folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", float]]:
    """A program that tells by the sd_notify protocol when it is ready, and after how many seconds it did."""
    name = f"pos-bridge-bench-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0{name}")
        ear.settimeout(START_LIMIT_S)
        began = time.perf_counter()
        with started(command, cwd=folder, environment={"NOTIFY_SOCKET": f"@{name}"}) as process:
            while b"READY=1" not in ear.recv(4096).split(b"\n"):
                pass
            yield process, time.perf_counter() - began


@contextlib.contextmanager
def as_on_a_till() -> Iterator[None]:
    """For programs started in this block the libraries of development are not there."""
    with tempfile.TemporaryDirectory(prefix="bench-absent-") as folder:
        for name in _NOT_ON_A_TILL:
            Path(folder, f"{name}.py").write_text("raise ImportError\n", encoding="ascii")
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = folder if before is None else f"{folder}{os.pathsep}{before}"
        try:
            yield
        finally:
            del os.environ["PYTHONPATH"]
            if before is not None:
                os.environ["PYTHONPATH"] = before


@contextlib.contextmanager
def started(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    tethered = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *command]
    with subprocess.Popen(
        tethered, stdin=stdin, stdout=stdout, cwd=cwd, env={**os.environ, **(environment or {})}
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_END_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def resident(pid: int) -> int:
    """VmRSS in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the process is gone")
