"""pos-bridge-sim, with stand_in_engine.py instead of the engine.

TAKEN_PORT: the first port that is chosen is this one, as if another program had been faster at it. IMPATIENT: an
engine is given a moment where it usually has seconds.
"""

import os
import sys
from functools import partial
from pathlib import Path

from hw_sim.cli.main import main
from hw_sim.store import engine, port, supervisor
from hw_sim.store.layout import Layout


def command(layout: Layout) -> tuple[str, ...]:
    stand_in = Path(__file__).with_name("stand_in_engine.py")
    return (sys.executable, os.fspath(stand_in), os.fspath(layout.config))


def rob(taken: int) -> None:
    free = port.choose
    first = [taken]

    def choose(kept: Path) -> int:
        return first.pop() if first else free(kept)

    port.choose = choose


if __name__ == "__main__":
    supervisor.run = partial(supervisor.run, command=command)
    if "TAKEN_PORT" in os.environ:
        rob(int(os.environ["TAKEN_PORT"]))
    if "IMPATIENT" in os.environ:
        engine.START_LIMIT_S = engine.STOP_PATIENCE_S = 0.5
    sys.exit(main())
