"""For a process that holds what somebody typed or a till sent: what it leaves behind when it fails. Once, for good."""

import resource
from contextlib import suppress
from pathlib import Path

from pos_bridge.log import faults


def leave_no_core() -> None:
    """Neither as a file nor, where the kernel hands cores to a program whatever the limit, with memory in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        Path("/proc/self/coredump_filter").write_text("0", encoding="ascii")


def keep_quiet() -> None:
    """What a fault says may be what somebody gave, and a core dump has it all."""
    faults.silence()
    leave_no_core()
