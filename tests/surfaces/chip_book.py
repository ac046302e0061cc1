"""The book of a till whose customers insert chips: a store with a stripe reader and a chip reader with its PIN pad."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from hw_sim.store import control
from tests.processes import Process, descendants, slept
from tests.surfaces.accounts import Return, Sale, Told
from tests.surfaces.book import Asking, Book, until

READERS = ("--reader", "msr_plain", "--reader", "pcsc_emv")
_LOOKS = 3  # naps of a room that has the reader open: it has looked into it by then


class ChipBook(Book):
    """`insert` counts for the payment that waits: the chip reader is armed by then, as a customer would see."""

    # ---- a customer with a chip ----

    @contextmanager
    def at_the_chip_reader(
        self, card: str, *faults: str, movement: Sale | Return | None = None, pin: str | None = "", t0: bool = False
    ) -> Iterator[Asking]:
        """Ask for money and insert a card. `pin`: entered at the pad; None presses cancel, empty: nobody does.

        The card is taken out at the end of the block, when the answer is there.
        """
        with self.asking_at_readers(movement) as asking, ThreadPoolExecutor(1) as hand:
            entered: Future[bool] | None = None
            if pin != "":
                entered = hand.submit(control.enter_pin, self.store.folder, pin)
            self.insert(card, *faults, t0=t0)
            try:
                yield asking
                asking.end()
                assert entered is None or entered.result()
            finally:
                self.remove()

    @contextmanager
    def asking_at_readers(self, movement: Sale | Return | None = None) -> Iterator[Asking]:
        """Ask, and wait until the chip reader is armed."""
        until(lambda: not self._rooms_at_the_reader())  # the last one has let go
        with self.asking(movement, card=None) as asking:
            self._wait_until_armed()
            yield asking

    def pay_by_chip(
        self, card: str, *faults: str, movement: Sale | Return | None = None, pin: str | None = "", t0: bool = False
    ) -> Told:
        with self.at_the_chip_reader(card, *faults, movement=movement, pin=pin, t0=t0) as asking:
            told = asking.end()
        assert told is not None
        return told

    def insert(self, card: str, *faults: str, t0: bool = False) -> None:
        control.insert(self.store.folder, card, faults=faults, t0=t0)

    def remove(self) -> None:
        control.remove(self.store.folder)

    def swipe(self, card: str) -> None:
        """At the stripe reader, once its lamp is on."""
        assert control.swipe(self.store.folder, card)

    def pcscd(self, action: str) -> None:
        control.change_pcscd(self.store.folder, action)

    # ---- what is known of it ----

    def last(self) -> Sale:
        return self.sales[-1]

    def row(self, told: Told) -> dict[str, Any]:
        """What the processor holds under that key."""
        return next(row for row in self.held() if row["key"] == told.key)

    def lines(self, service_id: str) -> dict[str, str]:
        """The cashier's receipt, by the lines' keys; a line without a value has its name."""
        texts = self.bodies[service_id]["PaymentReceipt"][0]["OutputContent"]["OutputText"]
        pairs = [{key: values[0] for key, values in parse_qs(line["Text"]).items()} for line in texts]
        return {pair["key"]: pair.get("value", pair["name"]) for pair in pairs}

    def log(self) -> list[str]:
        return Path(self.store.facts["log"]).read_text().splitlines()

    @contextmanager
    def logged(self) -> Iterator[Callable[[], list[str]]]:
        """What the engine's log says from here on."""
        before = len(self.log())
        yield lambda: self.log()[before:]

    # ---- the chip reader's room ----

    def _wait_until_armed(self) -> None:
        (room,) = until(self._rooms_at_the_reader)
        since = until(lambda: slept(room)) or 0
        until(lambda: (slept(room) or 0) >= since + _LOOKS)

    def _rooms_at_the_reader(self) -> list[Process]:
        return [each for each in descendants(self.engine_pid) if _has_opened_its_reader(each.pid)]


def _has_opened_its_reader(pid: int) -> bool:
    """A chip reader's room holds a pipe for as long as it has the reader, and none before."""
    with suppress(OSError):
        if b"--emv" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
            return any(str(each.readlink()).startswith("pipe:") for each in Path(f"/proc/{pid}/fd").iterdir())
    return False
