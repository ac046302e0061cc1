"""What the firewall has denied: its counters as `pos-bridge-counters` leaves them for the engine to read.

Whoever may read the firewall's counters may also change its rules. So the engine may not: a program of its own reads
them and leaves a line, `pos-bridge-denied 1 <seconds> <a number for each of Who>`. The seconds are of the kernel's
monotonic clock, which no correction of the time of day moves and all programs share.
"""

import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from pos_bridge.domain.connection import Who
from pos_bridge.network.ruleset import COUNTERS

STALE_S = 15
_MOST = 2**64 - 1
_LONGEST = 512
_LINE = re.compile(r"pos-bridge-denied 1 ([0-9]{1,12})" + r" ([0-9]{1,20})" * len(Who) + "\n", re.ASCII)


class UnfitError(ValueError):
    """That is not what the counters' program writes, or what nft prints."""


@dataclass(frozen=True, slots=True)
class Denied:
    """How often each was denied since the rules were loaded; `at`: when that was read, by the monotonic clock."""

    at: int
    times: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.times) != len(Who) or any(not 0 <= each <= _MOST for each in (self.at, *self.times)):
            raise UnfitError("a number for each")

    def of(self, who: Who) -> int:
        return self.times[list(Who).index(who)]

    def is_stale(self, now: float | None = None) -> bool:
        """Nobody has looked lately: what was denied since is not known."""
        return (time.monotonic() if now is None else now) - self.at > STALE_S

    def line(self) -> str:
        return " ".join(map(str, ("pos-bridge-denied", 1, self.at, *self.times))) + "\n"

    @classmethod
    def parse(cls, text: str) -> "Denied":
        """UnfitError."""
        found = _LINE.fullmatch(text)
        if found is None:
            raise UnfitError("another line")
        at, *times = map(int, found.groups())
        return cls(at, tuple(times))


def counted(listing: str, at: int) -> Denied:
    """From `nft --json list counters table inet pos_bridge`. UnfitError, also where one of ours is missing."""
    packets: dict[object, object] = {}
    try:
        for entry in json.loads(listing)["nftables"]:
            counter = entry.get("counter", {})
            packets[counter.get("name")] = counter.get("packets")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UnfitError("not nft's listing") from None
    times = [packets.get(COUNTERS[who]) for who in Who]
    if not all(type(each) is int for each in times):
        raise UnfitError("a counter is missing")
    return Denied(at, tuple(each for each in times if isinstance(each, int)))


def read(path: Path) -> Denied | None:
    """None: there is no such file. UnfitError, OSError. Waits for nobody, whatever lies there."""
    try:
        # A pipe would be waited for, by an engine that has payments to see to; a link leads elsewhere.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if not S_ISREG(os.fstat(descriptor).st_mode):
            raise UnfitError("not a file")
        content = file.read(_LONGEST)
    try:
        return Denied.parse(content.decode("ascii"))
    except UnicodeDecodeError:
        raise UnfitError("not text") from None


def leave(path: Path, denied: Denied) -> None:
    """For everybody to read, whole at every moment. It lies in memory (/run) and need not last. OSError."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(denied.line())
    part.replace(path)


def rises(before: Denied | None, after: Denied) -> Mapping[Who, int]:
    """What was denied between two looks. A counter that fell began anew with rules that were loaded anew."""
    found = {}
    for who in Who:
        now = after.of(who)
        last = 0 if before is None else before.of(who)
        if more := now - last if now >= last else now:
            found[who] = more
    return found
