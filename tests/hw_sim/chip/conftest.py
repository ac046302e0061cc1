import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hw_sim.chip.pcscd import SLOTS, Pcscd
from hw_sim.chip.slot import Slotted
from hw_sim.disk import private_folder
from tests.hw_sim.chip.client import Client, client_of

_Done = TypeVar("_Done")


class Counter:
    """A pcscd, and what a test does with it."""

    def __init__(self, pcscd: Pcscd, runner: asyncio.Runner, folder: Path) -> None:
        self.pcscd = pcscd
        self.folder = folder
        self._runner = runner

    def run(self, work: Coroutine[Any, Any, _Done]) -> _Done:
        return self._runner.run(work)

    def insert(self, card: str, *faults: str, slot: int = 0, **how: Any) -> None:
        self.run(self.pcscd.insert(slot, Slotted(card, str(self.folder / f"{card}.json"), faults, **how)))

    def remove(self, slot: int = 0) -> str:
        return self.run(self.pcscd.remove(slot))

    def client(self, slot: int = 0, until: str = "present") -> AbstractContextManager[Client]:
        return client_of(self.pcscd.socket, SLOTS[slot], until)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path / "a") as made:
        yield made


@contextlib.contextmanager
def counter_in(folder: Path) -> Iterator[Counter]:
    with asyncio.Runner() as runner:
        pcscd = Pcscd(private_folder(folder))
        try:
            runner.run(pcscd.start())
            yield Counter(pcscd, runner, folder)
        finally:
            runner.run(pcscd.close())
