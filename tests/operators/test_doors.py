"""A number waits at the door where it was tried and at no other: nobody keeps a supervisor from approving elsewhere."""

from dataclasses import replace

import pytest

from pos_bridge.domain.audit import Role
from pos_bridge.domain.operator import Operator, Refused, Wait
from pos_bridge.operators import password
from pos_bridge.operators.schema import Door
from pos_bridge.operators.since import Moment
from pos_bridge.operators.store import LONGEST_WAIT_S, Operators
from tests.operators.makers import GOOD, supervisor

WRONG = "un autre mot secret"


class Till:
    def __init__(self, path) -> None:
        self.marie = supervisor(path)
        self.path = path
        self.moment = Moment(bytes(16), 0)

    def at(self, door: Door) -> Operators:
        return Operators(self.path, lambda: self.moment, door)

    def later(self, seconds: int) -> None:
        self.moment = replace(self.moment, at_ms=self.moment.at_ms + seconds * 1000)

    def fail(self, door: Door, times: int) -> None:
        for _ in range(times):
            assert self.at(door).check(7, WRONG) == Refused()
            self.later(LONGEST_WAIT_S)


@pytest.fixture
def till(tmp_path, monkeypatch):
    monkeypatch.setattr(password, "_HASHER", type(password._HASHER)(1, 64, 1, 32, 16))
    return Till(tmp_path / "operators.db")


@pytest.mark.parametrize("door", Door)
def test_failures_at_one_door_keep_nobody_out_of_another(till, door):
    till.fail(door, 11)
    assert till.at(door).check(7, WRONG) == Refused()
    assert till.at(door).check(7, GOOD) == Wait(LONGEST_WAIT_S)
    for other in set(Door) - {door}:
        assert till.at(other).check(7, GOOD) == till.marie
    assert till.at(door).check(7, GOOD) == Wait(LONGEST_WAIT_S), "and getting in elsewhere ends no wait"


@pytest.mark.parametrize("door", Door)
def test_each_doors_delays_survive_a_restart(till, door):
    till.fail(door, 6)
    assert till.at(door).check(7, WRONG) == Refused()
    assert till.at(door).check(7, GOOD) == Wait(64)
    till.moment = Moment(bytes([1]) * 16, 0)
    assert till.at(door).check(7, GOOD) == Wait(64)


def test_another_password_ends_the_wait_at_every_door(till):
    for door in Door:
        till.fail(door, 3)
        assert till.at(door).check(7, WRONG) == Refused()
    assert till.at(Door.COMMAND).set_password(7, "deux girafes à pied")
    for door in Door:
        assert till.at(door).check(7, "deux girafes à pied") == till.marie


def test_a_number_that_is_given_begins_anew_at_every_door(till):
    for door in Door:
        assert till.at(door).check(8, WRONG) == Refused()
    till.at(Door.COMMAND).add(Operator(8, "Jean", frozenset({Role.IT})), "trois girafes en bus")
    for door in Door:
        assert isinstance(till.at(door).check(8, "trois girafes en bus"), Operator)


def test_what_a_guesser_gains_is_as_many_tries_as_there_are_doors(till):
    """In a day, at every door at once: what the decision says."""
    tried = 0
    for _ in range(24 * 3600 // 30):
        tried += sum(till.at(door).check(7, WRONG) == Refused() for door in Door)
        till.later(30)
    assert tried <= len(Door) * (10 + 96)
