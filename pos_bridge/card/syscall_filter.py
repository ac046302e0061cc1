"""The seccomp filter: a list of what a room may ask of the kernel, in two stages; all else is refused.

Stage one stands before the ask: devices can still be opened, nothing can be created. Stage two stands once the port is
open: bytes in and out of what is open, memory, time, and the end. A room for chips may, in stage one, connect to
a socket of this machine, where pcscd listens, and poll and send on what it has connected in both. What is not on the
list answers EPERM instead of ending the room: a C library that tries a newer call first and has an older one to fall
back to goes on working. A call made through another architecture's table ends the process, as the numbers mean
something else there.
"""

import ctypes
import struct
from dataclasses import dataclass

from pos_bridge.card.kernel import Machine, machine, syscall

_PROT_EXEC = 0x4
_PR_SET_PDEATHSIG = 1
_AF_UNIX = 1
_O_CREAT, _O_TRUNC, _O_TMPFILE = 0x40, 0x200, 0x400000
_TTY_REQUESTS = (
    0x5401, 0x5402, 0x5403, 0x5404,  # TCGETS, TCSETS, TCSETSW, TCSETSF
    0x802C542A, 0x402C542B, 0x402C542C, 0x402C542D,  # the same with a "2" (glibc since 2.42)
    0x540B, 0x5415, 0x5416, 0x5417, 0x5418,  # TCFLSH, TIOCMGET, TIOCMBIS, TIOCMBIC, TIOCMSET
)  # fmt: skip
_FCNTL_COMMANDS = (1, 2, 3, 4)  # F_GETFD, F_SETFD, F_GETFL, F_SETFL


@dataclass(frozen=True, slots=True)
class Without:
    """Allow a call unless its argument (0..5) has one of these bits."""

    argument: int
    bits: int


@dataclass(frozen=True, slots=True)
class Only:
    """Allow a call when its argument (0..5) is one of these."""

    argument: int
    values: tuple[int, ...]


Rule = Without | Only | None  # None: allow it whatever its arguments

# What a frame's way from the port to the sealed answer needs, the commonest first.
_ALWAYS: dict[str, Rule] = {
    "pselect6": None,
    "select": None,
    "readv": None,
    "read": None,
    "write": None,
    "clock_gettime": None,
    "futex": None,
    "getrandom": None,
    "brk": None,
    "mmap": Without(2, _PROT_EXEC),
    "mprotect": Without(2, _PROT_EXEC),
    "munmap": None,
    "mremap": None,
    "madvise": None,
    "close": None,
    "getpid": None,
    "gettid": None,
    "sched_yield": None,
    "rt_sigprocmask": None,
    "rt_sigreturn": None,
    "restart_syscall": None,
    "exit": None,
    "exit_group": None,
}
_OPENING: dict[str, Rule] = {
    "openat": Without(2, _O_CREAT | _O_TRUNC | _O_TMPFILE),
    "newfstatat": None,
    "fstat": None,
    "stat": None,
    "lstat": None,
    "readlink": None,
    "readlinkat": None,
    "lseek": None,
    "flock": None,
    "pipe2": None,
    "fcntl": Only(1, _FCNTL_COMMANDS),
    "ioctl": Only(1, _TTY_REQUESTS),
    "prlimit64": Only(0, (0,)),  # one's own limits: a lowered hard limit never rises again
    "prctl": Only(0, (_PR_SET_PDEATHSIG,)),
    "seccomp": None,  # for stage two; a filter can only be added to
}
# What libpcsclite talks to its daemon with, once it is connected; and to be connected, before there is a card.
_TALKING: dict[str, Rule] = {"poll": None, "ppoll": None, "sendto": None, "recvfrom": None}
_CONNECTING: dict[str, Rule] = {"socket": Only(0, (_AF_UNIX,)), "connect": None}
STAGE_ONE = _ALWAYS | _OPENING
STAGE_TWO = _ALWAYS
CHIP_STAGE_ONE = STAGE_ONE | _TALKING | _CONNECTING
CHIP_STAGE_TWO = STAGE_TWO | _TALKING

_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # SECCOMP_RET_ALLOW, _ERRNO with EPERM, _KILL_PROCESS
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _AUDIT_AT, _ARGUMENTS_AT = 0, 4, 16  # struct seccomp_data
_X32_BIT = 0x40000000
_SET_MODE_FILTER = 1


def assemble(stage: dict[str, Rule], on: Machine) -> bytes:
    """The filter as struct sock_filter. Arguments are compared by their low 32 bits, all that the kernel looks at."""
    program = [
        _step(_LOAD, _AUDIT_AT),
        _step(_EQUAL, on.audit, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        _step(_AT_LEAST, _X32_BIT, 0, 1),
        _step(_RETURN, _KILL),
    ]
    for name, rule in stage.items():
        if name in on.numbers:
            block = _block(rule)
            program += [_step(_EQUAL, on.numbers[name], 0, len(block)), *block]
    program.append(_step(_RETURN, _REFUSE))
    return b"".join(program)


def install(program: bytes) -> None:
    """Put a filter on, for good. Needs no-new-privileges. Raises OSError."""
    steps = ctypes.create_string_buffer(program, len(program))
    count = len(program) // 8
    syscall("seccomp", _SET_MODE_FILTER, 0, _pointer_to(struct.pack("@HxxxxxxP", count, ctypes.addressof(steps))))


def stage_one(*, chips: bool = False) -> bytes:
    return assemble(CHIP_STAGE_ONE if chips else STAGE_ONE, machine())


def stage_two(*, chips: bool = False) -> bytes:
    return assemble(CHIP_STAGE_TWO if chips else STAGE_TWO, machine())


def _block(rule: Rule) -> list[bytes]:
    match rule:
        case None:
            return [_step(_RETURN, _ALLOW)]
        case Without(argument, bits):
            load = _step(_LOAD, _ARGUMENTS_AT + 8 * argument)
            return [load, _step(_ANY_BIT, bits, 0, 1), _step(_RETURN, _REFUSE), _step(_RETURN, _ALLOW)]
        case Only(argument, values):
            load = _step(_LOAD, _ARGUMENTS_AT + 8 * argument)
            tests = [_step(_EQUAL, value, len(values) - place, 0) for place, value in enumerate(values)]
            return [load, *tests, _step(_RETURN, _REFUSE), _step(_RETURN, _ALLOW)]


def _step(code: int, operand: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when_true, when_false, operand)


def _pointer_to(raw: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(raw, len(raw))
