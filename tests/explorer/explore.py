"""Every schedule of a story within its bounds, depth first: run one, then each other thing its new choice points allow.

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
_BETWEEN_SWEEPS = 200  # schedules: dead engines are full of cycles


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
    parts: int = 1  # tests that share it


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
    part: tuple[int, int] = (0, 1),
    prune: bool = True,
    enough: int | None = None,
    ends: bool = False,
) -> Result:
    """All schedules, or the part of them that part[0] of part[1] equal shares is; at most `enough` violations.

    With `ends` the result holds how each schedule that was not pruned came out, as a till and a processor see it.
    """
    result = Result()
    seen: dict[bytes, list[tuple[int, ...]]] = {}  # with which faults left
    todo: deque[tuple[Schedule, dict[Kind, int]]] = deque([((), (bounds or story.bounds).budget())])
    gc.collect()
    gc.freeze()  # what was there before is not looked at again and again
    gc.disable()
    try:
        while todo and (enough is None or len(result.found) < enough):
            schedule, left = todo.popleft()
            script = Script(schedule)

            def known(state: bytes, script: Script = script, left: dict[Kind, int] = left) -> bool:
                if not script.new:
                    return False
                now, before = tuple(left.values()), seen.setdefault(state, [])
                if any(all(map(ge, then, now)) for then in before):
                    return True
                before.append(now)
                return False

            result.schedules += 1
            if result.schedules % _BETWEEN_SWEEPS == 0:
                gc.collect()
            try:
                world, faults = run_story(story, script, prune=known if prune else None)
            except PrunedError:
                result.pruned += 1
            else:
                if faults:
                    result.found.append((schedule, faults))
                if ends:
                    result.ends.add(_end(world))
            options = _options(script, schedule, left)
            todo += options[part[0] :: part[1]] if not schedule else options
    finally:
        gc.enable()
        gc.unfreeze()
    return result


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
