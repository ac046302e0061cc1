"""A supervisor at the counter: the same password, waits, trail and rules at its own door, and nobody waits for it."""

import asyncio
import sqlite3
import threading
from datetime import date

import pytest
from argon2 import PasswordHasher

from pos_bridge.admin.approval import Approval, approve
from pos_bridge.domain.audit import Act, Actor, AuditEntry, Role, TrailUnwritableError
from pos_bridge.domain.operator import Operator, Refused, Wait
from pos_bridge.operators import password
from pos_bridge.operators.approvals import Approvals, SupervisedRefunds
from pos_bridge.operators.counter import Counter, CounterDesk
from pos_bridge.operators.schema import Door
from pos_bridge.operators.since import Moment
from pos_bridge.operators.store import Operators
from tests.operators.makers import GOOD, Rows, supervisor

TODAY = date(2026, 11, 24)
REQUEST, ROW = bytes(range(32)), bytes(32)


class Till:
    def __init__(self, path) -> None:
        self.path = path
        self.moment = Moment(bytes(16), 0)
        self.marie = supervisor(path)
        Operators(path).add(Operator(8, "Jean", frozenset(set(Role) - {Role.SUPERVISOR, Role.SYSTEM})), GOOD)
        self.noted: list[AuditEntry] = []
        self.approvals = Approvals(path, lambda: self.moment)
        self.counter = Counter(self.at(Door.COUNTER), self.note, lambda: TODAY, self.approvals)

    def at(self, door: Door) -> Operators:
        return Operators(self.path, lambda: self.moment, door)

    def note(self, entry: AuditEntry) -> None:
        self.noted.append(entry)


@pytest.fixture
def till(tmp_path, monkeypatch):
    monkeypatch.setattr(password, "_HASHER", PasswordHasher(1, 64, 1, 32, 16))
    return Till(tmp_path / "operators.db")


def test_what_a_supervisor_approves_is_in_the_trail_and_is_one_refund(till):
    assert till.counter.approve(7, GOOD, 45_00) == till.marie
    assert till.noted == [AuditEntry(TODAY, Actor(Role.SUPERVISOR, 7), Act.APPROVE_REFUND)]
    assert till.approvals.take(REQUEST, 45_01, ROW) is None
    assert till.approvals.take(REQUEST, 45_00, ROW) == 7
    assert till.approvals.take(bytes(32), 1, ROW) is None


@pytest.mark.parametrize(("number", "typed"), [(7, "un autre mot secret"), (8, GOOD), (9, GOOD), (7, "")])
def test_nobody_else_approves_and_nothing_is_noted(till, number, typed):
    assert till.counter.approve(number, typed, 45_00) == Refused()
    assert till.noted == []
    assert till.approvals.take(REQUEST, 1, ROW) is None


def test_who_failed_waits_here_and_at_no_other_door(till):
    assert till.counter.approve(7, "un autre mot secret", 45_00) == Refused()
    assert till.counter.approve(7, GOOD, 45_00) == Wait(1)
    for door in set(Door) - {Door.COUNTER}:
        assert till.at(door).check(7, GOOD) == till.marie
    assert till.counter.approve(7, GOOD, 45_00) == Wait(1)
    assert till.noted == []


@pytest.mark.parametrize("typed", [GOOD, "un autre mot secret"])
def test_whose_role_may_not_cannot_be_told_from_whose_password_is_wrong(till, typed):
    """A cashier's right password is a failure like a wrong one: it is not found out here, by answers or by waits."""
    assert till.counter.approve(8, typed, 45_00) == Refused()
    assert till.counter.approve(8, typed, 45_00) == Wait(1)
    assert isinstance(till.at(Door.PAGE).check(8, GOOD), Operator)


def test_whose_role_is_taken_away_while_their_password_is_looked_at_has_approved_nothing(till, monkeypatch):
    true = password.verifies

    def meanwhile(stored: str | None, typed: str) -> bool:
        assert Operators(till.path).set_roles(7, frozenset({Role.CASHIER}))
        return true(stored, typed)

    monkeypatch.setattr(password, "verifies", meanwhile)
    assert till.counter.approve(7, GOOD, 45_00) == Refused()
    assert till.noted == []
    assert till.counter.approve(7, GOOD, 45_00) == Wait(1)


