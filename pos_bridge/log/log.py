"""The log: a closed set of typed events whose fields cannot carry text, rendered by structlog as one JSON line each.

There is no message, no exception text, no traceback and no key of a sale. Every word of a line comes from a table that
was made before the first event was: an event's own fields only choose among them, or are a flag or a number below
1000. It is looked at when an event is made and once more when it is written. Ordinary sales are not logged at all,
because a line with a second on it would tell when a sale was.
"""

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import BinaryIO, ClassVar

import msgspec
import structlog

MAX_NUMBER = 999  # three digits: never the last four of a card, and no other number of anybody

_WORD = re.compile(r"[A-Z]+(?:_[A-Z]+)*")
_ENCODER = msgspec.json.Encoder()
_Plain = bool | int | str
_Words = Mapping[int, tuple[Enum, str]]  # by identity: an Enum's hash is that of a name, which could be changed


class Severity(Enum):
    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. A field is what it is declared as: bool, int of 0..999, or one Enum of this program's own.

    ValueError otherwise, and for any event that `closed_set` was not given.
    """

    severity: ClassVar[Severity] = Severity.INFO

    def __post_init__(self) -> None:
        _line(self)


def counted(number: int) -> int:
    """A count for a field: 999 means that many or more."""
    return min(number, MAX_NUMBER)


@dataclass(frozen=True, slots=True)
class _Shape:
    """All that lines of one kind of event can say. `fields`: name, type, and how an Enum's members are written."""

    head: Mapping[str, str]
    fields: tuple[tuple[str, type, _Words | None], ...]


_SHAPES: dict[type, _Shape] = {}


def closed_set(namespace: Mapping[str, object]) -> tuple[type[Event], ...]:
    """The events in a module's namespace: from now on all there are. TypeError for a second set, or an unfit field."""
    if _SHAPES:
        raise TypeError("there is one set of events, and it is closed")
    kinds = [kind for kind in namespace.values() if isinstance(kind, type) and issubclass(kind, Event)]
    shapes = {kind: _shape(kind) for kind in kinds if kind is not Event}
    _SHAPES.update(shapes)
    return tuple(shapes)


def _shape(kind: type[Event]) -> _Shape:
    declared = tuple((field.name, field.type) for field in fields(kind))
    said = {name: type_ for name, type_ in declared if isinstance(type_, type)}
    if len(said) < len(declared):
        raise TypeError(f"{kind.__name__} has a field that is not declared as one type")
    fields_ = ((name, type_, None if type_ in {bool, int} else _words(type_)) for name, type_ in said.items())
    return _Shape({"severity": kind.severity.value, "event": kind.__name__}, tuple(fields_))


def _words(kind: type) -> _Words:
    """TypeError for what is not a plain Enum of a module of this program, with words of letters."""
    ours = getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind
    if not (ours and kind.__module__.startswith("pos_bridge.") and kind.__bases__ == (Enum,)):
        raise TypeError(f"{kind.__name__} is no vocabulary of this program")
    members: list[Enum] = list(kind)  # type: ignore[call-overload]  # an Enum, as was just looked at
    if not all(_WORD.fullmatch(member.name) for member in members):
        raise TypeError(f"{kind.__name__} has a word that is not made of letters")
    return {id(member): (member, member.name.lower()) for member in members}


def _line(event: object) -> dict[str, _Plain]:
    """What is written of an event. ValueError for anything that is not exactly of its closed shape."""
    shape = _SHAPES.get(type(event))
    if shape is None:
        raise ValueError("an event that is not of the closed set cannot be made or written")
    line: dict[str, _Plain] = {**shape.head}
    for name, kind, words in shape.fields:
        value = getattr(event, name, None)
        plain = _plain(value, words) if type(value) is kind else None  # a subclass is another type
        if plain is None:
            raise ValueError(f"{shape.head['event']}.{name} cannot carry that")
        line[name] = plain
    return line


def _plain(value: object, words: _Words | None) -> _Plain | None:
    if words is not None:
        found = words.get(id(value))
        return None if found is None else found[1]
    if isinstance(value, bool) or (isinstance(value, int) and 0 <= value <= MAX_NUMBER):
        return value
    return None


class _Lines(structlog.BoundLoggerBase):
    """The bound logger with nothing on the way from an event to its line."""

    def write(self, event: Event) -> None:
        self._proxy_to_logger("msg", None, said=event)


class Log:
    """Where events go: a file that is appended to, or standard error."""

    def __init__(self, path: Path | None = None) -> None:
        self._file: BinaryIO | None = None
        self._taps: list[Callable[[Event], None]] = []
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = path.open("ab", buffering=0)
        lines = structlog.BytesLogger(self._file or sys.stderr.buffer)
        self._lines: _Lines = structlog.wrap_logger(lines, processors=[_render], wrapper_class=_Lines).bind()

    def emit(self, event: Event) -> None:
        """Write one line. A log that cannot be written loses it and never stops a sale."""
        with suppress(OSError):
            self._lines.write(event)
        for tap in self._taps:
            tap(event)

    def listen(self, tap: Callable[[Event], None]) -> None:
        """`tap` is told each event, after its line; it may not raise."""
        self._taps.append(tap)

    def close(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()


def _render(_logger: object, _method: str, line: "structlog.typing.EventDict") -> bytes:
    return _ENCODER.encode({"timestamp": datetime.now(UTC), **_line(line["said"])})
