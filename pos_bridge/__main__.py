"""`python -m pos_bridge` is `pos-bridge`."""

import sys

from pos_bridge.cli.main import main

sys.exit(main())
