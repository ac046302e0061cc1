"""pos-bridge-sim, with its engine's disk recorded: python -P recorded_store.py RECORDER ENGINE STORE-ARGUMENTS...

ENGINE is "shipped" or the path of a program that stands in for it. The shipped one begins warm (tests/warm).
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial

from hw_sim.cli.main import main
from hw_sim.store import supervisor
from hw_sim.store.engine import engine_command
from hw_sim.store.layout import Layout
from tests.power.recorder import recorded
from tests.warm import child


def command(recorder: str, engine: str, layout: Layout) -> tuple[str, ...]:
    python, safe, *module, run, option, config = engine_command(layout)
    assert module == ["-m", "pos_bridge"]
    return recorded(recorder, (python, safe, engine, run, option, config))


def command_for(recorder: str, engine: str) -> Callable[[Layout], Sequence[str]]:
    if engine != "shipped":
        return partial(command, recorder, engine)
    child.instead()
    return partial(child.command, recorder=recorder)


if __name__ == "__main__":
    supervisor.run = partial(supervisor.run, command=command_for(sys.argv.pop(1), sys.argv.pop(1)))
    sys.exit(main())
