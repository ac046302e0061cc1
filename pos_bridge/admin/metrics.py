"""The text format of Prometheus, version 0.0.4, in which a monitor is told numbers. What may be told when: not here."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from pos_bridge.words import Words

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")


class Kind(Enum):
    COUNTER = "counter"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Sample:
    """A number, and the labels that set it apart within its family."""

    value: float
    labels: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not all(_LABEL.fullmatch(name) for name, _ in self.labels):
            raise ValueError("the name of a label is letters, digits and underscores")


@dataclass(frozen=True, slots=True)
class Family:
    """All samples of one name. ValueError for a name that the format has not, or for the same labels twice."""

    name: str
    said: str
    kind: Kind
    samples: tuple[Sample, ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or (self.kind is Kind.COUNTER) is not self.name.endswith("_total"):
            raise ValueError("a name is letters, digits, underscores and colons; that of a counter ends in _total")
        if len({frozenset(sample.labels) for sample in self.samples}) < len(self.samples):
            raise ValueError("two samples of a family have the same labels")


def gauge(name: str, said: Words, samples: Iterable[Sample]) -> Family:
    return Family(f"pos_bridge_{name}", said.both, Kind.GAUGE, tuple(samples))


def counter(name: str, said: Words, samples: Iterable[Sample]) -> Family:
    return Family(f"pos_bridge_{name}_total", said.both, Kind.COUNTER, tuple(samples))


def labelled(label: str, values: Mapping[str, float]) -> tuple[Sample, ...]:
    """A sample for each."""
    return tuple(Sample(value, ((label, name),)) for name, value in values.items())


def text(families: Sequence[Family]) -> bytes:
    """UTF-8, each line with its end. A family without a sample is left out; ValueError for one that comes twice."""
    if len({family.name for family in families}) < len(families):
        raise ValueError("each family comes once")
    return "".join(_lines(family) for family in families if family.samples).encode()


def _lines(family: Family) -> str:
    said = family.said.replace("\\", r"\\").replace("\n", r"\n")
    head = f"# HELP {family.name} {said}\n# TYPE {family.name} {family.kind.value}\n"
    return head + "".join(f"{family.name}{_labels(sample)} {_number(sample.value)}\n" for sample in family.samples)


def _labels(sample: Sample) -> str:
    if not sample.labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
