"""A till whose reader is in the test's own hand: the store's real engine on a line that the test writes to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hw_sim.cards import CARDS
from hw_sim.running import RunningStore
from hw_sim.till import Reply
from tests.drivers.line import GREEN, Line
from tests.wire.swipes import swipe

_LIMIT_S = 60.0
VISA = swipe(CARDS["visa"].number)

Present = Callable[[Line], None]


class Counter:
    """Payments at which the test is the reader. `plug` gives a fresh line behind the name that the engine opens."""

    def __init__(self, store: RunningStore, device: Path) -> None:
        self.store = store
        self._device = device
        self.line = Line()
        self._point()

    def replug(self) -> None:
        self.unplug()
        self.let_go()
        self.line = Line()
        self._point()

    def unplug(self) -> None:
        """The engine's end hangs up; its name leads nowhere, as udev takes it away."""
        self._device.unlink(missing_ok=True)
        self.line.hang_up()

    def let_go(self) -> None:
        self.line.__exit__(None, None, None)

    def pay(self, amount: str, present: Present) -> Reply:
        """One card payment; `present` acts once the reader's lamp is on."""
        answers: list[Reply] = []
        paying = threading.Thread(target=lambda: answers.append(self.store.till().pay(amount)))
        paying.start()
        self.line.hear(GREEN)
        present(self.line)
        paying.join(_LIMIT_S)
        return answers[0]

    def _point(self) -> None:
        fresh = self._device.with_suffix(".new")
        fresh.symlink_to(self.line.device)
        fresh.replace(self._device)


@contextmanager
def counter(store: RunningStore) -> Iterator[Counter]:
    """The store's engine, started again with its one reader on a line of ours."""
    config = Path(store.facts["config"])
    device = store.folder / "world" / "in-hand"
    before = config.read_text()
    start = before.index("\ndevice = ")
    config.write_text(before[:start] + f'\ndevice = "{device}"\n')
    made = Counter(store, device)
    store.do("engine", "restart")
    try:
        yield made
    finally:
        made.unplug()
        made.let_go()
