"""One crash of the real engine: at a named point of a story, by SIGKILL or with its power, and what follows.

A story (stories.py) is what a till does. The engine dies in it, perhaps once more on its way up, and is started again;
the till asks what became of it all. Whether everybody's accounts agree then is the book's to say.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from hw_sim.running import RunningStore
from hw_sim.store import control
from tests.power.store import Mains, store_with_mains
from tests.power.tape import Operation, Synced, Wrote
from tests.processes import descendants, survivors
from tests.surfaces.accounts import Return, Sale, Told
from tests.surfaces.book import Asking, Book, until

_REACHED_S, _MISSED_S = 20.0, 0.5
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
    """card: it was read; ledger: the processor did something; answered: the till has its answer."""

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


class NeverReachedError(AssertionError):
    """The story went by without its point."""


class Killed(Exception):  # noqa: N818 - not an error: the story is over
    """The engine is dead."""


@dataclass(slots=True)
class Scene:
    """A story as it runs. `asked` is what was asked for in it."""

    book: Book
    mains: Mains
    plan: Plan
    chance: Random
    asked: list[Sale | Return] = field(default_factory=list)
    began: float = 0.0
    _held: list[dict[str, Any]] = field(default_factory=list)

    def begin(self) -> None:
        """What was prepared is done: from here on it may crash."""
        until(self.book.settled)
        self.fault()
        self._held = self.book.held()
        self.began = time.monotonic()
        arm(self.mains, self.plan.point)

    def pay(self, sale: Sale, card: str | None = "visa") -> Told:
        """A payment of the story, up to its answer. Raises Killed when the engine dies in it."""
        return self._ask(sale, card)

    def give_back(self, asked: Return, card: str | None = None) -> Told:
        """Money back, likewise."""
        return self._ask(asked, card)

    def _ask(self, movement: Sale | Return, card: str | None) -> Told:
        self.asked.append(movement)
        if card is None:
            with self.book.asking(movement, card=None) as asking:
                return self.follow(asking, lambda: False)
        with self.book.asking(movement, card=None) as asking, self.book.store.customer(card) as customer:
            return self.follow(asking, lambda: customer.poll() == 0)

    def fault(self) -> None:
        """The processor does from now on what the plan says."""
        self.book.mode(self.plan.fault, self.plan.seconds)

    def follow(self, asking: Asking, card_read: Callable[[], bool]) -> Told:
        """To its answer, or to the point at which the engine dies. What was told by then is noted either way."""
        try:
            return self._follow(asking, card_read)
        except Killed:
            asking.end()
            raise

    def _follow(self, asking: Asking, card_read: Callable[[], bool]) -> Told:
        while not asking.answered:
            if self.mains.is_cut:
                raise Killed
            match self.plan.point:
                case Moment("card") if card_read():
                    self.die()
                case Moment("ledger") if self.book.held() != self._held:
                    self.die()
                case After(seconds) if time.monotonic() > self.began + seconds:
                    self.die()
            time.sleep(0.005)
        told = asking.end()
        if told is None:
            raise Killed
        if self.plan.point == ANSWERED:
            self.die()
        return told

    def die(self) -> None:
        self.mains.leave_on()
        control.kill_engine(self.book.store.folder)
        raise Killed

    def end(self, limit_s: float) -> None:
        """The story is told, and the engine lives: what it does in the background is still to come."""
        match self.plan.point:
            case Commit():
                with suppress(AssertionError):
                    until(lambda: self.mains.is_cut, limit_s)
                    raise Killed
                raise NeverReachedError(str(self.plan))
            case After(seconds):
                time.sleep(max(0.0, self.began + seconds - time.monotonic()))
                self.die()
            case _:
                raise NeverReachedError(str(self.plan))


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


# ---- a store to crash ----


@dataclass(slots=True)
class Count:
    """What came of the crashes of one store."""

    kills: int = 0
    asked: int = 0
    approved: int = 0


class Arena:
    """A store whose engine is crashed again and again."""

    def __init__(self, store: RunningStore, mains: Mains) -> None:
        self.book = Book(store)
        self.mains = mains
        self.count = Count()

    def crash(self, story: Callable[[Scene], None], plan: Plan, chance: Random, *, missed: bool = False) -> str:
        """The whole of it, up to accounts that agree. Gives what came of the story, in a few words.

        `missed`: a story that goes by without its point is killed at its end, instead of being an error.
        """
        self.book.mode("up")
        self.book.in_session()
        scene = Scene(self.book, self.mains, plan, chance)
        try:
            self._die(story, scene, missed=missed)
            self._come_back(scene)
            return self._settle(scene)
        except BaseException as error:
            error.add_note(str(plan))
            raise
        finally:
            self.mains.leave_on()

    def _die(self, story: Callable[[Scene], None], scene: Scene, *, missed: bool) -> None:
        with suppress(Killed):
            story(scene)
            try:
                scene.end(_MISSED_S if missed else _REACHED_S)
            except NeverReachedError:
                if not missed:
                    raise
        self._is_dead(scene)

    def _is_dead(self, scene: Scene) -> None:
        control.kill_engine(self.book.store.folder)  # it is; its card rooms go, too
        self.mains.leave_on()
        self.count.kills += 1
        if scene.plan.power:
            self.mains.lose(scene.chance)

    def _come_back(self, scene: Scene) -> None:
        again = scene.plan.again
        if again is not None:
            arm(self.mains, again)
            with suppress(control.FailedError):  # killed before it was ready
                control.restart_engine(self.book.store.folder)
                if isinstance(again, After):
                    time.sleep(again.seconds)
                else:
                    with suppress(AssertionError):
                        until(lambda: self.mains.is_cut, 1.0)
            self._is_dead(scene)
        self.book.mode("approve")
        control.restart_engine(self.book.store.folder)

    def _settle(self, scene: Scene) -> str:
        """The till asks, or repeats; then all accounts are compared."""
        words = []
        for movement in scene.asked:
            live = movement.told
            told = self._ask_again(movement, scene.chance)
            assert live is None or (isinstance(told, Told) and live.same_as(told)), f"told {live} at first, then {told}"
            moved = isinstance(told, Told) and told.paid
            self.count.asked += 1
            self.count.approved += moved
            words.append("approved" if moved else f"not so ({told if isinstance(told, str) else told.error})")
        self.book.balance()
        return ", ".join(words) or "nothing was asked"

    def _ask_again(self, movement: Sale | Return, chance: Random) -> str | Told:
        """By its status or, every other time, by repeating the request; a journal that knows it is shown no card."""
        if chance.random() < 0.5:
            if isinstance(movement, Sale):
                known = bool(self.book.steps(movement))
                told: Told | None = self.book.pay(movement, card=None if known or movement.cash else "visa")
            elif not movement.by_card:
                told = self.book.give_back(movement)
            else:
                told = None
            if told is not None and told.error != "InProgress":
                return told
        asked = self.book.status(movement)
        if asked == "InProgress":
            until(self.book.settled)
            asked = self.book.status(movement)
        return asked


@contextmanager
def arena(folder: Path, *, engine: str = "shipped") -> Iterator[Arena]:
    """A store that waits one second for the processor's answers; nothing of it is left afterwards."""
    with store_with_mains(folder, "--answer-timeout", "1", engine=engine) as (store, mains):
        made = Arena(store, mains)
        yield made
        processes = descendants(store.process.pid)
    assert not survivors(processes)
