"""What a card room takes from itself before it is asked for a card, and again once its port is open.

None of it can be taken back. It is the same in a store and at a developer's desk; on a till systemd adds its own.
"""

import ctypes
import resource
import struct
from dataclasses import dataclass

from pos_bridge.card import landlock, syscall_filter
from pos_bridge.card.kernel import prctl, syscall
from pos_bridge.wire.locks import REQUIRED, Lock

_PR_SET_PDEATHSIG, _PR_GET_DUMPABLE = 1, 3
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_GET_NO_NEW_PRIVS = 24, 38, 39
_CAPABILITY_VERSION = 0x20080522
_MAX_CAPABILITIES = 64
# poll() of one descriptor is refused under a limit of 0; a limit of 1 lets no new one in, since 0 is taken.
_FILES_TO_POLL = 1


class UnlockedError(Exception):
    """A lock that no card is read without could not be put on. The room ends."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The locks in force, and the filter that shuts the last doors when the port is open."""

    locks: Lock
    _last: bytes
    _most_files: int

    def shut(self) -> None:
        """No further file, device or descriptor. Raises OSError.

        From here on the room no longer dies with the engine in an instant: it has a lamp to switch off, and ends at
        the end of file on the link, which its loop looks at first.
        """
        prctl(_PR_SET_PDEATHSIG, 0)
        resource.setrlimit(resource.RLIMIT_NOFILE, (self._most_files, self._most_files))
        syscall_filter.install(self._last)


def lock_down(already: Lock, *, chips: bool = False) -> Doors:
    """All locks that can be put on before the ask, on top of `already`. Everything needed must be imported by now.

    `chips`: the room talks to pcscd, over one socket that it opens when it is asked.
    Raises UnlockedError, or OSError, when one of locks.REQUIRED is not in force afterwards.
    """
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))
    _drop_capabilities()
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    fenced = landlock.fence()
    locks = already | Lock.NO_CORE | Lock.NO_FILE_WRITES | Lock.NO_CAPABILITIES | Lock.SYSCALL_FILTER
    locks |= Lock.FILES_FENCED if fenced else Lock(0)
    locks |= Lock.NOT_DUMPABLE if prctl(_PR_GET_DUMPABLE) == 0 else Lock(0)
    locks |= Lock.NO_NEW_PRIVILEGES if prctl(_PR_GET_NO_NEW_PRIVS) == 1 else Lock(0)
    doors = Doors(locks, syscall_filter.stage_two(chips=chips), _FILES_TO_POLL if chips else 0)
    syscall_filter.install(syscall_filter.stage_one(chips=chips))
    if REQUIRED & ~locks:
        raise UnlockedError
    return doors


def _drop_capabilities() -> None:
    """Root without capabilities is a user like any other, but for owning root's files."""
    for capability in range(_MAX_CAPABILITIES):
        try:
            prctl(_PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last one, or not ours to drop: then we have none to lose
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    syscall("capset", ctypes.create_string_buffer(header, len(header)), ctypes.create_string_buffer(24))
