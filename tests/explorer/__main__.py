"""The explorer by hand: every schedule of a story, long random runs, one schedule as a trace, the table of designs.

python -m tests.explorer                          the stories, with their bounds
python -m tests.explorer run STORY [C,N[,D]]      all schedules within C crashes, N network and D disk faults
python -m tests.explorer seeds N [STORY]          N random long runs (of each story)
python -m tests.explorer replay 'STORY:CHOICES'   one schedule, as a trace
python -m tests.explorer table [C,N]              the wrong designs, and what is found of each
"""

import random
import sys
import time
from collections import Counter

from tests.explorer.choices import parsed
from tests.explorer.explore import Bounds, Story, by_chance, explore, line_for, replay
from tests.explorer.mutants import MUTANTS
from tests.explorer.promises import PROMISES
from tests.explorer.stories import STORIES


def main(arguments: list[str]) -> int:
    match arguments:
        case []:
            return stories()
        case ["run", name, *bounds]:
            return run(known(name), read_bounds(bounds[0]) if bounds else known(name).bounds)
        case ["seeds", count, *names]:
            return seeds(int(count), [known(name) for name in names or STORIES])
        case ["replay", line]:
            name, _, choices = line.rpartition(":")
            return show(known(name), choices)
        case ["table", *bounds]:
            return table(read_bounds(bounds[0] if bounds else "1,1"))
        case _:
            print(__doc__)
            return 2


def known(name: str) -> Story:
    found = STORIES.get(name) or (MUTANTS[name].story if name in MUTANTS else None)
    if found is None:
        sys.exit(f"no such story; there are {', '.join([*STORIES, *MUTANTS])}")
    return found


def read_bounds(text: str) -> Bounds:
    return Bounds(*map(int, text.split(",")))


def stories() -> int:
    for story in STORIES.values():
        print(f"{story.name:24} {story.bounds!s:32} {(story.tell.__doc__ or '').splitlines()[0]}")
    return 0


def run(story: Story, bounds: Bounds) -> int:
    began = time.monotonic()
    result = explore(story, bounds)
    seconds = time.monotonic() - began
    print(f"{story.name}: {result.schedules} schedules ({bounds}), {len(result.found)} violations, {seconds:.0f} s")
    for schedule, faults in result.found[:5]:
        print(line_for(story, schedule))
        print("    " + "\n    ".join(faults))
    return bool(result.found)


def seeds(count: int, of: list[Story]) -> int:
    draw = random.SystemRandom()
    for story in of:
        for _ in range(count):
            seed = draw.randrange(2**32)
            schedule, faults = by_chance(story, seed, story.long)
            if faults:
                print(line_for(story, schedule))
                return 1
        print(f"{story.name}: {count} random runs ({story.long}), no violation")
    return 0


def show(story: Story, choices: str) -> int:
    trace, faults = replay(story, parsed(choices))
    print("\n".join(trace))
    for fault in faults:
        print(f"\nBROKEN  {fault}\n        {PROMISES[fault.split()[0]]}")
    return bool(faults)


def table(bounds: Bounds) -> int:
    """Of each design: how many schedules break a promise, and which."""
    print(f"| design (every schedule of at most {bounds}) | schedules | break a promise | which |\n|---|---|---|---|")
    designs = [(mutant.words, mutant.story, mutant.breaks is not None) for mutant in MUTANTS.values()]
    shipped = [
        (f"**as shipped** ({name})", STORIES[name], False) for name in ("card-repeat", "card-status", "split-two")
    ]
    wrong = 0
    for words, story, is_wrong in [*designs, *shipped]:
        result = explore(story, bounds)
        wrong += bool(result.found) is not is_wrong
        kinds = Counter(kind for _, faults in result.found for kind in {fault.split()[0] for fault in faults})
        which = ", ".join(f"{kind} {count:,}" for kind, count in sorted(kinds.items())) or "-"
        print(f"| {words} | {result.schedules:,} | {len(result.found):,} | {which} |", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
