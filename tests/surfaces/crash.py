"""One crash of the real engine: at a named point of a story, by SIGKILL or with its power, and what follows.

A story (stories.py) is what a till does. The engine dies in it, perhaps once more on its way up, and is started again;
the till asks what became of it all. Whether everybody's accounts agree then is the book's to say.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hw_sim.running import RunningStore
from hw_sim.store import control
from tests.power.store import Mains, store_with_mains
from tests.processes import descendants, survivors
from tests.surfaces.accounts import Return, Sale, Told
from tests.surfaces.book import Book, until
from tests.surfaces.points import After, Plan, arm
from tests.surfaces.scene import Killed, NeverReachedError, Scene

_REACHED_S, _MISSED_S = 20.0, 0.5


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
