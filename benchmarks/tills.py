"""Many tills at one terminal: what their questions cost the payment that runs, and what they wait for their answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.figures import Figure, Unit, median, p99
from benchmarks.program import saying_first_line
from benchmarks.store import Store

MANY = 32
_PAUSE_S = 0.25  # a till that polls asks once a second or less often
_BLOCKS = 4  # of each, taking turns


@dataclass(slots=True)
class Polled:
    """Seconds: of each poll, and of each sale meanwhile from the swipe to its answer."""

    polls: list[float] = field(default_factory=list)
    sales: list[float] = field(default_factory=list)


def tills(store: Store, pay: Callable[[int], Sequence[float]], rounds: int) -> list[Figure]:
    """`pay` makes so many card sales, and tells of each the seconds from its swipe to its answer."""
    seen = {1: Polled(), MANY: Polled()}
    blocks = min(_BLOCKS, rounds)
    for _ in range(blocks):
        for count, polled in seen.items():
            command = ["-m", "benchmarks.polls", *map(str, (*store.door, count, _PAUSE_S))]
            with saying_first_line(*command) as (process, _, _):
                polled.sales += pay(rounds // blocks)
                told, _ = process.communicate()
            polled.polls += [int(each) / 1e6 for each in told.split()]
    one, many = seen[1], seen[MANY]
    us, of_one = Unit.MICROSECONDS, "the same with one till that polls"
    title = f"{MANY} tills' status polls while a payment runs, p50"
    return [
        Figure(title, us, median(many.polls), median(one.polls), of_one),
        Figure("  their p99", us, p99(many.polls), p99(one.polls), of_one),
        Figure("  the payment meanwhile, swipe to answer, p50", us, median(many.sales), median(one.sales), of_one),
    ]
