"""Whoever would approve what they may not: their own, with somebody else's number, or when they may no more."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher

from pos_bridge.config.file import read
from pos_bridge.config.upkeep import Operators as OperatorSettings
from pos_bridge.domain.audit import Role
from pos_bridge.engine import opened
from pos_bridge.operators import password
from pos_bridge.operators.approvals import Approvals
from pos_bridge.operators.store import Operator, Operators
from pos_bridge.registers.trail_file import TrailFile, entries
from pos_bridge.till_api.counter import House
from tests.checkout.memory_journal import MemoryJournal
from tests.config.documents import DOCUMENT
from tests.operators.makers import Rows

MARIES, JEANS = "une girafe à vélo", "deux girafes à pied"
REQUEST, HEAD = bytes(range(32)), bytes(32)
NOTHING = SimpleNamespace()
HOUSE = House(*([NOTHING] * 10))  # type: ignore[arg-type]  # none of it is asked
CHANGES = {
    "removed": lambda it: it.remove(7, date(2026, 11, 23)),
    "no supervisor any more": lambda it: it.set_roles(7, frozenset({Role.CASHIER})),
    "another password": lambda it: it.set_password(7, "trois girafes en bus"),
}


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setattr(password, "_HASHER", PasswordHasher(1, 64, 1, 32, 16))
    file = tmp_path / "pos-bridge.toml"
    file.write_text(DOCUMENT)
    config = replace(read(file), operators=OperatorSettings())
    operators = Operators(config.operator_store)
    operators.add(Operator(7, "Marie", frozenset({Role.SUPERVISOR})), MARIES)
    operators.add(Operator(8, "Jean", frozenset({Role.CASHIER})), JEANS)
    return config


def allowed(config, number: int, typed: str) -> bool:
    """By a till that gives them in the refund itself."""

    async def story() -> bool:
        async with AsyncExitStack() as stack:
            rule = opened.open_refund_rule(config, stack)
            house = opened.open_known(config, rule, HOUSE, MemoryJournal().find_request, stack)
            assert house.approve is not None
            assert rule is not None
            await house.approve(number, typed, REQUEST, 45_00)
            return await rule.allows(REQUEST, 45_00, Rows())

    return asyncio.run(story())


@pytest.mark.parametrize(("number", "typed"), [(8, JEANS), (8, MARIES), (7, JEANS), (0, MARIES), (10_007, MARIES)])
def test_a_cashier_approves_nothing_with_whatever_number_and_password(config, number, typed):
    assert not allowed(config, number, typed)
    assert entries(config.audit) == ()


@pytest.mark.parametrize("change", CHANGES)
def test_who_may_no_more_when_it_is_written_down_has_approved_nothing(config, monkeypatch, change):
    """Between the look at the password and the approval: in the trail it is, and nothing is paid by it."""
    true = TrailFile.note

    def note(self, entry):
        assert CHANGES[change](Operators(config.operator_store))
        true(self, entry)

    monkeypatch.setattr(TrailFile, "note", note)
    assert not allowed(config, 7, MARIES)
    assert len(entries(config.audit)) == 1
    assert Approvals(config.operator_store).take(REQUEST, 1, HEAD) is None


@pytest.mark.parametrize("change", CHANGES)
def test_who_may_no_more_when_the_refund_comes_has_approved_nothing(config, change):
    marie = Operators(config.operator_store).find(7)
    assert marie is not None
    approvals = Approvals(config.operator_store)
    assert approvals.approve(marie, 45_00)
    assert approvals.approve(marie, 45_00, REQUEST)
    assert CHANGES[change](Operators(config.operator_store))
    assert approvals.take(REQUEST, 1, HEAD) is None
    assert Operators(config.operator_store).set_roles(8, frozenset({Role.SUPERVISOR})), "nor is it another's"
    assert approvals.take(REQUEST, 1, HEAD) is None
