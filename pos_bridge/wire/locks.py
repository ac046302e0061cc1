"""The locks a card room reports in force with Ready (cardlink.Ready.locks), and those no card is read without."""

from enum import IntFlag


class Lock(IntFlag):
    """One bit each; card/lockdown.py says how each is put on."""

    NOT_DUMPABLE = 1  # no memory read, no ptrace by another process of the same user; no core
    NO_CORE = 2
    NO_FILE_WRITES = 4  # RLIMIT_FSIZE
    NO_NEW_PRIVILEGES = 8
    NO_CAPABILITIES = 16
    SYSCALL_FILTER = 32  # seccomp: no socket, no program, no process, no new file, no executable memory
    PAGE_LOCKED = 64  # the page that holds the card is never written to swap nor to a core
    PAGE_SECRET = 128  # that page is out of everybody's reach but the room's (memfd_secret)
    FILES_FENCED = 256  # Landlock: nothing but devices
    DIES_WITH_PARENT = 512


# Any kernel that Debian 12 or newer runs on has these. The others depend on how it was built and started.
REQUIRED = (
    Lock.NOT_DUMPABLE
    | Lock.NO_CORE
    | Lock.NO_FILE_WRITES
    | Lock.NO_NEW_PRIVILEGES
    | Lock.NO_CAPABILITIES
    | Lock.SYSCALL_FILTER
    | Lock.PAGE_LOCKED
)
