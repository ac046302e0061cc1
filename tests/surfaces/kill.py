"""`make kill N=500`: the real engine crashed N times at random, one line each, and a count at the end.

python -m tests.surfaces.kill --cycles N [--seed S]   a line begins with its seed: --cycles 1 --seed S is it again
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.surfaces.crash import Arena, arena
from tests.surfaces.points import ANSWERED, CARD, LEDGER, After, Commit, Plan, Point
from tests.surfaces.stories import STORIES

_FAULTS = ("approve", "approve", "approve", "delay", "drop-response", "drop-request", "duplicate", "decline")
_WHERE = ("first", "half", "sync")
_MOST_STEPS = 6  # of a story, or of a start


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.surfaces.kill", description=__doc__)
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None, help="of the first cycle; each next one has the next")
    arguments = parser.parse_args()
    first = int(time.time()) if arguments.seed is None else arguments.seed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # by way of every block that cleans up
    sys.stderr = os.fdopen(os.dup(2), "w")  # the stores' own words about engines that ended are no news
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    violations = 0
    kills = asked = approved = 0
    seeds = iter(range(first, first + arguments.cycles))
    while (left := next(seeds, None)) is not None:
        with tempfile.TemporaryDirectory(prefix="kill-") as folder, arena(Path(folder) / "store") as store:
            seed: int | None = left
            while seed is not None:
                if not cycle(store, seed):
                    violations += 1
                    break  # its accounts do not agree any more: the next cycle has a store of its own
                seed = next(seeds, None)
            kills, asked, approved = (
                kills + store.count.kills,
                asked + store.count.asked,
                approved + store.count.approved,
            )
    say(f"{kills} kills, {asked} movements asked for, {approved} approved, {violations} violations")
    sys.exit(1 if violations else 0)


def cycle(store: Arena, seed: int) -> bool:
    """One crash. False: the accounts do not agree."""
    chance = Random(seed)
    plan = planned(chance)
    try:
        came_of_it = store.crash(STORIES[plan.story], plan, chance, missed=True)
    except AssertionError as error:
        say(f"{seed}  VIOLATION  {plan}: {error}")
        return False
    say(f"{seed}  {plan}: {came_of_it}")
    return True


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def planned(chance: Random) -> Plan:
    fault = chance.choice(_FAULTS)
    return Plan(
        story=chance.choice(sorted(STORIES)),
        point=_point(chance),
        fault=fault,
        seconds=0.3 if fault == "delay" else None,
        power=chance.random() < 0.5,
        again=_point(chance, CARD, LEDGER, ANSWERED) if chance.random() < 0.3 else None,
    )


def _point(chance: Random, *but: Point) -> Point:
    points: list[Point] = [
        Commit(chance.randrange(_MOST_STEPS), chance.choice(_WHERE)),
        Commit(chance.randrange(_MOST_STEPS), chance.choice(_WHERE)),
        After(chance.uniform(0.0, 1.2)),
        *(point for point in (CARD, LEDGER, ANSWERED) if point not in but),
    ]
    return chance.choice(points)


if __name__ == "__main__":
    main()
