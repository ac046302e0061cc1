"""pos-bridge-sim, with engine_at.py instead of the engine."""

import os
import sys
from functools import partial
from pathlib import Path

from hw_sim.cli.main import main
from hw_sim.store import supervisor
from hw_sim.store.layout import Layout


def command(layout: Layout) -> tuple[str, ...]:
    program = Path(__file__).with_name("engine_at.py")
    return (sys.executable, "-P", os.fspath(program), os.fspath(layout.config))


if __name__ == "__main__":
    supervisor.run = partial(supervisor.run, command=command)
    sys.exit(main())
