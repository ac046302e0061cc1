"""Every schedule of a story within its bounds: run one, then each other thing that its new choice points allow.

Two schedules that reach the same state of the world at a restart, with the same faults left, have the same futures: the
second ends there. A test shows that this hides nothing.
"""

import gc
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from operator import ge
from typing import Any

from tests.explorer.choices import Chooser, Dice, Kind, Schedule, Script, written
from tests.explorer.loop import StuckError
from tests.explorer.promises import broken
from tests.explorer.world import Model, PrunedError, World

REAL = Model()
_BETWEEN_SWEEPS = 25  # schedules: dead engines are full of cycles, and so many still fit into a processor's cache


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most of each kind of fault in one schedule."""

    crashes: int = 0
    net: int = 0
    disk: int = 0

    def budget(self) -> dict[Kind, int]:
        return {Kind.CRASH: self.crashes, Kind.NET: self.net, Kind.DISK: self.disk}

    def __str__(self) -> str:
        return f"{self.crashes} crashes, {self.net} network" + (f", {self.disk} disk" if self.disk else "")


@dataclass(frozen=True, slots=True)
class Story:
    """What happens at a till. `bounds` are those of CI."""

    name: str
    tell: Callable[[World], Coroutine[Any, Any, None]]
    bounds: Bounds
    model: Model = REAL
    long: Bounds = Bounds(5, 6)  # of its random runs


@dataclass(slots=True)
class Result:
    """`schedules` were run, `pruned` of them only up to a state that was seen; `found`: those that broke a promise."""

    schedules: int = 0
    pruned: int = 0
    found: list[tuple[Schedule, list[str]]] = field(default_factory=list)
    ends: set[str] = field(default_factory=set)


def run_story(story: Story, chooser: Chooser, **how: Any) -> tuple[World, list[str]]:
    """One schedule to its end: the world, and the promises that it broke. Raises PrunedError."""
    world = World(chooser, story.model, **how)
    try:
        world.run(story.tell)
    except StuckError as stuck:
        return world, [*broken(world), f"P6 the story does not come to an end: {stuck}"]
    return world, broken(world)


def explore(
    story: Story,
    bounds: Bounds | None = None,
    *,
    prune: bool = True,
    until: Callable[[list[str]], bool] = lambda _: False,
    ends: bool = False,
) -> Result:
    """All schedules, but none after one whose faults are enough (`until`).

    With `ends` the result holds how each schedule that was not pruned came out, as a till and a processor see it.
    """
    search = _Search(story, ends=ends, prune=prune)
    todo: deque[tuple[Schedule, dict[Kind, int]]] = deque([((), (bounds or story.bounds).budget())])
    gc.collect()
    gc.freeze()  # what was there before is not looked at again and again, by this or by what runs behind it
    gc.disable()
    try:
        while todo:
            schedule, left = todo.popleft()
            script = Script(schedule)
            if until(search.run(script, schedule, left)):
                break
            todo += _options(script, schedule, left)
    finally:
        gc.enable()
    return search.result


class _Search:
    """What was found so far, and which states were seen with which faults left."""

    def __init__(self, story: Story, *, ends: bool, prune: bool) -> None:
        self._story = story
        self._ends = ends
        self._prune = prune
        self._seen: dict[bytes, list[tuple[int, ...]]] = {}
        self.result = Result()

    def run(self, script: Script, schedule: Schedule, left: dict[Kind, int]) -> list[str]:
        """One schedule: what it broke."""
        result = self.result
        result.schedules += 1
        if result.schedules % _BETWEEN_SWEEPS == 0:
            gc.collect(0)
        try:
            world, faults = run_story(
                self._story, script, prune=(lambda state: self._known(state, script, left)) if self._prune else None
            )
        except PrunedError:
            result.pruned += 1
            return []
        if faults:
            result.found.append((schedule, faults))
        if self._ends:
            result.ends.add(_end(world))
        return faults

    def _known(self, state: bytes, script: Script, left: dict[Kind, int]) -> bool:
        """Whether all that can follow was seen, or will be: this state, with no fewer faults left."""
        if not script.new:
            return False
        now, before = tuple(left.values()), self._seen.setdefault(state, [])
        if any(all(map(ge, then, now)) for then in before):
            return True
        before.append(now)
        return False


def _options(script: Script, schedule: Schedule, left: dict[Kind, int]) -> list[tuple[Schedule, dict[Kind, int]]]:
    """One schedule for each other option at each choice point behind the end of this one, as far as it is allowed."""
    more = []
    for point, kind, options in script.open:
        if kind is not Kind.PLAN and not left[kind]:
            continue
        rest = left if kind is Kind.PLAN else {**left, kind: left[kind] - 1}
        more += [((*schedule, (point, option)), rest) for option in range(1, options)]
    return more


def _end(world: World) -> str:
    told = [type(request.final).__name__ for request in world.till.requests]
    return f"{told} {sorted((held.state, held.moved) for held in world.processor.held.values())}"


def by_chance(story: Story, seed: int, bounds: Bounds) -> tuple[Schedule, list[str]]:
    """One long schedule, thrown by dice: itself, and the promises that it broke."""
    dice = Dice(seed, bounds.budget(), {Kind.CRASH: 0.05, Kind.NET: 0.1, Kind.DISK: 0.05})
    _, faults = run_story(story, dice)
    return dice.schedule, faults


def replay(story: Story, schedule: Schedule) -> tuple[list[str], list[str]]:
    """The trace of one schedule, and the promises that it broke."""
    world, faults = run_story(story, Script(schedule), traced=True)
    return world.ground.trace or [], faults


def line_for(story: Story, schedule: Schedule) -> str:
    """The one line that replays it."""
    return f"python -m tests.explorer replay '{story.name}:{written(schedule)}'"
