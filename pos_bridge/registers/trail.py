"""The audit trail as the checkout uses it: checkout.person_ports.Trail on a thread of its own."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from pos_bridge.domain.audit import AuditEntry, TrailUnwritableError
from pos_bridge.log import faults
from pos_bridge.registers.trail_file import TrailFile
from pos_bridge.storage.worker import Job, Worker

_Found = TypeVar("_Found")


class Trail:
    """Raises TrailUnwritableError, or TrailDamagedError, which is one too."""

    def __init__(self, file: TrailFile) -> None:
        self._file = file
        self._worker = Worker("trail", _work, _rest)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Touches no disk: the file is made when something is first noted."""
        return cls(TrailFile(path))

    def close(self) -> None:
        """Finish what was asked. Blocking, idempotent."""
        self._worker.close()

    async def note(self, entry: AuditEntry) -> None:
        await self._ask(partial(self._file.note, entry))

    async def remove(self, before: date, today: date) -> int:
        """What is older, for good (TrailFile.remove): how many entries."""
        return await self._ask(partial(self._file.remove, before, today))

    async def _ask(self, call: Callable[[], _Found]) -> _Found:
        try:
            return await self._worker.ask(call)
        except TrailUnwritableError as error:
            fault = type(error)
        raise fault  # a new one: the thread's own refers to its frames


def _work(jobs: list[Job]) -> list[object]:
    return [_outcome(job) for job in jobs]


def _outcome(job: Job) -> object:
    try:
        return job.call()
    except TrailUnwritableError as error:
        fault = type(error)
    except Exception as error:  # noqa: BLE001 - the thread must not end; standard error tells where it was
        faults.tell(error)
        fault = TrailUnwritableError
    return fault()


def _rest() -> None:
    """Nothing is open between two notes."""
