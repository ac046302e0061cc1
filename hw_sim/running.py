"""A simulated store for a program's own tests: `with running_store(folder) as store: store.till().pay("10.00")`.

Runs `pos-bridge-sim store` as a process of its own, exactly as from a shell, and ends it. What it prints on stderr goes
to the caller's.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw_sim.cli.main import main
from hw_sim.cli.processor import LEDGER
from hw_sim.processor.control import ledger
from hw_sim.store import control, tether
from hw_sim.store.layout import Layout
from hw_sim.till import Till

PROGRAM = (sys.executable, "-P", "-m", "hw_sim")
_SILENT = frozenset({"engine", "processor", "reader"})
_END_LIMIT_S = 12.0  # a store ends within 10


class NotReadyError(Exception):
    """The store ended before it was ready; it said why on stderr."""


@dataclass(frozen=True, slots=True)
class RunningStore:
    folder: Path
    process: "subprocess.Popen[str]"

    @property
    def facts(self) -> dict[str, Any]:
        """What store.json holds now."""
        facts: dict[str, Any] = json.loads((self.folder / "store.json").read_text())
        return facts

    def till(self, sale_id: str = "Caisse 1 (test)", *, encrypted: bool = False) -> Till:
        return Till(self.facts, sale_id, encrypted=encrypted)

    def sim(self, command: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """`pos-bridge-sim COMMAND DIR WORDS...`, run to its end."""
        return subprocess.run(
            [*PROGRAM, command, os.fspath(self.folder), *words], capture_output=True, text=True, check=False
        )

    def do(self, command: str, *words: str) -> str:
        """As `sim`, but it has to succeed. Gives what it printed; raises CalledProcessError.

        A command that prints nothing is called in this process: one request to the store, where to begin a program
        costs the time of fifty.
        """
        if command in _SILENT and words[0] != LEDGER:
            if code := main([command, os.fspath(self.folder), *words]):
                raise subprocess.CalledProcessError(code, [command, *words])
            return ""
        done = self.sim(command, *words)
        if done.returncode:
            sys.stderr.write(done.stderr)
        done.check_returncode()
        return done.stdout

    def customer(self, card: str, *, reader: str | None = None) -> control.Customer:
        """Somebody with a card in hand, waiting for the reader's lamp; gone when the block ends."""
        return control.Customer(self.folder, card, reader=reader)

    @contextlib.contextmanager
    def customer_in_a_shell(self, card: str, *options: str) -> Iterator["subprocess.Popen[str]"]:
        """As `customer`, by `pos-bridge-sim card DIR swipe CARD OPTIONS...`."""
        command = ["card", os.fspath(self.folder), "swipe", card, *options]
        with _started([*PROGRAM, *command], stderr=subprocess.PIPE) as process:
            yield process

    def ledger(self) -> list[dict[str, Any]]:
        """All that the processor holds."""
        return ledger(Layout(self.folder).processor)


@contextlib.contextmanager
def running_store(folder: Path, *options: str, program: Sequence[str] = PROGRAM) -> Iterator[RunningStore]:
    """A store in `folder`, ready, while the block runs. Raises NotReadyError; TimeoutExpired if it does not end."""
    command = [*program, "store", os.fspath(folder), *options]
    with _started(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise NotReadyError(f"pos-bridge-sim store ended with code {process.wait()}")
        yield RunningStore(folder, process)


@contextlib.contextmanager
def _started(command: list[str], **streams: int) -> Iterator["subprocess.Popen[str]"]:
    """A process that dies with this one and is told to end when the block ends."""
    tethered = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *command]
    with subprocess.Popen(tethered, text=True, stdin=subprocess.DEVNULL, **streams) as process:  # type: ignore[call-overload] # streams are stdout and stderr
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_END_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
