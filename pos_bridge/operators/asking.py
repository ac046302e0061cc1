"""The operator store's thread for an event loop: what goes wrong on it is the answer that lets nobody in."""

from collections.abc import Callable
from typing import TypeVar

from pos_bridge.domain.operator import OperatorsUnusableError
from pos_bridge.log import faults
from pos_bridge.storage.worker import Job, Worker

_Found = TypeVar("_Found")


class Asking:
    """`close` blocks, and is idempotent."""

    def __init__(self, name: str) -> None:
        self._worker = Worker(name, _work, lambda: None)

    def close(self) -> None:
        self._worker.close()

    async def ask(self, call: Callable[[], _Found], otherwise: _Found) -> _Found:
        """`otherwise` where it cannot be found out."""
        return await self._worker.ask(lambda: _or(call, otherwise))


def _or(call: Callable[[], _Found], otherwise: _Found) -> _Found:
    try:
        return call()
    except OperatorsUnusableError:
        return otherwise
    except Exception as error:  # noqa: BLE001 - the thread must not end; standard error tells where it was
        faults.tell(error)
        return otherwise


def _work(jobs: list[Job]) -> list[object]:
    return [job.call() for job in jobs]
