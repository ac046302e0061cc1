"""Whether somebody is who they say: alike for nobody and a wrong password, slower each time, and over restarts."""

import multiprocessing
import os
import signal
import sqlite3
from dataclasses import replace
from datetime import date

import pytest
from argon2 import PasswordHasher

from pos_bridge.domain.audit import Role
from pos_bridge.operators import password, store
from pos_bridge.operators.approvals import Approvals
from pos_bridge.operators.since import Moment
from pos_bridge.operators.store import NumberTakenError, Operator, Operators, Refused, Wait

GOOD = "une girafe à vélo"
HEAD = bytes(32)
MARIE = Operator(7, "Marie Tremblay", frozenset({Role.SUPERVISOR, Role.CASHIER}))


class Clock:
    def __init__(self) -> None:
        self.moment = Moment(bytes(16), 10_000_000)

    def __call__(self) -> Moment:
        return self.moment

    def later(self, seconds: float) -> None:
        self.moment = replace(self.moment, at_ms=self.moment.at_ms + int(seconds * 1000))

    def restart(self, up_s: float = 0) -> None:
        self.moment = Moment(os.urandom(16), int(up_s * 1000))


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Small parameters: the work is not what is tried here."""
    monkeypatch.setattr(password, "_MEMORY_KIB", 64)
    monkeypatch.setattr(password, "_TIME", 1)
    monkeypatch.setattr(password, "_HASHER", PasswordHasher(1, 64, 4, 32, 16))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def operators(tmp_path, clock):
    made = Operators(tmp_path / "operators.db", clock)
    made.add(MARIE, GOOD)
    return made


def test_whoever_knows_the_password_is_let_in(operators):
    assert operators.check(7, GOOD) == MARIE
    assert operators.check(7, GOOD) == MARIE
    assert operators.path.stat().st_mode & 0o777 == 0o600


def test_nobody_is_known_without_a_file(tmp_path):
    empty = Operators(tmp_path / "operators.db")
    assert empty.all() == ()
    assert empty.find(7) is None
    assert not empty.remove(7, date(2026, 11, 23))
    assert empty.check(7, GOOD) == Refused()


@pytest.mark.parametrize("number", [7, 8, 9999])
def test_delays_double_for_a_wrong_password_and_for_nobody_alike(operators, clock, number):
    waits = []
    for _ in range(13):
        assert operators.check(number, "un autre mot secret") == Refused()
        wait = operators.check(number, GOOD)
        assert isinstance(wait, Wait)
        waits.append(wait.seconds)
        clock.later(wait.seconds - 0.001)
        assert operators.check(number, GOOD) == Wait(1)
        clock.later(0.001)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_a_right_password_ends_the_delays(operators, clock):
    for wait in (1, 2, 4):
        assert operators.check(7, "un autre mot secret") == Refused()
        clock.later(wait)
    assert operators.check(7, GOOD) == MARIE
    assert operators.check(7, "un autre mot secret") == Refused()
    assert operators.check(7, GOOD) == Wait(1)


def test_a_restart_shortens_no_delay(operators, clock):
    for _ in range(6):
        operators.check(7, "un autre mot secret")
        clock.later(900)
    operators.check(7, "un autre mot secret")  # the seventh: 64 s
    assert Operators(operators.path, clock).check(7, GOOD) == Wait(64)
    clock.restart(up_s=10)
    assert Operators(operators.path, clock).check(7, GOOD) == Wait(54)
    clock.later(54)
    assert operators.check(7, GOOD) == MARIE


@pytest.mark.parametrize("number", [0, -1, 10_000, 2**70])
def test_what_can_be_nobodys_number_leaves_no_row(operators, number):
    assert operators.check(number, GOOD) == Refused()
    assert tries(operators) == []


@pytest.mark.parametrize("typed", ["", "\0", "\ud800" * 12, "x" * 100_000, GOOD + "\n", "' OR 1=1 --"])
def test_what_no_password_can_be_is_a_wrong_one(operators, typed):
    assert operators.check(7, typed) == Refused()
    assert len(tries(operators)) == 1


def test_a_password_is_the_same_however_its_accents_are_typed(operators):
    assert operators.check(7, "une girafe a\u0300 ve\u0301lo") == MARIE


def test_killed_between_try_and_answer_it_was_a_try(operators):
    child = multiprocessing.get_context("fork").Process(target=die_while_checking, args=(operators,))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert operators.check(7, GOOD) == Wait(1)


def die_while_checking(operators: Operators) -> None:
    def die(stored: str | None, typed: str) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    password.verifies = die  # type: ignore[assignment]  # in a process that ends
    operators.check(7, GOOD)


def test_the_work_is_the_same_for_nobody(operators, clock, monkeypatch):
    verified = []
    true = password._HASHER

    class Counted:
        def verify(self, stored: str, typed: bytes) -> bool:
            verified.append(stored[:28])
            return true.verify(stored, typed)

    monkeypatch.setattr(password, "_HASHER", Counted())
    for number in (7, 8, 0, 99_999):
        operators.check(number, "un autre mot secret")
        operators.check(number + 100, "")
    assert len(verified) == 8
    assert len(set(verified)) == 1, "the same parameters"


def test_a_hash_of_other_parameters_is_made_anew(operators, clock, monkeypatch):
    monkeypatch.setattr(password, "_HASHER", PasswordHasher(2, 128, 1, 32, 16))
    assert operators.check(7, GOOD) == MARIE
    ((made,),) = sqlite3.connect(operators.path).execute("SELECT password FROM operators").fetchall()
    assert "m=128,t=2,p=1" in made
    assert operators.check(7, GOOD) == MARIE


def test_removed_is_known_to_nobody_and_the_number_is_not_given_again(operators, clock):
    assert operators.remove(7, date(2026, 11, 23))
    assert operators.find(7) is None
    assert operators.check(7, GOOD) == Refused()
    assert not operators.remove(7, date(2026, 11, 23))
    with pytest.raises(NumberTakenError):
        operators.add(MARIE, GOOD)
    assert b"argon2id$v=19$m" not in operators.path.read_bytes()


def test_roles_and_password_change(operators, clock):
    assert operators.set_roles(7, frozenset({Role.IT}))
    operators.check(7, "un autre mot secret")
    assert operators.set_password(7, "deux girafes à pied")
    assert operators.check(7, "deux girafes à pied") == replace(MARIE, roles=frozenset({Role.IT}))
    assert not operators.set_password(8, GOOD)
    with pytest.raises(ValueError, match="role"):
        operators.set_roles(7, frozenset({Role.SYSTEM}))


def test_a_standing_is_another_one_after_each_change(operators):
    seen = [operators.standing(7)]
    operators.set_roles(7, frozenset({Role.CASHIER, Role.IT}))
    seen.append(operators.standing(7))
    operators.set_password(7, "un tout autre mot de passe")
    seen.append(operators.standing(7))
    assert operators.standing(7) == seen[-1]
    assert None not in seen
    assert len(set(seen)) == 3
    operators.remove(7, date(2026, 11, 23))
    assert operators.standing(7) is None
    assert operators.standing(8) is None
    assert Operators(operators.path.with_name("none.db")).standing(7) is None


@pytest.mark.parametrize(
    ("change", "stays"),
    [
        (lambda it: it.set_roles(7, frozenset({Role.CASHIER})), False),
        (lambda it: it.set_roles(7, frozenset({Role.SUPERVISOR})), True),
        (lambda it: it.set_password(7, "deux girafes à pied"), False),
        (lambda it: it.remove(7, date(2026, 11, 23)), False),
    ],
)
def test_what_somebody_approved_who_may_no_more_is_approved_no_more(operators, clock, change, stays):
    approvals = Approvals(operators.path, clock)
    marie = operators.check(7, GOOD)
    assert isinstance(marie, Operator)
    assert approvals.approve(marie, 45_00)
    assert approvals.approve(marie, 45_00, bytes(32))
    assert change(operators)
    assert (approvals.take(bytes(32), 45_00, HEAD), approvals.take(bytes([1]) * 32, 45_00, HEAD)) == (
        (7, 7) if stays else (None, None)
    )


def test_two_at_once_are_one_try(operators, clock):
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        found = pool.starmap(Operators(operators.path, clock).check, [(9, "un autre mot secret")] * 8)
    assert found.count(Refused()) == 1
    assert all(isinstance(each, Wait) for each in found if each != Refused())


def tries(operators: Operators) -> list[tuple[object, ...]]:
    return sqlite3.connect(operators.path).execute("SELECT * FROM tries").fetchall()


def test_delays_are_what_is_promised():
    assert [store.delay_s(count) for count in (1, 2, 10, 11, 20)] == [1, 2, 512, 900, 900]


def test_what_root_makes_is_the_engines(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    if os.geteuid() == 0:
        os.chown(state, 4242, 4243)
    operators = Operators(state / "operators" / "operators.db")
    operators.add(MARIE, GOOD)
    owner = (state.stat().st_uid, state.stat().st_gid)
    for made in (operators.path.parent, operators.path):
        assert (made.stat().st_uid, made.stat().st_gid) == owner
    assert operators.path.parent.stat().st_mode & 0o777 == 0o700
