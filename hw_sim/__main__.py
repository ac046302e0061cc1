"""`python -m hw_sim` is `pos-bridge-sim`."""

import sys

from hw_sim.cli.main import main

sys.exit(main())
