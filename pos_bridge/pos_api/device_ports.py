"""The devices around a till as its messages see them. A port gives what became of it and raises nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_bridge.domain.device import Answer, DeviceFault, Question


class Display(Protocol):
    """`columns` and `lines`: what it has room for, in characters."""

    @property
    def columns(self) -> int: ...

    @property
    def lines(self) -> int: ...

    async def show(self, lines: Sequence[str]) -> DeviceFault | None:
        """Instead of what it shows; nothing for no lines. Within two seconds or so."""


class Printer(Protocol):
    """`columns`: characters of a row."""

    @property
    def columns(self) -> int: ...

    async def look(self) -> DeviceFault | None:
        """Whether it would print now."""

    async def issue(self, rows: Sequence[str]) -> DeviceFault | None:
        """One document, after those that were asked for before it. Within a minute."""


class Pad(Protocol):
    async def ask(self, question: Question, limit_s: float) -> Answer:
        """One question at a time. Cancelled, it takes the question away."""


@dataclass(frozen=True, slots=True)
class Around:
    """What this till has. `pad_shared`: its pad is part of a card reader, which is not asked two things at once."""

    display: Display | None = None
    printer: Printer | None = None
    pad: Pad | None = None
    pad_shared: bool = False


NOTHING_AROUND = Around()
