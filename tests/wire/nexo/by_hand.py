"""JSON by hand: what no encoder would write, in the middle of a message."""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Token:
    """Bytes that stand where a value should."""

    raw: bytes


@dataclass(frozen=True)
class Twice:
    """A field that comes twice, in this order."""

    first: Any
    second: Any


def render(value: Any) -> bytes:
    """JSON with tokens as they are and what comes twice twice."""
    match value:
        case Token(raw):
            return raw
        case dict():
            return b"{%s}" % b",".join(_pair(name, part) for name, part in value.items())
        case list():
            return b"[%s]" % b",".join(map(render, value))
        case _:
            return json.dumps(value).encode()


def _pair(name: str, part: Any) -> bytes:
    if isinstance(part, Twice):
        return b"%s,%s" % (_pair(name, part.first), _pair(name, part.second))
    return b"%s:%s" % (json.dumps(name).encode(), render(part))


def found(message: dict[str, Any], path: Sequence[str]) -> Any:
    """What stands at that place (schema.Place.path)."""
    at: Any = message["SaleToPOIRequest"]
    for step in path:
        at = at[0] if step == "[]" else at[step]
    return at


def put(message: dict[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """A copy with something else there."""
    changed = copy.deepcopy(message)
    at = found(changed, path[:-1])
    at[0 if path[-1] == "[]" else path[-1]] = value
    return changed


def without(message: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """A copy without it."""
    changed = copy.deepcopy(message)
    del found(changed, path[:-1])[0 if path[-1] == "[]" else path[-1]]
    return changed
