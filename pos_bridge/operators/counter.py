"""A supervisor approves a refund without its sale, standing at the till: the password, the audit trail, the approval.

One road for the command, which root and the engine's user run on the store itself, and for the administration socket,
where the engine is asked by whoever the settings name.
"""

import asyncio
import threading
from collections.abc import Callable
from datetime import date

from pos_bridge.domain.audit import MAY, Act, Actor, AuditEntry, Role, TrailUnwritableError
from pos_bridge.domain.operator import Checked, Operator, OperatorsUnusableError, Refused
from pos_bridge.operators.approvals import Approvals
from pos_bridge.operators.asking import Asking
from pos_bridge.operators.store import Operators


class Counter:
    """Blocking. `note` writes to the audit trail; `operators` says at which door whoever is checked stands."""

    def __init__(
        self, operators: Operators, note: Callable[[AuditEntry], None], today: Callable[[], date], approvals: Approvals
    ) -> None:
        self._operators = operators
        self._note = note
        self._today = today
        self._approvals = approvals

    def approve(self, number: int, password: str, cents: int) -> Checked:
        """By that operator, on disk on return. Wait, Refused: nothing is approved.

        The trail takes it before it is done. Raises OperatorsUnusableError, TrailUnwritableError, and ValueError for an
        amount that is none.
        """
        found = self._operators.check(number, password, MAY[Act.APPROVE_REFUND])
        if not isinstance(found, Operator):
            return found
        self._note(AuditEntry(self._today(), Actor(Role.SUPERVISOR, found.number), Act.APPROVE_REFUND))
        # Whoever was removed, or is of another role or password, since they were looked at, may not.
        return found if self._approvals.approve(found, cents) else Refused()


class CounterDesk:
    """The same for an event loop, on a thread of its own: no payment waits for a password, nor does another door.

    What nobody waits for any more, and was not begun, is not done: where passwords are looked at slower than they come,
    those that are waited for have their turn.
    """

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._asking = Asking("counter")

    async def close(self) -> None:
        """When what is under way is done: payments go on meanwhile. Idempotent."""
        await asyncio.to_thread(self._asking.close)

    async def approve(self, number: int, password: str, cents: int) -> Checked | None:
        """None: it could not be done, or not be found out."""
        left = threading.Event()
        try:
            return await self._asking.ask(lambda: self._unless(left, number, password, cents), None)
        finally:
            left.set()

    def _unless(self, left: threading.Event, number: int, password: str, cents: int) -> Checked | None:
        if left.is_set():
            return None
        try:
            return self._counter.approve(number, password, cents)
        except (OperatorsUnusableError, TrailUnwritableError):
            return None
