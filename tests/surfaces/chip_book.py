"""The book of a till whose customers insert chips: a store with a stripe reader and a chip reader with its PIN pad."""

import os
import subprocess
import sys
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
_PRESENCE = Path(__file__).parents[1] / "pcsc" / "presence.py"
_DEVICE = "Virtual PCD 00 00"
_CLIENT = Path(__file__).parents[1] / "hw_sim" / "chip" / "scard.py"
PIN = "1234"  # of every card here
_NAPS = 9  # of a room that has the reader open. A look is three: two questions to the daemon, and the pause after


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
        """Ask, and wait until both readers want a card."""
        self.wait_until_it_is_let_go()  # by the payment before
        with self.asking(movement, card=None) as asking:
            until(lambda: asking.answered or self._at_the_stripe())
            assert not asking.answered, "no card was asked for"
            self.wait_until_it_looked()
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
        """Returns when pcscd has seen it: a card that is put in before is the old one to it."""
        if control.remove(self.store.folder) is not None:
            with self.watching_pcscd() as look:
                until(lambda: look()[0] == "EMPTY")

    @contextmanager
    def watching_pcscd(self) -> Iterator[Callable[[], tuple[str, int]]]:
        """What it sees: CARD or EMPTY, and how often that has changed."""
        command = [sys.executable, "-P", str(_PRESENCE)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=self._environment(), stdin=pipe, stdout=pipe, text=True) as watcher:
            assert watcher.stdin is not None
            assert watcher.stdout is not None
            asks, says = watcher.stdin, watcher.stdout

            def look() -> tuple[str, int]:
                asks.write(f"{_DEVICE}\n")
                asks.flush()
                state, count = says.readline().split()
                return state, int(count)

            yield look

    def seen_by_pcscd(self) -> tuple[str, int]:
        with self.watching_pcscd() as look:
            return look()

    def client(self) -> str:
        """What another program is told that wants the card in the reader: its answer to reset, or an error."""
        command = [sys.executable, "-P", str(_CLIENT), _DEVICE, "now"]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)
        return done.stdout.strip()

    def _environment(self) -> dict[str, str]:
        """Of a program that talks to the store's pcscd."""
        return {**os.environ, "PCSCLITE_CSOCK_NAME": self.store.facts["pcscd"]}

    def swipe(self, card: str) -> None:
        """At the stripe reader, once its lamp is on."""
        assert control.swipe(self.store.folder, card)

    def fall_back(self, asking: Asking, card: str, log: Callable[[], list[str]]) -> None:
        """Once the chip has failed, swipe until the till is answered: the stripe reader may just be asked anew."""
        until(lambda: any('"chip_failed"' in line for line in log()))
        while not asking.answered:
            control.swipe(self.store.folder, card, wait_s=0.5)

    def pcscd(self, action: str) -> None:
        control.change_pcscd(self.store.folder, action)

    # ---- what is known of it ----

    def last(self) -> Sale:
        return self.sales[-1]

    def row(self, told: Told) -> dict[str, Any]:
        """What the processor holds under that key."""
        return next(row for row in self.held() if row["key"] == told.key)

    def receipts(self, movement: Sale | Return) -> tuple[dict[str, str], ...]:
        """The cashier's and the customer's, by their lines' keys; a line without a value has its name."""
        printed = self.bodies[movement.service_id]["PaymentReceipt"]
        return tuple(_lines(each["OutputContent"]["OutputText"]) for each in printed)

    def log(self) -> list[str]:
        return Path(self.store.facts["log"]).read_text().splitlines()

    @contextmanager
    def logged(self) -> Iterator[Callable[[], list[str]]]:
        """What the engine's log says from here on."""
        before = len(self.log())
        yield lambda: self.log()[before:]

    # ---- the readers' rooms ----

    def wait_until_it_looked(self) -> None:
        """At the chip reader, as it is now: a card in it from before counts for nobody."""
        wait_until_it_looked(self.engine_pid)

    def wait_until_it_is_let_go(self) -> None:
        """The chip reader: nobody waits there for a card any more."""
        until(lambda: not _at_the_chip_reader(self.engine_pid))

    def wait_until_the_stripe_is_let_go(self) -> None:
        until(lambda: not self._at_the_stripe())

    def chip_room(self) -> Process:
        """The one that has the chip reader."""
        return _chip_room(self.engine_pid)

    def _at_the_stripe(self) -> list[Process]:
        device = str((self.store.folder / "world" / "dev" / "msr_plain").resolve())
        return [each for each in descendants(self.engine_pid) if device in _open_in(each.pid)]


def wait_until_it_looked(above: int) -> None:
    """The chip room below that process, at its reader: a card that is put in now counts, one from before does not."""
    room = _chip_room(above)
    since = until(lambda: slept(room) or 0)
    until(lambda: (slept(room) or 0) >= since + _NAPS)


def failed(told: Told | None) -> tuple[str | None, str]:
    """The condition of what was told as not made, and its sentence in English."""
    assert told is not None
    assert told.result == "Failure"
    return told.error, parse_qs(told.message)["messageEn"][0]


def pin_of(card: str) -> str:
    """To be entered for it; empty for a card that asks for none."""
    return PIN if card == "interac" else ""


def _lines(texts: list[dict[str, str]]) -> dict[str, str]:
    pairs = [{key: values[0] for key, values in parse_qs(line["Text"]).items()} for line in texts]
    return {pair["key"]: pair.get("value", pair["name"]) for pair in pairs}


def _chip_room(above: int) -> Process:
    (room,) = until(lambda: _at_the_chip_reader(above))
    return room


def _at_the_chip_reader(above: int) -> list[Process]:
    """A chip reader's room holds a pipe for as long as it has the reader, and none before."""
    rooms = [each for each in descendants(above) if _reads_chips(each.pid)]
    return [each for each in rooms if any(link.startswith("pipe:") for link in _open_in(each.pid))]


def _reads_chips(pid: int) -> bool:
    with suppress(OSError):
        return b"--emv" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False


def _open_in(pid: int) -> list[str]:
    """What the process has open, by name; nothing once it is gone."""
    with suppress(OSError):
        return [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return []
