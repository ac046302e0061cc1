"""What was measured, beside its floor and its goal: one table to read, one JSON file to keep."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class Unit(Enum):
    """How a value is written: a factor from what is stored (seconds, bytes, counts), and a name."""

    MICROSECONDS = (1e6, "us")
    MILLISECONDS = (1e3, "ms")
    MEBIBYTES = (1 / 2**20, "MiB")
    RATE = (1.0, "/s")
    COUNT = (1.0, "")

    def write(self, value: float) -> str:
        factor, name = self.value
        scaled = value * factor
        digits = 0 if scaled >= 100 or self is Unit.COUNT else 1 if scaled >= 10 else 2
        return f"{scaled:.{digits}f} {name}".strip()


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on the ratio to the floor; on the value itself where there is no floor."""

    bound: float
    at_least: bool = False

    def met_by(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """`floor` is what stands beside it, measured in the same run; `beside` says what that is."""

    name: str
    unit: Unit
    measured: float
    floor: float | None = None
    beside: str = ""
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.measured / self.floor

    @property
    def met(self) -> bool | None:
        """None: there is no goal."""
        ratio = self.ratio
        return None if self.goal is None else self.goal.met_by(self.measured if ratio is None else ratio)


def in_turn(rounds: int, calls: Mapping[str, Callable[[], Any]]) -> dict[str, list[float]]:
    """Seconds of each call, the calls taking turns so that a busy moment of the machine meets all of them."""
    took: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            took[name].append(time.perf_counter() - began)
    return took


def beside(name: str, unit: Unit, took: Mapping[str, Sequence[float]], what: str, goal: Goal | None = None) -> Figure:
    """Of two series the first was measured and the second is the floor: their medians."""
    measured, floor = (median(samples) for samples in took.values())
    return Figure(name, unit, measured, floor, what, goal)


def median(samples: Sequence[float]) -> float:
    return statistics.median(samples)


def p99(samples: Sequence[float]) -> float:
    """The sample that 1 in 100 exceeds; with fewer than 100 samples the slowest one."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


def table(figures: Sequence[Figure]) -> str:
    head = ("figure", "measured", "floor", "ratio", "goal", "", "the floor is")
    rows = [head, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    left = (0, 5, 6)
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if at in left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def write_json(path: Path, figures: Sequence[Figure], rounds: int, load: float) -> None:
    """Times in seconds, sizes in bytes. `load`: the machine's load average before the run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "processors": os.cpu_count(),
        "architecture": platform.machine(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": load,
    }
    listed = [
        {
            "figure": figure.name,
            "measured": figure.measured,
            "floor": figure.floor,
            "ratio": figure.ratio,
            "goal": None if figure.goal is None else str(figure.goal),
            "met": figure.met,
            "beside": figure.beside,
        }
        for figure in figures
    ]
    path.write_text(json.dumps({"machine": machine, "rounds": rounds, "figures": listed}, indent=1) + "\n")


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = figure.ratio
    return (
        figure.name,
        figure.unit.write(figure.measured),
        "" if figure.floor is None else figure.unit.write(figure.floor),
        "" if ratio is None else f"{ratio:.2f}",
        "" if figure.goal is None else str(figure.goal),
        {None: "", True: "met", False: "NOT MET"}[figure.met],
        figure.beside,
    )
