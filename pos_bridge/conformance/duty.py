"""What a duty is, and what can come of checking one. No words here can hold what a processor or a card said."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pos_bridge.conformance.bench import Bench

Check = Callable[["Bench"], Awaitable[None]]


class Verdict(Enum):
    KEPT = "kept"
    BROKEN = "broken"
    NOT_TRIED = "not tried"


class BrokenError(Exception):
    """The processor did not do its duty. The message says what was seen, in this program's own words."""


class SilentError(BrokenError):
    """No answer that tells anything about money: the call ended with a gRPC status. `status` is its name."""

    def __init__(self, call: str, status: str) -> None:
        super().__init__(f"{call} was not answered: gRPC status {status}")
        self.status = status


class NotTriedError(Exception):
    """The duty cannot be checked with what this run was given. The message says what it needs."""


@dataclass(frozen=True, slots=True)
class Duty:
    """`gate`: what comes after it makes no sense where it is broken, and is not tried."""

    name: str
    text: str
    why: str
    advice: str
    check: Check
    gate: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """`seen`: what the processor did, or what the duty needs to be tried; empty for a duty that is kept."""

    duty: Duty
    verdict: Verdict
    seen: str = ""


def duty(text: str, *, why: str, advice: str, gate: bool = False) -> Callable[[Check], Duty]:
    """Make a duty of the function that checks it; the function's name is the duty's, with hyphens."""

    def made(check: Check) -> Duty:
        return Duty(check.__name__.replace("_", "-"), text, why, advice, check, gate)

    return made


def need(kept: bool, seen: str) -> None:  # noqa: FBT001 - an assertion about the processor
    """Raises BrokenError with what was seen, unless it is as it should be."""
    if not kept:
        raise BrokenError(seen)
