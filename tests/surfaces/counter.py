"""A till whose reader is in the test's own hand: the store's real engine on a line that the test writes to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hw_sim.reply import Reply
from hw_sim.running import RunningStore
from hw_sim.store.layout import Layout
from tests.drivers.line import Line
from tests.surfaces.hands import Hand

_LIMIT_S = 60.0

Present = Callable[[Line], None]


class Counter:
    """Payments at which the test is the reader. `replug` gives a fresh line behind the name that the engine opens."""

    def __init__(self, store: RunningStore, device: Path, hand: Hand) -> None:
        self.store = store
        self.hand = hand
        self._device = device
        self._log = Layout(store.folder).log
        self._sold = len(store.ledger())
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
        """One card payment; `present` acts once the reader is wanted."""
        answers: list[Reply] = []
        paying = threading.Thread(target=lambda: answers.append(self.store.till().pay(amount)))
        paying.start()
        self.hand.wanted(self.line)
        present(self.line)
        paying.join(_LIMIT_S)
        return answers[0]

    def sold(self) -> list[dict[str, Any]]:
        """What the processor was asked for since this was last called."""
        ledger = self.store.ledger()
        since, self._sold = self._sold, len(ledger)
        return ledger[since:]

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def _point(self) -> None:
        fresh = self._device.with_suffix(".new")
        fresh.symlink_to(self.line.device)
        fresh.replace(self._device)


@contextmanager
def counter(store: RunningStore, hand: Hand) -> Iterator[Counter]:
    """The store's engine, started again with its one reader on a line of ours."""
    config = Path(store.facts["config"])
    device = store.folder / "world" / "in-hand"
    before = config.read_text()
    reader = f'\n[[reader]]\nname = "in-hand"\ndriver = "{hand.driver}"\ndevice = "{device}"\n'
    config.write_text(before[: before.index("\n[[reader]]")] + reader)
    made = Counter(store, device, hand)
    store.do("engine", "restart")
    try:
        yield made
    finally:
        made.unplug()
        made.let_go()
