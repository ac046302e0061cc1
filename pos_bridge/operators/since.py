"""How long ago something was, by a clock that nobody sets: the kernel's, which runs from its start, asleep too.

After another start of the machine the time before it counts for nothing: whoever had to wait waits anew from that
start, and what was good for minutes is over. So neither a clock that is set forward or back nor a restart shortens a
wait or prolongs a permission, and no time of day is written down.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Moment:
    """`boot`: the kernel's random name of its start, 16 bytes. `at_ms`: since that start."""

    boot: bytes
    at_ms: int

    def since(self, then: "Moment") -> int:
        """Milliseconds, 0 and up; of another start all that is known: those since this one."""
        return max(0, self.at_ms - then.at_ms) if self.boot == then.boot else max(0, self.at_ms)


def now() -> Moment:
    return Moment(
        UUID(_BOOT.read_text(encoding="ascii").strip()).bytes, time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    )
