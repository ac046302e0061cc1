"""A process of the same user without privileges, that tries to read another's memory: neighbour.py PID.

First a victim of its own making that hides nothing, then PID; one line for each way and each of the two.
"""

import ctypes
import os
import struct
import sys
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH, PTRACE_DETACH = 16, 17


def drop_capabilities() -> None:
    """Root without capabilities is a user like any other; the room has dropped its own likewise."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0), 8)
    if libc.capset(header, ctypes.create_string_buffer(24)) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def by_mem(pid: int) -> None:
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        memory.seek(ctypes.addressof(BUFFER))
        memory.read(8)


def by_process_vm_readv(pid: int) -> None:
    word = ctypes.create_string_buffer(8)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(word), 8)
    remote = (ctypes.c_size_t * 2)(ctypes.addressof(BUFFER), 8)
    if libc.process_vm_readv(pid, local, 1, remote, 1, 0) != 8:
        raise OSError(ctypes.get_errno(), "process_vm_readv")


def by_ptrace(pid: int) -> None:
    if libc.ptrace(PTRACE_ATTACH, pid, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    os.waitpid(pid, 0x40000000)  # __WALL
    libc.ptrace(PTRACE_DETACH, pid, 0, 0)


BUFFER = ctypes.create_string_buffer(b"secret!!", 8)
WAYS = {"mem": by_mem, "process_vm_readv": by_process_vm_readv, "ptrace": by_ptrace}


def main(room: int) -> None:
    drop_capabilities()
    held, hold = os.pipe()
    sys.stdout.flush()
    victim = os.fork()  # the same program at the same addresses, and nothing hidden
    if victim == 0:
        os.close(hold)
        os.read(held, 1)  # until the parent ends
        os._exit(0)
    for name, pid in (("victim", victim), ("room", room)):
        for way, attack in WAYS.items():
            try:
                attack(pid)
                outcome = "read"
            except PermissionError:
                outcome = "refused"
            sys.stdout.write(f"{way} {name} {outcome}\n")
    os.close(hold)
    os.waitpid(victim, 0)


main(int(sys.argv[1]))