def test_who_is_removed_meanwhile_has_approved_nothing(till):
    def note(entry: AuditEntry) -> None:
        till.note(entry)
        assert Operators(till.path).remove(7, TODAY)

    counter = Counter(till.at(Door.COUNTER), note, lambda: TODAY, till.approvals)
    assert counter.approve(7, GOOD, 45_00) == Refused()
    assert len(till.noted) == 1
    assert till.approvals.take(REQUEST, 1, ROW) is None


def refuse(entry: AuditEntry) -> None:
    raise TrailUnwritableError


def asked(till: Till, note=None, number: int = 7, typed: str = GOOD) -> dict[str, object]:
    """As the administration socket answers."""

    async def story() -> dict[str, object]:
        desk = CounterDesk(Counter(till.at(Door.COUNTER), note or till.note, lambda: TODAY, till.approvals))
        try:
            return await approve(desk.approve, Approval(number, typed, 45_00))
        finally:
            await desk.close()

    return asyncio.run(story())


def test_each_answer(till, capsys):
    assert asked(till) == {"answer": "approved"}
    assert asked(till, typed="un autre mot secret") == {"answer": "refused"}
    assert asked(till) == {"answer": "wait", "seconds": 1}
    assert asked(till, number=9) == {"answer": "refused"}
    assert asyncio.run(approve(None, Approval(7, GOOD, 1))) == {"answer": "not_wanted"}
    assert capsys.readouterr().err == ""


def test_a_trail_or_a_store_that_takes_nothing_approves_nothing(till, capsys):
    assert asked(till, note=refuse) == {"answer": "unusable"}
    assert till.approvals.take(REQUEST, 1, ROW) is None
    with sqlite3.connect(till.path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    assert asked(till) == {"answer": "unusable"}
    assert capsys.readouterr().err == "", "it is foreseen"


def test_what_nobody_waits_for_any_more_is_not_begun_and_the_loop_does_not_wait_for_the_end(till, monkeypatch):
    """So an engine that stops, or a till that is slow, has no queue of passwords to look at."""
    true, looked_at, at_the_end = password.verifies, threading.Event(), threading.Event()

    def slow(stored: str | None, typed: str) -> bool:
        looked_at.set()
        assert at_the_end.wait(20)
        return true(stored, typed)

    async def story() -> None:
        desk = CounterDesk(till.counter)
        first = asyncio.create_task(desk.approve(7, GOOD, 45_00))
        try:
            await asyncio.to_thread(looked_at.wait, 20)
            others = [asyncio.create_task(desk.approve(number, GOOD, 45_00)) for number in (8, 9)]
            await asyncio.sleep(0)
            for other in others:
                other.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            closing = asyncio.create_task(desk.close())
            await asyncio.sleep(0.05)
            assert not closing.done()
        finally:
            at_the_end.set()
        await closing
        assert await first == till.marie
        await desk.close()

    monkeypatch.setattr(password, "verifies", slow)
    asyncio.run(story())
    for number in (8, 9):
        assert till.at(Door.COUNTER).check(number, "un autre mot secret") == Refused(), "they were not tried"


def test_no_refund_waits_for_a_password(till, monkeypatch):
    """That is looked at on a thread of its own: here it takes as long as the refund."""
    true, refunded = password.verifies, threading.Event()

    def slow(stored: str | None, typed: str) -> bool:
        assert refunded.wait(20)
        return true(stored, typed)

    async def story() -> None:
        assert till.approvals.approve(till.marie, 1_00)
        rule = SupervisedRefunds(till.approvals)
        desk = CounterDesk(till.counter)
        try:
            looking = asyncio.create_task(desk.approve(7, GOOD, 45_00))
            async with asyncio.timeout(10):
                assert await rule.allows(REQUEST, 1_00, Rows())
            assert not looking.done()
            refunded.set()
            assert await looking == till.marie
        finally:
            refunded.set()
            rule.close()
            await desk.close()

    monkeypatch.setattr(password, "verifies", slow)
    asyncio.run(story())
