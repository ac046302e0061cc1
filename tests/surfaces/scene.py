"""A story of a till as it runs (stories.py tells it), up to the point at which its engine dies."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hw_sim.store import control
from tests.power.store import Mains
from tests.surfaces.accounts import Return, Sale, Told
from tests.surfaces.book import Asking, Book, until
from tests.surfaces.points import ANSWERED, CARD, LEDGER, After, Commit, Moment, Plan, arm

# That the card was read is seen a moment after it was, by the end of the customer's program: until then the processor
# may not have answered. It does twice as late as the engine waits, which asks three times: nothing comes before.
_TAKES_ITS_TIME_S = 2.0
_NEVER_ANSWERS = frozenset({"drop-request", "drop-response"})


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
    _does: str = ""

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
        if self.plan.point == CARD and self._does not in _NEVER_ANSWERS:
            self.mode("delay", _TAKES_ITS_TIME_S)
        with self.book.asking(movement, card=None) as asking, self.book.store.customer(card) as customer:
            return self.follow(asking, lambda: customer.presented(0))

    def fault(self) -> None:
        """The processor does from now on what the plan says."""
        self.mode(self.plan.fault, self.plan.seconds)

    def mode(self, word: str, value: float | None = None) -> None:
        """The processor does that from now on."""
        self._does = word
        self.book.mode(word, value)

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
                case Moment("ledger") if self._ledger_changed():
                    self.die()
                case After(seconds) if time.monotonic() > self.began + seconds:
                    self.die()
            time.sleep(0.005)
        told = asking.end()
        if told is None:
            raise Killed
        if self.plan.point == ANSWERED or (self.plan.point == LEDGER and self._ledger_changed()):
            self.die()  # the answer may be here before anybody looked at the ledger
        return told

    def _ledger_changed(self) -> bool:
        return self.book.held() != self._held

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
