"""The operator store as the engine asks it: on its own thread, one at a time; what is not found out is refused."""

from functools import partial

from pos_bridge.domain.operator import Checked, Operator, OperatorsUnusableError, Refused
from pos_bridge.operators.store import Operators
from pos_bridge.worker import Job, Worker


class OperatorDesk:
    """till_api.who_may.Operators."""

    def __init__(self, operators: Operators) -> None:
        self._operators = operators
        self._worker = Worker("operators", _work, lambda: None)

    def close(self) -> None:
        """Blocking, idempotent."""
        self._worker.close()

    async def find(self, number: int) -> Operator | None:
        return await self._worker.ask(partial(self._find, number))

    async def check(self, number: int, password: str) -> Checked:
        return await self._worker.ask(partial(self._check, number, password))

    def _find(self, number: int) -> Operator | None:
        try:
            return self._operators.find(number)
        except OperatorsUnusableError:
            return None

    def _check(self, number: int, password: str) -> Checked:
        try:
            return self._operators.check(number, password)
        except OperatorsUnusableError:
            return Refused()


def _work(jobs: list[Job]) -> list[object]:
    return [job.call() for job in jobs]
