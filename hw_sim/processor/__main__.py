"""python -m hw_sim.processor FOLDER: runs the simulated processor of a folder until SIGTERM.

With --parent PID it ends (SIGKILL) with the process that started it, and does not start when that is gone already.
"""

import argparse
import asyncio
import ctypes
import os
import signal
import sys
from pathlib import Path

from hw_sim.processor import environment

_PR_SET_PDEATHSIG = 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m hw_sim.processor", description=__doc__)
    parser.add_argument("folder", type=Path, help="the processor's folder in an enrolled world")
    parser.add_argument("--parent", type=int, metavar="PID", help="end with this process, which started us")
    arguments = parser.parse_args()
    if arguments.parent is not None and not _die_with(arguments.parent):
        return 1
    environment.prepare()
    from hw_sim.processor.ledger import OtherVersionError  # noqa: PLC0415 - beside the others
    from hw_sim.processor.listener import PortTakenError  # noqa: PLC0415 - grpc reads the environment when imported
    from hw_sim.processor.run import AlreadyRunningError, run  # noqa: PLC0415 - as above

    try:
        asyncio.run(run(arguments.folder))
    except AlreadyRunningError:
        return _refuse("a simulated processor runs in this folder already")
    except OtherVersionError as error:
        return _refuse(f"{error} was made by another version of the simulator: delete it, and ledger.mark beside it")
    except PortTakenError as error:
        return _refuse(f"another program listens on {error}, the port of this processor")
    except FileNotFoundError as error:
        return _refuse(f"{error.filename} is missing: enrol a till first (hw_sim.world.enrol)")
    return 0


def _refuse(words: str) -> int:
    print(f"processor: {words}", file=sys.stderr)
    return 1


def _die_with(parent: int) -> bool:
    """Whether the parent is still there, now that its end would reach us."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent


if __name__ == "__main__":
    sys.exit(main())
