"""Who may make each call of the native services: deny by default, one table. What is not in it cannot be asked.

A cashier's operator is named by the till, whose credential answers for it. At the Rights socket it is a person who
asks: they prove that they are, by password. Where the shop has no operators (no [operators]) a number is only noted.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pos_bridge.domain.audit import MAY, Act, Actor, Role
from pos_bridge.domain.operator import Checked, Operator, Refused, Wait
from pos_bridge.till_api.person_bounds import UntakenError
from pos_bridge.till_api.said_of_people import Untaken

_Found = TypeVar("_Found")

TILL = None  # whoever has a till's credential may: no operator is named

CALLS: dict[str, Act | None] = {
    "Till.Pay": TILL,
    "Till.Refund": TILL,  # without its sale: by a supervisor (checkout.ports.RefundRule)
    "Till.GiveBack": TILL,
    "Till.Confirm": TILL,
    "Till.Cancel": TILL,
    "Till.CancelBasket": TILL,
    "Till.Abort": TILL,
    "Till.Status": TILL,
    "Till.GetHealth": TILL,
    "Till.WhatIsKept": TILL,
    "People.Enrol": Act.ENROL,
    "People.RegisterDelivery": Act.DELIVER,
    "People.LookUp": Act.READ,
    "People.Withdraw": Act.WITHDRAW,
    "Rights.Access": Act.ACCESS,
    "Rights.Rectify": Act.RECTIFY,
    "Rights.Withdraw": Act.WITHDRAW,
    "Rights.Erase": Act.ERASE,
    "Rights.Receive": Act.REQUEST,
    "Rights.Refuse": Act.REFUSE,
    "Rights.ListDue": Act.LIST_DUE,
}
# As whom somebody acts who is several things, and of what may be done: the least.
_LEAST = (Role.CASHIER, Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.IT)


class Operators(Protocol):
    """Whom the shop knows."""

    async def find(self, number: int) -> Operator | None:
        """By number. None also where it cannot be found out."""

    async def check(self, number: int, password: str) -> Checked:
        """By number and password. Refused also where it cannot be found out."""


class Asked(Protocol):
    @property
    def operator(self) -> int: ...


class AskedByPerson(Asked, Protocol):
    @property
    def password(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Gate:
    """`operators` None: the shop has none, and a number is as whom the service is for."""

    operators: Operators | None = None

    def at_till(
        self, call: str, request: Asked, ask: Callable[[Actor], Awaitable[_Found]]
    ) -> Callable[[], Awaitable[_Found]]:
        """`ask` once the operator is known. It raises UntakenError where nobody has the number."""

        async def asked() -> _Found:
            number = request.operator
            if self.operators is None:
                return await ask(Actor(Role.CASHIER, number))
            found = await self.operators.find(number)
            if found is None:
                raise UntakenError(Untaken.NO_OPERATOR, "operator")
            return await ask(_acting(call, found))

        return asked

    def in_person(
        self, call: str, request: AskedByPerson, ask: Callable[[Actor], Awaitable[_Found]]
    ) -> Callable[[], Awaitable[_Found]]:
        """`ask` once the operator has proven who they are. It raises UntakenError where they have not."""

        async def asked() -> _Found:
            number = request.operator
            if self.operators is None:
                return await ask(Actor(Role.PRIVACY_OFFICER, number))
            match await self.operators.check(number, request.password):
                case Operator() as found:
                    return await ask(_acting(call, found, Role.PRIVACY_OFFICER))
                case Wait():
                    raise UntakenError(Untaken.TOO_MANY_TRIES, "password")
                case Refused():
                    raise UntakenError(Untaken.NOT_PROVEN, "password")

        return asked


NOBODY_KNOWN = Gate()


def _acting(call: str, operator: Operator, first: Role | None = None) -> Actor:
    """In a role that may, if they have one; else in one that may not, which is refused and noted."""
    act = CALLS[call]
    assert act is not None
    order = [role for role in (first, *_LEAST) if role in operator.roles]
    fit = [role for role in order if role in MAY[act]]
    role = (fit or order)[0]
    assert role is not None
    return Actor(role, operator.number)
