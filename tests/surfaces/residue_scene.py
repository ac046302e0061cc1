"""Where the paths of the residue proof are walked: a till that keeps what it is told, its book, a customer's cards."""

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw_sim.reply import Reply
from hw_sim.running import RunningStore
from hw_sim.store import control
from hw_sim.till import Till
from tests.processes import descendants
from tests.surfaces import residue_marks as marks
from tests.surfaces.accounts import Return, Sale, Told
from tests.surfaces.book import Asking, Book, until
from tests.surfaces.residue_marks import Moment
from tests.surfaces.residue_watch import Watch


class HeardTill(Till):
    """A till that keeps what it is told."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__(facts)
        self.heard: list[bytes] = []

    def post(self, content: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        reply = super().post(content, headers)
        self.heard.append(json.dumps(reply.document, default=str).encode())
        return reply


class MarkedBook(Book):
    """A book whose till calls its sales by a marked name and says `extra` with each."""

    def __init__(self, store: RunningStore, facts: Mapping[str, Any]) -> None:
        super().__init__(store)
        self.till: HeardTill = HeardTill(facts)
        self.extra: Mapping[str, Any] = {}
        self.chosen: Mapping[str, str] = {}

    def _request(self, movement: Sale | Return) -> Reply:
        sale = movement
        assert isinstance(sale, Sale), "nothing is given back on these paths"
        reference = f"{marks.SALE_REFERENCE}-{sale.service_id}"
        return self.till.pay(
            sale.amount,
            cash=sale.cash,
            split=sale.split,
            service_id=sale.service_id,
            transaction_id=reference,
            extra=self.extra,
            **self.chosen,
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """Where paths are walked."""

    book: MarkedBook
    watch: Watch

    @property
    def folder(self) -> Path:
        return self.book.store.folder

    @property
    def rooms(self) -> list[int]:
        """The card rooms there are: the one that is asked, then the next."""
        rooms = sorted(descendants(self.book.engine_pid), key=lambda process: process.started)
        return [process.pid for process in rooms]

    def swipe(self, card: str) -> None:
        """A customer's card goes through the reader, to its end."""
        assert control.swipe(self.folder, card), "nobody wanted it"

    def broken(self, fault: str, at: int | None = None) -> None:
        control.break_reader(self.folder, fault, at=at)

    @contextmanager
    def awaiting(self) -> Iterator[Asking]:
        """A sale whose card is awaited; its answer is waited for at the end."""
        with self.book.asking(card=None) as asking:
            until(lambda: self.book.steps(asking.sale) == ["intent"])
            yield asking

    @contextmanager
    def paying(self, card: str, *, split: bool = False) -> Iterator[Asking]:
        """A sale whose card went through the reader; its answer is waited for at the end."""
        with self.book.asking(self.book.new(split=split), card=None) as asking:
            self.swipe(card)
            yield asking

    def pay(self, card: str, *, split: bool = False) -> Told:
        with self.paying(card, split=split) as asking:
            pass
        return told(asking)

    def look_at_the_engine_as_it_is(self) -> None:
        """Stopped while its whole memory is looked through."""
        engine = self.book.engine_pid
        os.kill(engine, signal.SIGSTOP)
        try:
            self.watch.memory_looked_at(Moment.WAITING)
        finally:
            os.kill(engine, signal.SIGCONT)

    def settle(self) -> None:
        """Everything is as before a path, and nothing is left to be done."""
        self.book.mode("up")
        self.book.in_session()
        until(self.book.settled)

    def kill(self) -> None:
        control.kill_engine(self.folder)

    def restart(self) -> None:
        control.restart_engine(self.folder)


Walk = Callable[[Scene], None]  # one path


def told(asking: Asking) -> Told:
    assert asking.sale.told is not None
    return asking.sale.told


def states(scene: Scene, asking: Asking) -> list[str]:
    """What the processor holds of that sale."""
    return [row["state"] for row in scene.book.ledger(asking.sale)]
