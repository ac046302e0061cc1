"""`approve_refund`: a supervisor at the counter, who is neither root nor the engine's user, approves one refund.

Who may ask is one thing (a group of the machine, admin/calls.py), who may approve another: the number and the password
are an operator's, checked here as everywhere, and this answers what became of it. Neither is ever told or logged.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from pos_bridge.domain.audit import MAX_OPERATOR
from pos_bridge.domain.operator import Checked, Operator, Refused, Wait
from pos_bridge.operators.schema import MOST_CENTS

Check = Callable[[int, str, int], Awaitable[Checked | None]]


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the call is given: whose number and password, and at most how many cents may be refunded."""

    operator: Annotated[int, Meta(ge=1, le=MAX_OPERATOR)]
    password: Annotated[str, Meta(max_length=1024)]
    cents: Annotated[int, Meta(ge=1, le=MOST_CENTS)]


async def approve(check: Check | None, asked: Approval) -> dict[str, object]:
    """`check` None: the shop wants no approval, or allows no such refund at all."""
    if check is None:
        return {"answer": "not_wanted"}
    match await check(asked.operator, asked.password, asked.cents):
        case Operator():
            return {"answer": "approved"}
        case Wait(seconds):
            return {"answer": "wait", "seconds": seconds}
        case Refused():
            return {"answer": "refused"}
        case None:
            return {"answer": "unusable"}
        case never:
            assert_never(never)
