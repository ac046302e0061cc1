"""Runs a command on a kernel that answers some system calls as one that does not know them: older_kernel.py CALLS CMD.

So the room's ways around what a kernel lacks are shown without another kernel and without a switch in the product.
"""

import ctypes
import os
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pos_bridge.card.kernel import machine, prctl, syscall

ENOSYS = 0x00050000 | 38
ALLOW = 0x7FFF0000
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_SET_MODE_FILTER = 1


def main(calls: str, command: list[str]) -> None:
    numbers = machine().numbers
    program = struct.pack("=HBBI", 0x20, 0, 0, 0)
    for call in calls.split(","):
        program += struct.pack("=HBBI", 0x15, 0, 1, numbers[call]) + struct.pack("=HBBI", 0x06, 0, 0, ENOSYS)
    program += struct.pack("=HBBI", 0x06, 0, 0, ALLOW)
    steps = ctypes.create_string_buffer(program, len(program))
    filter_ = struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(steps))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    syscall("seccomp", SECCOMP_SET_MODE_FILTER, 0, ctypes.create_string_buffer(filter_, len(filter_)))
    os.execve(command[0], command, {"LD_BIND_NOW": "1"})


main(sys.argv[1], sys.argv[2:])
