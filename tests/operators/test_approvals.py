"""A supervisor's approval, in whatever order things happen: never used twice, never for more, never once it is over."""

import os
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.audit import Role
from pos_bridge.operators.approvals import GOOD_FOR_MS, Approvals
from pos_bridge.operators.since import Moment
from pos_bridge.operators.store import Operators
from tests.operators.makers import Rows, supervisor

REQUESTS = tuple(bytes([number]) * 32 for number in range(4))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("approve"), st.integers(1, 5)),
        st.tuples(st.just("approve for"), st.tuples(st.sampled_from(REQUESTS), st.integers(1, 5))),
        st.tuples(st.just("refund"), st.tuples(st.sampled_from(REQUESTS), st.integers(1, 6))),
        st.tuples(st.just("later"), st.sampled_from([1, GOOD_FOR_MS // 2, GOOD_FOR_MS - 1, GOOD_FOR_MS])),
        st.tuples(st.just("boot"), st.integers(0, GOOD_FOR_MS)),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("tidy"), st.none()),
        st.tuples(st.just("journal goes on"), st.sampled_from(["sale", "refund"])),
    ),
    max_size=25,
)


class World:
    """Beside the store: what was approved when, and which request took how much, at which row of the journal."""

    def __init__(self, path) -> None:
        self.path = path
        self.moment = Moment(os.urandom(16), 0)
        self.marie = supervisor(path)
        self.rows = Rows()
        self.approvals = Approvals(path, lambda: self.moment)
        self.open: list[tuple[Moment, int]] = []
        self.taken: dict[bytes, tuple[tuple[Moment, int], bytes | None]] = {}  # the row None: not taken yet

    def lately(self, made: Moment) -> bool:
        return made.boot == self.moment.boot and self.moment.at_ms - made.at_ms < GOOD_FOR_MS

    def good(self, cents: int) -> list[tuple[Moment, int]]:
        return sorted(
            (each for each in self.open if each[1] >= cents and self.lately(each[0])), key=lambda each: each[1]
        )

    def step(self, what: str, value) -> None:
        match what:
            case "approve":
                assert self.approvals.approve(self.marie, value)
                self.open.append((self.moment, value))
            case "approve for":
                request, cents = value
                assert self.approvals.approve(self.marie, cents, request)
                own, _ = self.taken.get(request, (None, None))
                if own is None or not self.lately(own[0]) or own[1] < cents:  # as much stays, used up or not
                    self.taken[request] = (self.moment, cents), None
            case "refund":
                self.refund(*value)
            case "later":
                self.moment = replace(self.moment, at_ms=self.moment.at_ms + value)
            case "boot":
                self.moment = Moment(os.urandom(16), value)
            case "restart":
                self.approvals = Approvals(self.path, lambda: self.moment)
            case "journal goes on":
                self.rows.kinds.append(value)
            case _:
                self.approvals.tidy()

    def refund(self, request: bytes, cents: int) -> None:
        before, head = self.approvals.taken_at(request), self.rows.head().hash
        unused = before is not None and not self.rows.refunded_since(before)
        allowed = self.approvals.take(request, cents, head, before if unused else None) is not None
        own, row = self.taken.get(request, (None, None))
        if own is not None and self.lately(own[0]) and (row is None or not self.rows.refunded_since(row)):
            assert allowed is (cents <= own[1]), "its own again, and never for more"
            if allowed:
                self.taken[request] = own, head
            return
        fit = self.good(cents)
        assert allowed is bool(fit)
        if allowed:
            smallest = next(each for each in fit if each[1] == fit[0][1])
            self.open.remove(smallest)
            self.taken[request] = smallest, head


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_any_interleaving(tmp_path_factory, steps):
    world = World(tmp_path_factory.mktemp("approvals") / "operators.db")
    for what, value in steps:
        world.step(what, value)


@pytest.mark.parametrize("cents", [0, -1, 100_000_000])
def test_an_approval_is_of_an_amount(tmp_path, cents):
    with pytest.raises(ValueError, match="amount"):
        Approvals(tmp_path / "operators.db").approve(supervisor(tmp_path / "operators.db"), cents)


CHANGES = {
    "removed": lambda it: it.remove(7, date(2026, 11, 23)),
    "no supervisor any more": lambda it: it.set_roles(7, frozenset({Role.CASHIER, Role.IT})),
    "another password": lambda it: it.set_password(7, "deux girafes à pied"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("request_of", [None, REQUESTS[0]])
def test_whoever_may_no_more_once_the_password_was_looked_at_approves_nothing(tmp_path, change, request_of):
    path = tmp_path / "operators.db"
    marie = supervisor(path)
    assert CHANGES[change](Operators(path))
    assert not Approvals(path).approve(marie, 45_00, request_of)
    assert Approvals(path).take(REQUESTS[0], 1, bytes(32)) is None


@pytest.mark.parametrize("role", [Role.CASHIER, Role.IT, Role.PRIVACY_OFFICER])
def test_no_other_role_approves(tmp_path, role):
    path = tmp_path / "operators.db"
    supervisor(path)
    Operators(path).set_roles(7, frozenset({role}))
    found = Operators(path).find(7)
    assert found is not None
    assert not Approvals(path).approve(found, 1)
    assert not Approvals(path).approve(replace(found, roles=frozenset({Role.SUPERVISOR})), 1), "as the store has it"
