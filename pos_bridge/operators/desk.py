"""The operator store as the engine asks it: on its own thread, one at a time; what is not found out is refused."""

from functools import partial

from pos_bridge.domain.operator import Checked, Operator, Refused
from pos_bridge.operators.asking import Asking
from pos_bridge.operators.store import Operators


class OperatorDesk:
    """till_api.who_may.Operators."""

    def __init__(self, operators: Operators) -> None:
        self._operators = operators
        self._asking = Asking("operators")

    def close(self) -> None:
        """Blocking, idempotent."""
        self._asking.close()

    async def find(self, number: int) -> Operator | None:
        return await self._asking.ask(partial(self._operators.find, number), None)

    async def check(self, number: int, password: str) -> Checked:
        return await self._asking.ask(partial(self._operators.check, number, password), Refused())
