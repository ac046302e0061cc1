"""What every actor stands on: the time, the choice points, the names of things, and the trace of what happened."""

import math
from collections.abc import Callable

from tests.explorer.choices import Chooser, Kind
from tests.explorer.loop import Scheduler, sim_loop

START_MS = 1_795_400_000_000  # the wall clock when a story begins
Words = str | Callable[[], str]


class Ground:
    """`crash` and `ways_to_lose` are the world's, set before anything runs."""

    def __init__(self, chooser: Chooser, *, traced: bool = False) -> None:
        self.scheduler = Scheduler()
        self.outside = sim_loop(self.scheduler)  # of everybody who does not die with an engine
        self.chooser = chooser
        self.trace: list[str] | None = [] if traced else None
        self.faults: list[str] = []  # of the program itself: there may be none
        self.wrong: ValueError | None = None  # the schedule is not one of this story
        self.quiet = False  # no more faults: the story is over, and everybody only looks
        self.crash: Callable[[int], None] = lambda _: None
        self.ways_to_lose: Callable[[], int] = lambda: 1
        self.surviving: Callable[[int], str] = str
        self.changes = 0  # counts all that happened outside the engines and that a later one can meet
        self._points = 0
        self._names: dict[bytes, str] = {}

    @property
    def now(self) -> float:
        return self.scheduler.now

    @property
    def till_ms(self) -> int:
        """The till's wall clock."""
        return START_MS + int(self.scheduler.now * 1000)

    def to_tick(self, at_least_s: float) -> float:
        """How long until a whole second that is at least so far away."""
        return self.tick(at_least_s) - self.now

    def tick(self, at_least_s: float) -> int:
        return math.ceil(self.now + at_least_s)

    def name(self, key: bytes) -> str:
        """A key as a trace tells it."""
        return self._names.setdefault(key, f"leg {len(self._names) + 1}")

    def note(self, who: str, words: Words) -> None:
        if self.trace is not None:
            self.trace.append(f"{self.now:10.3f} s  {who:<10} {words if isinstance(words, str) else words()}")

    def choose(self, kind: Kind, options: int, words: Callable[[int], str]) -> int:
        """0 is the usual. `words` says what each other option is."""
        if self.quiet or options == 1:
            return 0
        taken = self._take(kind, options)
        self._points += 1
        if self.trace is not None and taken:
            self.note("** choice", f"#{self._points - 1}={taken}: {words(taken)}")
        return taken

    def _take(self, kind: Kind, options: int, state: object = None) -> int:
        try:
            return self.chooser.take(kind, options, state)
        except ValueError as wrong:  # the schedule's fault, not that of the program in which it is noticed
            self.wrong = wrong
            raise

    def crash_point(self, where: Words) -> bool:
        """Whether the engine died here: then whoever asked stops."""
        if self.quiet:
            return False
        ways = self.ways_to_lose()
        taken = self._take(Kind.CRASH, 1 + ways, (self.changes, math.ceil(self.scheduler.now + 1.0)))
        self._points += 1
        if not taken:
            return False
        if self.trace is not None:
            said = where if isinstance(where, str) else where()
            lost = "" if ways == 1 else f"; of what was not synced survives: {self.surviving(taken - 1)}"
            self.note("** choice", f"#{self._points - 1}={taken}: the engine dies {said}{lost}")
        self.crash(taken - 1)
        return True
