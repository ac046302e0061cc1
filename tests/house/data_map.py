"""What docs/data-map.md says, and what there is to compare with it: the fields of settings, messages and values."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from pos_bridge.protocol import till_v1_pb2

DOCUMENT = Path(__file__).parents[2] / "docs" / "data-map.md"


def sections() -> dict[str, list[list[str]]]:
    """Under each heading the rows of its tables, as cells."""
    found: dict[str, list[list[str]]] = {}
    title = ""
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("## "):
            title = line[3:]
            found[title] = []
        elif line.startswith("| ") and title:
            found[title].append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def documented(title: str) -> list[str]:
    """The names in the first column."""
    return [name for row in sections().get(title, []) for name in re.findall(r"`([^`]+)`", row[0])]


def settings_of(section: type, place: str = "") -> Iterator[str]:
    """Each one by its path; of a table within a table its own settings only."""
    for field in msgspec.structs.fields(section):
        path = f"{place}{field.name}"
        inner = {kind for kind in walked(field.type) if issubclass(kind, msgspec.Struct)}
        if not inner:
            yield path
        for struct in inner:
            yield from settings_of(struct, f"{path}.")


def walked(hint: Any) -> Iterator[type]:
    """The classes in an annotation."""
    if isinstance(hint, type) and not get_args(hint):
        yield hint
    for part in get_args(hint):
        yield from walked(part)


def reachable(*roots: type) -> set[type]:
    """The dataclasses and structs that these hold, and theirs."""
    found: set[type] = set()
    waiting = list(roots)
    while waiting:
        kind = waiting.pop()
        if kind in found or not (is_dataclass(kind) or issubclass(kind, msgspec.Struct)):
            continue
        found.add(kind)
        for hint in get_type_hints(kind).values():
            waiting += walked(hint)
    return found


def dataclass_fields(kinds: Iterable[type]) -> set[str]:
    return {f"{kind.__name__}.{field.name}" for kind in kinds if is_dataclass(kind) for field in fields(kind)}


def spelled_fields(kinds: Iterable[type]) -> set[str]:
    """As nexo spells them: the struct's own name too."""
    return {
        f"{kind.__name__.replace('Poi', 'POI')}.{field.encode_name}"
        for kind in kinds
        if issubclass(kind, msgspec.Struct)
        for field in msgspec.structs.fields(kind)
    }


def structs_of(module: Any, *envelopes: str) -> set[type]:
    return {
        kind
        for name, kind in vars(module).items()
        if isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and kind.__module__ == module.__name__
        and not name.startswith("_")
        and name not in envelopes
    }


def spoken_of(*services: str, asked: bool) -> set[str]:
    """Every field of what these services are asked, or answer."""
    methods = [each for name in services for each in till_v1_pb2.DESCRIPTOR.services_by_name[name].methods]
    waiting = [method.input_type if asked else method.output_type for method in methods]
    found: set[str] = set()
    while waiting:
        message = waiting.pop()
        for field in message.fields:
            if f"{message.name}.{field.name}" not in found:
                found.add(f"{message.name}.{field.name}")
                waiting += [field.message_type] if field.message_type is not None else []
    return found
