"""Whatever the till's clock does, a row stays for its twelve months and goes after them.

What is granted: a row is as old as the first later day on which the engine ran with a clock that the processor agrees
with (to a day); it goes on the next such day after 12 months of 31 days; and the newest row stays until another is
noted.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.checkout.upkeep import OldEntries
from pos_bridge.domain.audit import Act, Actor, AuditEntry, Role
from pos_bridge.registers.trail_file import Sound, TrailFile, entries, verify

BEGUN = datetime(2026, 11, 23, 12, tzinfo=UTC)
YEAR, MONTHS = 365, 12 * 31
OFF = st.sampled_from([0, 0, 0, 1, -1, 2, 40, -40, 300, -300, 500, 4000, -2400, 26_000])  # days
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("noted"), OFF),
        st.tuples(st.just("noted"), OFF),
        st.tuples(st.just("engine runs"), OFF),
        st.tuples(st.just("engine runs alone"), OFF),
        st.tuples(st.just("later"), st.sampled_from([1, 30, 200, YEAR, MONTHS, 800])),
        st.tuples(st.just("later"), st.sampled_from([1, 30, 200, YEAR, MONTHS, 800])),
    ),
    min_size=4,
    max_size=12,
)


@dataclass
class Till:
    """`day`: the true one, from the beginning. `noted`: on which each row was; `seen`: since when its age counts."""

    path: Path
    day: int = 0
    off: int = 0
    alone: bool = False
    noted: list[int] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.trail = TrailFile(self.path)

    def clock(self) -> datetime:
        return BEGUN + timedelta(days=self.day + self.off)

    def right(self) -> datetime | None:
        return None if self.alone else BEGUN + timedelta(days=self.day)

    async def remove(self, before: date, today: date) -> None:
        self.trail.remove(before, today)

    def step(self, what: str, value: int) -> None:
        if what == "later":
            self.day += value
            return
        self.off, self.alone = value, what == "engine runs alone"
        if what == "noted":
            self.trail.note(AuditEntry(self.clock().date(), Actor(Role.CASHIER, 7), Act.ENROL))
            self.noted.append(self.day)
        else:
            asyncio.run(OldEntries(self.remove, self.clock, self.right, 12).settle())
            if not self.alone and abs(value) <= 1:
                self.looked()

    def looked(self) -> None:
        """The engine ran with a clock that is right, to a day."""
        there = {number for number, _ in entries(self.path)}
        for number, day in enumerate(self.noted, 1):
            if number not in there:
                assert self.day - day >= YEAR, "none goes early"
                continue
            if self.day >= day + 3:  # the days of two right clocks are two days apart at most
                self.seen.setdefault(number, self.day)
            if number != len(self.noted):
                assert self.day - self.seen.get(number, self.day) <= MONTHS + 2, "and none stays longer"


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_twelve_months_whatever_a_clock_does(tmp_path_factory, steps):
    till = Till(tmp_path_factory.mktemp("trail") / "audit.db")
    for what, value in steps:
        till.step(what, value)
    till.step("noted", 26_000)
    till.step("later", 3)
    till.step("engine runs", 0)
    assert isinstance(verify(till.path), Sound)
    till.step("later", MONTHS + 2)
    till.step("noted", 0)
    till.step("engine runs", 0)
    assert [number for number, _ in entries(till.path)] == [len(till.noted)], "of all before nothing is left"
