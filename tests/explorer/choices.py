"""What may go one way or another: numbered choice points, and every schedule that bounded faults can make of them.

A schedule is the choices that were not the usual one: `12=3,17=1` says that at choice point 12 the third other thing
happened, at 17 the first, and everywhere else the usual. The numbers depend on nothing but what happened before, so a
schedule replays whatever the bounds were under which it was found.
"""

import random
import re
from collections.abc import Callable
from enum import Enum
from typing import Protocol


class Kind(Enum):
    """What a choice costs: one of that budget, or nothing for a plan (what people do is not a fault)."""

    PLAN = "plan"
    CRASH = "crash"
    NET = "net"
    DISK = "disk"


Schedule = tuple[tuple[int, int], ...]  # (choice point, option), options from 1; ascending
Label = Callable[[int], str]

_ONE = re.compile(r"(\d+)=(\d+)")


def written(schedule: Schedule) -> str:
    return ",".join(f"{point}={option}" for point, option in schedule) or "-"


def parsed(text: str) -> Schedule:
    """Raises ValueError for anything that `written` does not write."""
    if text == "-":
        return ()
    found = [_ONE.fullmatch(part) for part in text.split(",")]
    if not all(found):
        raise ValueError("a schedule is written as 12=3,17=1, or as - where nothing unusual happens")
    return tuple((int(one[1]), int(one[2])) for one in found if one is not None)


class Chooser(Protocol):
    def take(self, kind: Kind, options: int, state: object = None) -> int:
        """0 is the usual. `state`: two crash points in a row with the same one lead to the same world."""


class Script:
    """Follows a schedule, and the usual where that says nothing. Remembers every choice point behind its end."""

    def __init__(self, schedule: Schedule) -> None:
        self._wanted = dict(schedule)
        self._last = schedule[-1][0] if schedule else -1
        self.made: list[tuple[Kind, int, int]] = []  # kind, options, taken
        self.open: list[tuple[int, Kind, int]] = []  # point, kind, options: alternatives that nobody tried yet
        self._state: object = None

    @property
    def new(self) -> bool:
        """Whether the choice just made was the last one of the schedule: what follows was not seen by its parent."""
        return len(self.made) - 1 == self._last

    def take(self, kind: Kind, options: int, state: object = None) -> int:
        point = len(self.made)
        taken = self._wanted.get(point, 0)
        if taken >= options:
            raise ValueError(f"choice point {point} has {options} options: this schedule is of another program")
        if point > self._last and not (state is not None and state == self._state):
            self.open.append((point, kind, options))
        if state is not None:
            self._state = state
        self.made.append((kind, options, taken))
        return taken


class Dice:
    """Throws dice at every choice point, within a budget for each kind; remembers the schedule that came of it."""

    def __init__(self, seed: int, budget: dict[Kind, int], odds: dict[Kind, float]) -> None:
        self._random = random.Random(seed)
        self._left = dict(budget)
        self._odds = odds
        self._point = -1
        self._thrown: list[tuple[int, int]] = []

    @property
    def schedule(self) -> Schedule:
        return tuple(self._thrown)

    def take(self, kind: Kind, options: int, state: object = None) -> int:
        self._point += 1
        if kind is Kind.PLAN:
            taken = self._random.randrange(options)
        elif self._left.get(kind, 0) and self._random.random() < self._odds[kind]:
            taken = self._random.randrange(1, options)
            self._left[kind] -= 1
        else:
            taken = 0
        if taken:
            self._thrown.append((self._point, taken))
        return taken
