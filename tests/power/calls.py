"""The system calls by which a program changes a disk, by number, and the filter that announces them to a recorder.

The kernel (seccomp, since Linux 5.5) holds a thread at such a call until the recorder lets it go on. The program is
left as it is: it is started under the filter and knows nothing of it. Numbers are from the kernel's asm/unistd.h.
"""

import ctypes
import os
import struct

_X86_64 = {
    "write": 1, "open": 2, "pwrite64": 18, "writev": 20, "sendfile": 40, "fsync": 74, "fdatasync": 75, "truncate": 76,
    "ftruncate": 77, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88,
    "sync": 162, "openat": 257, "mkdirat": 258, "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266,
    "splice": 275, "sync_file_range": 277, "fallocate": 285, "pwritev": 296, "syncfs": 306, "renameat2": 316,
    "seccomp": 317, "copy_file_range": 326, "pwritev2": 328, "openat2": 437,
}  # fmt: skip
_AARCH64 = {
    "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "truncate": 45, "ftruncate": 46,
    "fallocate": 47, "openat": 56, "write": 64, "writev": 66, "pwrite64": 68, "pwritev": 70, "sendfile": 71,
    "splice": 76, "sync": 81, "fsync": 82, "fdatasync": 83, "sync_file_range": 84, "syncfs": 267, "renameat2": 276,
    "seccomp": 277, "copy_file_range": 285, "pwritev2": 287, "openat2": 437,
}  # fmt: skip
_MACHINES = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}
AUDIT, NUMBERS = _MACHINES[os.uname().machine]
NAMES = {number: name for name, number in NUMBERS.items() if name != "seccomp"}

O_CHANGES = os.O_CREAT | os.O_TRUNC
_FLAGS_AT = {"open": 1, "openat": 2}  # which argument; only those that make or empty a file are announced

_ALLOW, _ANNOUNCE = 0x7FFF0000, 0x7FC00000  # SECCOMP_RET_ALLOW, SECCOMP_RET_USER_NOTIF
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _AUDIT_AT, _ARGUMENTS_AT = 0, 4, 16  # struct seccomp_data
_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8


def announce() -> int:
    """From now on, for good and for all that is started: announced to whoever reads the descriptor that this gives."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no-new-privileges refused")
    program = _filter()
    steps = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(steps))
    listener = int(libc.syscall(NUMBERS["seccomp"], _SET_MODE_FILTER, _NEW_LISTENER, header))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "the kernel takes no filter that announces")
    return listener


def _filter() -> bytes:
    steps = [_step(_LOAD, _AUDIT_AT), _step(_EQUAL, AUDIT, 1, 0), _step(_RETURN, _ALLOW), _step(_LOAD, _NUMBER_AT)]
    for number, name in NAMES.items():
        block = [_step(_RETURN, _ANNOUNCE)]
        if name in _FLAGS_AT:
            flags = _step(_LOAD, _ARGUMENTS_AT + 8 * _FLAGS_AT[name])
            block = [flags, _step(_ANY_BIT, O_CHANGES, 1, 0), _step(_RETURN, _ALLOW), *block]
        steps += [_step(_EQUAL, number, 0, len(block)), *block]
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _step(code: int, operand: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when_true, when_false, operand)
