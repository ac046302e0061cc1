"""pos-bridge-sim, with its engine's disk recorded: python -P recorded_store.py RECORDER ENGINE STORE-ARGUMENTS...

ENGINE is "shipped" or the path of a program that stands in for it.
"""

import sys
from functools import partial

from hw_sim.cli.main import main
from hw_sim.store import supervisor
from hw_sim.store.engine import engine_command
from hw_sim.store.layout import Layout
from tests.power.recorder import recorded


def command(recorder: str, engine: str, layout: Layout) -> tuple[str, ...]:
    python, safe, *module, run, option, config = engine_command(layout)
    assert module == ["-m", "pos_bridge"]
    program = module if engine == "shipped" else [engine]
    return recorded(recorder, (python, safe, *program, run, option, config))


if __name__ == "__main__":
    supervisor.run = partial(supervisor.run, command=partial(command, sys.argv.pop(1), sys.argv.pop(1)))
    sys.exit(main())
