"""The fence around files: with Landlock (Linux 5.13 and newer) a room reaches devices and nothing else on any disk.

Also no TCP, no abstract sockets and no signals to others, where the kernel's Landlock is new enough to refuse them.
"""

import ctypes
import os
import struct

from pos_bridge.card.kernel import syscall

_CREATE_VERSION = 1
_PATH_BENEATH = 1
_FILES = (1 << 13) - 1  # everything the first version knows
_READ_WRITE = 0b110
_IOCTL_DEVICE = 1 << 15
# From which version on the kernel knows a right: rename across folders, truncate, ioctl on devices.
_LATER_FILES = ((2, 1 << 13), (3, 1 << 14), (5, _IOCTL_DEVICE))
_NET_SINCE, _NET = 4, 0b11  # bind and connect TCP
_SCOPE_SINCE, _SCOPE = 6, 0b11  # abstract unix sockets, signals


def fence() -> bool:
    """Put the fence up. False where the kernel has none, or refuses it. Needs no-new-privileges."""
    try:
        version = syscall("landlock_create_ruleset", None, 0, _CREATE_VERSION)
        files = _FILES
        for since, right in _LATER_FILES:
            files |= right if version >= since else 0
        rights = struct.pack("=Q", files)
        if version >= _NET_SINCE:
            rights += struct.pack("=Q", _NET)
        if version >= _SCOPE_SINCE:
            rights += struct.pack("=Q", _SCOPE)
        ruleset = syscall("landlock_create_ruleset", ctypes.create_string_buffer(rights, len(rights)), len(rights), 0)
        try:
            _allow_devices(ruleset, (_READ_WRITE | _IOCTL_DEVICE) & files)
            syscall("landlock_restrict_self", ruleset, 0)
        finally:
            os.close(ruleset)
    except OSError:
        return False
    return True


def _allow_devices(ruleset: int, rights: int) -> None:
    devices = os.open("/dev", os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", rights, devices)
        syscall("landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.create_string_buffer(rule, len(rule)), 0)
    finally:
        os.close(devices)
