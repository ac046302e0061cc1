"""Run a program whose every change of a disk is announced: python -P start.py NAME PROGRAM [ARGUMENT ...]

NAME is the recorder's abstract socket. The filter is put on, its listener handed over, and this becomes the program.
"""

import os
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.power import calls


def announced_to(name: str) -> None:
    """From now on what this process changes is announced to the recorder of that name."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as recorder:
        recorder.connect(f"\0{name}")
        listener = calls.announce()
        socket.send_fds(recorder, [b"listener"], [listener])
        os.close(listener)
        recorder.recv(1)  # it listens


def main() -> None:
    name, program = sys.argv[1], sys.argv[2:]
    announced_to(name)
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
