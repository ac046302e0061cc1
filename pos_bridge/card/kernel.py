"""Linux system calls that Python has no function for, by number: x86_64 and aarch64.

Numbers are from the kernel's asm/unistd.h; a machine that is not in the table gets no room, since its filter could not
be written.
"""

import ctypes
import os
from dataclasses import dataclass

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor architecture as the kernel's audit names it, and its system call numbers."""

    audit: int
    numbers: dict[str, int]


_X86_64 = {
    "read": 0, "write": 1, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7, "lseek": 8, "mmap": 9,
    "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "readv": 19,
    "select": 23, "sched_yield": 24, "mremap": 25, "madvise": 28, "getpid": 39, "socket": 41, "connect": 42,
    "sendto": 44, "recvfrom": 45, "exit": 60, "fcntl": 72, "flock": 73, "readlink": 89, "capset": 126, "prctl": 157,
    "gettid": 186, "futex": 202, "restart_syscall": 219, "clock_gettime": 228, "exit_group": 231, "openat": 257,
    "newfstatat": 262, "readlinkat": 267, "pselect6": 270, "ppoll": 271, "pipe2": 293, "prlimit64": 302,
    "seccomp": 317, "getrandom": 318, "landlock_create_ruleset": 444, "landlock_add_rule": 445,
    "landlock_restrict_self": 446, "memfd_secret": 447,
}  # fmt: skip
_AARCH64 = {
    "fcntl": 25, "ioctl": 29, "flock": 32, "openat": 56, "close": 57, "pipe2": 59, "lseek": 62, "read": 63,
    "write": 64, "readv": 65, "pselect6": 72, "ppoll": 73, "readlinkat": 78, "newfstatat": 79, "fstat": 80,
    "capset": 91, "exit": 93, "exit_group": 94, "futex": 98, "clock_gettime": 113, "sched_yield": 124,
    "restart_syscall": 128, "rt_sigprocmask": 135, "rt_sigreturn": 139, "getpid": 172, "gettid": 178, "socket": 198,
    "connect": 203, "sendto": 206, "recvfrom": 207, "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222,
    "mprotect": 226, "madvise": 233, "prctl": 167, "prlimit64": 261, "seccomp": 277, "getrandom": 278,
    "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446, "memfd_secret": 447,
}  # fmt: skip
MACHINES = {
    "x86_64": Machine(0xC000003E, _X86_64),
    "aarch64": Machine(0xC00000B7, _AARCH64),
}


_HERE = MACHINES.get(os.uname().machine)


def machine() -> Machine:
    """The one we run on. Raises OSError when there is no table for it."""
    if _HERE is None:
        raise OSError("no system call table for this machine")
    return _HERE


def syscall(name: str, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
    """Raises OSError with the kernel's errno."""
    words = [argument if isinstance(argument, ctypes.Array) else _word(argument) for argument in arguments]
    answer: int = _LIBC.syscall(_word(machine().numbers[name]), *words)
    return _checked(answer)


def prctl(option: int, argument: int = 0) -> int:
    """Raises OSError with the kernel's errno."""
    answer: int = _LIBC.prctl(_word(option), _word(argument), _word(0), _word(0), _word(0))
    return _checked(answer)


def lock_memory(address: int, size: int) -> None:
    """mlock: never to swap. Raises OSError."""
    answer: int = _LIBC.mlock(_word(address), _word(size))
    _checked(answer)


def _word(argument: int | None) -> ctypes.c_ulong:
    return ctypes.c_ulong(argument or 0)


def _checked(answer: int) -> int:
    if answer < 0:
        raise OSError(ctypes.get_errno(), "refused by the kernel")
    return answer
