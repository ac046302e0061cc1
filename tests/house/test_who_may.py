"""Deny by default: every call and every command has its rule, and every role is tried against every call."""

import asyncio
from collections.abc import Awaitable

import pytest

from pos_bridge.cli import operator
from pos_bridge.cli.main import COMMANDS
from pos_bridge.cli.who_may import ACTS_OF_OPERATORS
from pos_bridge.cli.who_may import COMMANDS as WHO
from pos_bridge.domain.audit import MAY, Act, Actor, Role
from pos_bridge.domain.operator import HELD, Checked, Operator, Refused, Wait
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.person_bounds import UntakenError
from pos_bridge.till_api.said_of_people import Untaken
from pos_bridge.till_api.who_may import CALLS, Gate

GOOD = "une girafe à vélo"


def test_every_call_of_every_service_has_a_rule():
    real = [
        f"{service.name}.{method.name}"
        for service in pb.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    ]
    assert sorted(CALLS) == sorted(real)


def test_every_call_that_names_an_operator_has_an_act():
    for service in pb.DESCRIPTOR.services_by_name.values():
        for method in service.methods:
            named = "operator" in method.input_type.fields_by_name
            assert (CALLS[f"{service.name}.{method.name}"] is not None) is named


def test_every_command_has_a_rule():
    assert tuple(WHO) == COMMANDS
    assert list(ACTS_OF_OPERATORS) == list(operator.ACTS)


def test_every_act_has_roles():
    assert set(MAY) == set(Act)
    assert all(MAY.values())


class Known:
    """One operator, 7."""

    def __init__(self, *roles: Role) -> None:
        self.operator = Operator(7, "Marie", frozenset(roles))

    async def find(self, number: int) -> Operator | None:
        return self.operator if number == 7 else None

    async def check(self, number: int, password: str) -> Checked:
        if number == 9:
            return Wait(3)
        return self.operator if (number, password) == (7, GOOD) else Refused()


def play(asked: Awaitable[Actor]) -> Actor:
    async def wait() -> Actor:
        return await asked

    return asyncio.run(wait())


def acted(call: str, known: Known | None, number: int = 7, password: str = GOOD):
    gate = Gate(known)

    async def ask(actor):
        return actor

    if call.startswith("People."):
        request = pb.EnrolRequest(operator=number)
        return play(gate.at_till(call, request, ask)())
    return play(gate.in_person(call, pb.PersonRequest(operator=number, password=password), ask)())


@pytest.mark.parametrize("call", [call for call, act in CALLS.items() if act is not None])
def test_each_role_at_each_call(call):
    """Whoever may not acts in a role that may not: refused, and noted, by what every act goes through."""
    act = CALLS[call]
    assert act is not None
    for role in HELD:
        actor = acted(call, Known(role))
        assert (actor.operator, actor.role) == (7, role)
    assert acted(call, Known(*HELD)).role in MAY[act]
    with pytest.raises(UntakenError):
        acted(call, Known(*HELD), number=8)


def test_a_person_proves_who_they_are_at_rights():
    for number, password, why in ((7, "", Untaken.NOT_PROVEN), (9, GOOD, Untaken.TOO_MANY_TRIES)):
        with pytest.raises(UntakenError) as refused:
            acted("Rights.Erase", Known(Role.PRIVACY_OFFICER), number, password)
        assert refused.value.why is why


def test_without_operators_a_number_is_only_noted():
    assert acted("People.Enrol", None, 77).role is Role.CASHIER
    assert acted("Rights.Erase", None, 77, "").role is Role.PRIVACY_OFFICER
