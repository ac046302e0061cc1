"""What the engine joins: a supervisor named in a native refund, and what goes after its months."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from pos_bridge.checkout.upkeep import OldEntries
from pos_bridge.config.file import read
from pos_bridge.config.upkeep import Operators as OperatorSettings
from pos_bridge.domain.audit import Act, Role
from pos_bridge.domain.operator import Refused
from pos_bridge.engine import opened
from pos_bridge.operators import password
from pos_bridge.operators.approvals import Approvals, SupervisedRefunds
from pos_bridge.operators.desk import OperatorDesk
from pos_bridge.operators.since import Moment
from pos_bridge.operators.store import NumberTakenError, Operator, Operators
from pos_bridge.registers.trail_file import entries
from pos_bridge.till_api.counter import House
from tests.checkout.memory_journal import MemoryJournal
from tests.config.documents import DOCUMENT
from tests.operators.makers import Rows

GOOD = "une girafe à vélo"
REQUEST = bytes(range(32))
HEAD = bytes(32)
TODAY = date(2026, 11, 23)
NOTHING = SimpleNamespace()
HOUSE = House(*([NOTHING] * 10))  # type: ignore[arg-type]  # none of it is asked


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setattr(password, "_HASHER", type(password._HASHER)(1, 64, 1, 32, 16))
    file = tmp_path / "pos-bridge.toml"
    file.write_text(DOCUMENT)
    config = replace(read(file), operators=OperatorSettings())
    operators = Operators(config.operator_store)
    operators.add(Operator(7, "Marie", frozenset({Role.SUPERVISOR})), GOOD)
    operators.add(Operator(8, "Jean", frozenset({Role.CASHIER})), GOOD)
    return config


@pytest.mark.parametrize(
    ("number", "typed", "allowed"),
    [(7, GOOD, True), (7, "un autre mot secret", False), (8, GOOD, False), (9, GOOD, False)],
)
def test_a_supervisor_in_the_refund_itself(config, number, typed, allowed):
    async def story() -> bool:
        async with AsyncExitStack() as stack:
            rule = opened.open_refund_rule(config, stack)
            house = opened.open_known(config, rule, HOUSE, MemoryJournal().find_request, stack)
            assert house.approve is not None
            assert rule is not None
            await house.approve(number, typed, REQUEST, 45_00)
            rows = Rows()
            assert not await rule.allows(bytes(32), 1, rows), "of that request alone"
            assert not await rule.allows(REQUEST, 45_01, rows)
            allowed = []
            for kind in ("sale", "sale", "refund"):
                allowed.append(await rule.allows(REQUEST, 45_00, rows))
                rows.kinds.append(kind)
            await house.approve(number, typed, REQUEST, 45_00)
            assert not await rule.allows(REQUEST, 45_00, rows), "used up, however often the till asks"
            return all(allowed)

    assert asyncio.run(story()) is allowed
    assert [entry.act for _, entry in entries(config.audit)] == [Act.APPROVE_REFUND] * allowed


def test_without_operators_nothing_is_asked(config):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            alone = replace(config, operators=None)
            assert opened.open_refund_rule(alone, stack) is None
            assert opened.open_known(alone, None, HOUSE, MemoryJournal().find_request, stack) is HOUSE
            for word, never in (("refused", True), ("open", None)):
                rule = opened.open_refund_rule(
                    replace(config, operators=OperatorSettings(refund_without_sale=word)),  # type: ignore[arg-type]  # of a list
                    stack,
                )
                assert (None if rule is None else rule.never) is never

    asyncio.run(story())


def test_old_entries_go_once_a_day_by_a_clock_that_is_right():
    gone: list[date] = []
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    clocks = {"now": now, "right": None}

    async def remove(before: date, today: date) -> None:
        assert clocks["now"] is not None
        assert today == clocks["now"].date()
        gone.append(before)

    old = OldEntries(remove, lambda: clocks["now"] or now, lambda: clocks["right"], 12)
    for here, right, times in (
        (now, None, 0),
        (now, now - timedelta(days=400), 0),
        (now, now, 1),
        (now, now, 1),
        (now + timedelta(days=1), now + timedelta(days=1), 2),
    ):
        clocks.update(now=here, right=right)
        asyncio.run(old.settle())
        assert len(gone) == times
    assert gone[0] == now.date() - timedelta(days=372)


def test_a_number_is_free_again_once_no_row_names_it(config):
    operators = Operators(config.operator_store)
    operators.remove(7, date(2025, 1, 1))
    operators.forget(date(2024, 1, 1), TODAY, frozenset)
    operators.forget(date(2026, 1, 1), TODAY, lambda: frozenset({7}))
    with pytest.raises(NumberTakenError):
        operators.add(Operator(7, "Zoé", frozenset({Role.IT})), GOOD)
    operators.forget(date(2026, 1, 1), TODAY, frozenset)
    operators.add(Operator(7, "Zoé", frozenset({Role.IT})), GOOD)
    assert Approvals(config.operator_store).take(REQUEST, 1, HEAD) is None


def test_whoever_was_removed_by_a_clock_that_ran_ahead_is_not_kept_until_then(config):
    operators = Operators(config.operator_store)
    operators.remove(7, date(2045, 1, 1))
    operators.remove(8, TODAY + timedelta(days=1))
    operators.forget(date(2025, 11, 1), TODAY, lambda: frozenset({7}))
    operators.forget(date(2025, 11, 1), TODAY, frozenset)
    operators.add(Operator(7, "Zoé", frozenset({Role.IT})), GOOD)
    with pytest.raises(NumberTakenError):
        operators.add(Operator(8, "Zoé", frozenset({Role.IT})), GOOD)


def test_what_goes_wrong_unforeseen_is_refused_and_the_next_is_asked_again(config):
    """No descriptor left, no memory, no /proc: nobody is let in, and nobody waits for ever."""
    moments = iter([OSError(24), MemoryError(), None])

    def now() -> Moment:
        if (fault := next(moments, None)) is not None:
            raise fault
        return Moment(bytes(16), 0)

    async def story() -> None:
        desk = OperatorDesk(Operators(config.operator_store, now))
        rule = SupervisedRefunds(approvals)
        try:
            async with asyncio.timeout(20):
                assert [await desk.check(7, GOOD) for _ in range(2)] == [Refused(), Refused()]
                assert isinstance(await desk.check(7, GOOD), Operator)
                moments_again()
                assert [await rule.allows(REQUEST, 1, Rows()) for _ in range(2)] == [False, False]
                assert await rule.allows(REQUEST, 1, Rows())
        finally:
            desk.close()
            rule.close()

    def moments_again() -> None:
        nonlocal moments
        moments = iter([OSError(24), MemoryError()] * 2)

    approvals = Approvals(config.operator_store, now)
    marie = Operators(config.operator_store).find(7)
    assert marie is not None
    assert Approvals(config.operator_store, lambda: Moment(bytes(16), 0)).approve(marie, 1)
    asyncio.run(story())
