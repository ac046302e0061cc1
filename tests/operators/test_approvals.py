"""A supervisor's approval, in whatever order things happen: never used twice, never for more, never once it is over."""

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.operators.approvals import GOOD_FOR_MS, Approvals
from pos_bridge.operators.since import Moment

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
    ),
    max_size=25,
)


class World:
    """Beside the store: what was approved when, and which request took how much."""

    def __init__(self, path) -> None:
        self.path = path
        self.moment = Moment(os.urandom(16), 0)
        self.approvals = Approvals(path, lambda: self.moment)
        self.open: list[tuple[Moment, int]] = []
        self.taken: dict[bytes, tuple[Moment, int]] = {}

    def lately(self, made: Moment) -> bool:
        return made.boot == self.moment.boot and self.moment.at_ms - made.at_ms < GOOD_FOR_MS

    def good(self, cents: int) -> list[tuple[Moment, int]]:
        return sorted(
            (each for each in self.open if each[1] >= cents and self.lately(each[0])), key=lambda each: each[1]
        )

    def step(self, what: str, value) -> None:
        match what:
            case "approve":
                self.approvals.approve(7, value)
                self.open.append((self.moment, value))
            case "approve for":
                request, cents = value
                self.approvals.approve(7, cents, request)
                self.taken[request] = (self.moment, cents)
            case "refund":
                self.refund(*value)
            case "later":
                self.moment = replace(self.moment, at_ms=self.moment.at_ms + value)
            case "boot":
                self.moment = Moment(os.urandom(16), value)
            case "restart":
                self.approvals = Approvals(self.path, lambda: self.moment)
            case _:
                self.approvals.tidy()

    def refund(self, request: bytes, cents: int) -> None:
        allowed = self.approvals.take(request, cents) is not None
        if request in self.taken and self.lately(self.taken[request][0]):
            assert allowed is (cents <= self.taken[request][1]), "its own again, and never for more"
            return
        fit = self.good(cents)
        assert allowed is bool(fit)
        if allowed:
            smallest = next(each for each in fit if each[1] == fit[0][1])
            self.open.remove(smallest)
            self.taken[request] = smallest


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_any_interleaving(tmp_path_factory, steps):
    world = World(tmp_path_factory.mktemp("approvals") / "operators.db")
    for what, value in steps:
        world.step(what, value)


@pytest.mark.parametrize("cents", [0, -1, 100_000_000])
def test_an_approval_is_of_an_amount(tmp_path, cents):
    with pytest.raises(ValueError, match="amount"):
        Approvals(tmp_path / "operators.db").approve(7, cents)
