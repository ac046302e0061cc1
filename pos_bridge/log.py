"""The log: a closed set of typed events whose fields cannot carry text, rendered by structlog as one JSON line each.

There is no message, no exception text, no traceback and no key of a sale: an event holds whole numbers within bounds,
flags and words of this program's own vocabularies, and nothing else can be put into one. Ordinary sales are not
logged at all, because a line with a second on it would tell when a sale was.
"""

import sys
from contextlib import suppress
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import ClassVar, TextIO

import msgspec
import structlog

MAX_NUMBER = 10_000_000


class Severity(Enum):
    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. A field is a bool, an int of 0..10,000,000 or a member of an Enum: ValueError otherwise."""

    severity: ClassVar[Severity] = Severity.INFO

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is bool or (isinstance(value, Enum) and type(value).__module__.startswith("pos_bridge.")):
                continue
            if type(value) is not int or not 0 <= value <= MAX_NUMBER:
                raise ValueError(f"{type(self).__name__}.{field.name} cannot carry that")


def _plain(value: object) -> object:
    return value.name.lower() if isinstance(value, Enum) else value


class Log:
    """Where events go: a file that is appended to, or standard error."""

    def __init__(self, path: Path | None = None) -> None:
        self._stream: TextIO = sys.stderr
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._stream = path.open("a", encoding="ascii", buffering=1)
        self._logger = structlog.wrap_logger(
            structlog.WriteLogger(self._stream),
            processors=[structlog.processors.TimeStamper(fmt="iso", utc=True), _render],
        ).bind()  # once, not at each event

    def emit(self, event: Event) -> None:
        """Write one line. A log that cannot be written never stops a sale."""
        body = {field.name: _plain(getattr(event, field.name)) for field in fields(event)}
        try:
            self._logger.msg(type(event).__name__, severity=event.severity.value, **body)
        except OSError:
            return

    def close(self) -> None:
        """What is still to be written is tried once more; a disk without space loses it and stops nobody."""
        if self._stream is not sys.stderr:
            with suppress(OSError):
                self._stream.close()


def _render(_logger: object, _method: str, event: "structlog.typing.EventDict") -> str:
    return msgspec.json.encode(event).decode("ascii")
