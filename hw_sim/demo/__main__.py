"""`make demo`: a day at the simulated store, told step by step, and the search for what stayed.

Everything is real but the plastic: the engine, the card room, two serial lines, pcscd, HTTPS, gRPC over mutual TLS.
Exit code 1 if anything is not as told.
"""

import sys
import tempfile
import time
from pathlib import Path

from hw_sim.demo.errors import DemoError
from hw_sim.demo.narrator import READERS
from hw_sim.demo.story import Story
from hw_sim.running import NotReadyError, running_store

_ANSWER_TIMEOUT_S = "2"  # a store waits ten seconds for an answer; nobody wants to watch that three times


def main() -> int:
    began = time.monotonic()
    print("pos-bridge: a till, three card readers and a payment processor, simulated; the software between them, real.")
    readers = [word for reader in READERS for word in ("--reader", reader)]
    with tempfile.TemporaryDirectory(prefix="pos-bridge-demo-") as folder:
        try:
            with running_store(Path(folder), "--answer-timeout", _ANSWER_TIMEOUT_S, "--native", *readers) as store:
                Story(store).day()
        except (DemoError, NotReadyError) as error:
            print(f"\nNOT AS TOLD: {error}", file=sys.stderr)
            return 1
    print(f"\nDone in {time.monotonic() - began:.0f} s. Nothing of it is left on this machine.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
