"""Run a program that dies with its parent: python -I -S tether.py PARENT_PID PROGRAM [ARGUMENT ...]

A store that is killed must not leave an engine behind. The kernel's death signal survives exec but not a fork, so this
program asks for it and becomes the other one; asking between fork and exec in the parent could deadlock.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before the kernel was asked
        sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 - the program that the store was told to start, without a shell


if __name__ == "__main__":
    main()
