"""The points of a story at which its engine is to die, and the plan of one crash."""

from dataclasses import dataclass

from tests.power.store import Mains
from tests.power.tape import Operation, Synced, Wrote

_HEADER = 32  # bytes of a log's own header, which has a sync of its own


@dataclass(frozen=True, slots=True)
class Commit:
    """While the journal makes its nth step durable (0: the first from here on): before its first write, after three
    of its writes, or when all is written and nothing synced.
    """

    nth: int
    where: str  # first, half, sync

    def __str__(self) -> str:
        return f"step {self.nth}, {self.where}"


@dataclass(frozen=True, slots=True)
class Moment:
    """card: it was read, and the processor takes its time; ledger: the processor did something; answered: the till
    has its answer.
    """

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class After:
    """That long after the story began, whatever happens then."""

    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s"


Point = Commit | Moment | After
CARD, LEDGER, ANSWERED = Moment("card"), Moment("ledger"), Moment("answered")


@dataclass(frozen=True, slots=True)
class Plan:
    """`again`: killed once more, there, on its way up. `power`: what was not synced is lost, or torn, each time."""

    story: str
    point: Point
    fault: str = "approve"
    seconds: float | None = None
    power: bool = False
    again: Point | None = None

    def __str__(self) -> str:
        fault = self.fault if self.seconds is None else f"{self.fault} {self.seconds}"
        again = "" if self.again is None else f", again at {self.again}"
        return f"{self.story} at {self.point}{' by power loss' if self.power else ''}{again}; processor: {fault}"


def arm(mains: Mains, point: Point) -> None:
    if isinstance(point, Commit):
        mains.cut_before(_Reached(point))


class _Reached:
    """Whether an operation is that point of the journal's nth step."""

    def __init__(self, point: Commit) -> None:
        self._point = point
        self._steps = self._writes = 0
        self._header = False

    def __call__(self, operation: Operation) -> bool:
        match operation:
            case Wrote(path, 0, data) if _of_the_log(path) and len(data) == _HEADER:
                self._header = True
            case Wrote(path) if _of_the_log(path):
                self._writes += 1
                wanted = {"first": 1, "half": 4}.get(self._point.where)
                return self._steps == self._point.nth and self._writes == wanted
            case Synced(path) if _of_the_log(path) and self._header:
                self._header = False
            case Synced(path) if _of_the_log(path) and self._writes:
                if self._steps == self._point.nth and self._point.where == "sync":
                    return True
                self._steps += 1
                self._writes = 0
        return False


def _of_the_log(path: str) -> bool:
    return path.startswith("journal/") and path.endswith("-wal")
