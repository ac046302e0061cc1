"""pos-bridge-sim, with naive_engine.py instead of the engine."""

import os
import sys
from functools import partial
from pathlib import Path

from hw_sim.cli.main import main
from hw_sim.store import supervisor
from hw_sim.store.layout import Layout


def command(layout: Layout) -> tuple[str, ...]:
    naive = Path(__file__).with_name("naive_engine.py")
    return (sys.executable, "-P", os.fspath(naive), os.fspath(layout.config))


if __name__ == "__main__":
    supervisor.run = partial(supervisor.run, command=command)
    sys.exit(main())
