"""pos-bridge-sim, whose engines begin warm (engines.py): python -P store.py STORE-ARGUMENTS...

For the stores of tests that have theirs killed and started again and again: loading its modules is nine tenths of what
a start costs. How an engine begins from nothing is seen in every other store.
"""

import os
import sys
from functools import partial
from pathlib import Path

from hw_sim.cli.main import main
from hw_sim.store import supervisor
from tests.warm import child

WARM = (sys.executable, "-P", os.fspath(Path(__file__)))

if __name__ == "__main__":
    child.instead()
    supervisor.run = partial(supervisor.run, command=child.command)
    sys.exit(main())
