"""A till's disk: what is synced stays, what is not yet may be lost from any point on, and a failed write may lie there.

One choice point stands at each sync: the crash there leaves any prefix of what was not durable. A crash before the
append is the one that leaves nothing of it, a crash after the sync the one that leaves all.
"""

import asyncio
from dataclasses import dataclass

from pos_bridge.domain.ledger import (
    Advance,
    JournalHead,
    JournalUnwritableError,
    KnownBasket,
    KnownLeg,
    KnownRequest,
    Opening,
)
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Period
from pos_bridge.journal.errors import JournalRefusedError
from tests.explorer import periods
from tests.explorer.books import Books
from tests.explorer.choices import Kind
from tests.explorer.entries import (
    Advanced,
    BasketCancelled,
    DayAgreed,
    Entry,
    EpochChanged,
    HeadRefused,
    Opened,
    PeriodClosed,
    RequestClosed,
    Told,
)
from tests.explorer.ground import Ground
from tests.explorer.refusals import refuses
from tests.explorer.words import entry_in_words

SYNC_S = 0.005


@dataclass(frozen=True, slots=True)
class DiskHabits:
    """How a journal is written. Only the first is the shipped way; the others are designs that must be caught."""

    syncs: bool = True  # a write returns once it is durable
    keeps_intents: bool = True  # an opening is written before what follows it, and not with its outcome
    keeps: bool = True  # anything at all survives a crash
    knows_baskets: bool = True


SHIPPED_HABITS = DiskHabits()


class Disk:
    """Survives its engine, which can die at each write if it is `mortal`.

    `durable` is what a crash cannot take; `books` what the engine reads.
    """

    def __init__(self, ground: Ground, habits: DiskHabits, *, mortal: bool = True) -> None:
        self._ground = ground
        self.habits = habits
        self._mortal = mortal
        self.durable: list[Entry] = []
        self.tail: list[Entry] = []  # written, not synced
        self.ghosts: list[Entry] = []  # their sync failed: on disk or not, until the next write that succeeds
        self.held_back: dict[LegKey, Entry] = {}
        self.asked: list[Entry] = []  # every entry an engine ever wanted to write, whatever became of it
        self.books = Books()

    # ---- what the world does to it ----

    def survivors(self) -> int:
        """How many ways there are to lose what is not durable."""
        return len(self.tail) + len(self.ghosts) + 1

    def crash(self, kept: int) -> None:
        """Only the first `kept` of what was not durable is there after the crash, or of what came in its place.

        What is written after a failed sync takes the place of what failed: one of the two survives, never both.
        """
        self.durable = self.durable + self.surviving(kept) if self.habits.keeps else []
        self.tail, self.ghosts, self.held_back = [], [], {}
        self._read_again()

    def surviving(self, kept: int) -> list[Entry]:
        return self.tail[:kept] if kept <= len(self.tail) else self.ghosts[: kept - len(self.tail)]

    def image(self) -> list[Entry]:
        """A backup of it, as of now."""
        return list(self.durable)

    def restore(self, image: list[Entry]) -> None:
        self.durable, self.tail, self.ghosts = list(image), [], []
        self._read_again()

    def _read_again(self) -> None:
        self.books = Books()
        for entry in self.durable:
            self.books.apply(entry)

    # ---- what an engine does with it ----

    def note(self, entry: Entry) -> None:
        """Stored at once, durable with the next other write."""
        self._ground.changes += 1
        self.tail.append(entry)
        self.books.apply(entry)

    async def write(self, entry: Entry) -> JournalHead:
        ground, future = self._ground, asyncio.get_running_loop().create_future()
        self.asked.append(entry)
        if refuses(self.books, entry):
            raise JournalRefusedError("the step contradicts what is stored")
        if not self.habits.keeps_intents:
            if isinstance(entry, Opened) and entry.opening.due is None:
                self.held_back[entry.opening.key] = entry
                self.books.apply(entry)
                return self.books.head
            held = self.held_back.pop(entry.change.key, None) if isinstance(entry, Advanced) else None
            if held is not None:
                self.tail.append(held)
        fault = ground.choose(
            Kind.DISK, 3 if self._mortal else 1, lambda taken: f"{_DISK_FAULTS[taken]}: {entry_in_words(ground, entry)}"
        )
        if fault == 1:
            raise JournalUnwritableError
        ground.changes += 1
        self.tail.append(entry)
        ground.outside.call_later(SYNC_S, self._synced, entry, future, fault == 2)
        return await future  # type: ignore[no-any-return]  # a future of whatever the loop makes

    def _synced(self, entry: Entry, future: "asyncio.Future[JournalHead]", failed: bool) -> None:
        if future.get_loop().is_closed():  # the engine died meanwhile, and the crash decided what is left
            return
        ground = self._ground
        if self._mortal and ground.crash_point(lambda: f"while writing {entry_in_words(ground, entry)}"):
            return
        ground.changes += 1
        if failed:
            self.tail.remove(entry)
            self.ghosts.append(entry)
            if not future.done():
                future.set_exception(JournalUnwritableError())
            return
        until = self.tail.index(entry) + 1
        if self.habits.syncs:
            self.durable += self.tail[:until]
            self.tail = self.tail[until:]
        self.ghosts = []
        if self.habits.keeps_intents or not isinstance(entry, Opened):
            self.books.apply(entry)
        ground.note("journal", lambda: entry_in_words(ground, entry))
        if not future.done():
            future.set_result(self.books.head)


_DISK_FAULTS = ("", "refused by the disk", "its sync fails")


class SimJournal:
    """checkout.ports.Journal (and the chain that the processor's client reads) on a simulated disk."""

    def __init__(self, disk: Disk, ground: Ground) -> None:
        self._disk = disk
        self._ground = ground
        self._writable = True

    async def open_leg(self, opening: Opening) -> JournalHead:
        return await self._write(Opened(opening, self._ground.till_ms))

    async def advance(self, change: Advance) -> JournalHead:
        return await self._write(Advanced(change, self._ground.till_ms))

    async def close_till_request(self, request: bytes) -> None:
        await self._write(RequestClosed(request))

    async def mark_told(self, key: LegKey) -> None:
        self._disk.note(Told(key))

    async def cancel_basket(self, reference: bytes) -> None:
        await self._write(BasketCancelled(reference))

    async def close_period(self, up_to: int, request: bytes, *, agreed: bool) -> int:
        await self._write(PeriodClosed(up_to, request, agreed, self._ground.till_ms))
        number = self._disk.books.closed_by(request)
        assert number is not None
        return number

    async def note_day_agreed(self, number: int) -> None:
        self._disk.note(DayAgreed(number))

    async def closed_by(self, request: bytes) -> int | None:
        return self._disk.books.closed_by(request)

    async def closed_day(self, number: int) -> Period | None:
        return periods.closed(self._disk.books, number)

    async def days_to_compare(self) -> tuple[int, ...]:
        return self._disk.books.days_to_compare()

    async def change_ledger_epoch(self, digest: bytes) -> None:
        await self._write(EpochChanged(digest))

    async def note_refused_head(self, head: JournalHead) -> None:
        await self._write(HeadRefused(head))

    def is_refused(self) -> bool:
        books = self._disk.books
        return books.refused is not None and books.refused != books.accepted

    async def find_request(self, request: bytes) -> KnownRequest | None:
        return self._disk.books.find_request(request)

    async def find_leg(self, key: LegKey) -> KnownLeg | None:
        return self._disk.books.legs.get(key)

    async def approved_untold(self, sale: bytes) -> LegKey | None:
        return self._disk.books.approved_untold(sale)

    async def requests_of_sale(self, sale: bytes) -> tuple[LegKey, ...]:
        return self._disk.books.requests_of_sale(sale)

    async def unsettled(self) -> tuple[KnownLeg, ...]:
        return self._disk.books.unsettled()

    async def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]:
        return self._disk.books.refunds_of(sale)

    async def find_basket(self, reference: bytes) -> KnownBasket | None:
        return self._disk.books.find_basket(reference) if self._disk.habits.knows_baskets else None

    async def basket_of(self, key: LegKey) -> KnownBasket | None:
        return self._disk.books.basket_of(key) if self._disk.habits.knows_baskets else None

    async def open_baskets(self) -> tuple[KnownBasket, ...]:
        return self._disk.books.open_baskets() if self._disk.habits.knows_baskets else ()

    async def period(self) -> Period:
        return self._disk.books.this_period()

    async def holds(self, sequence: int, row_hash: bytes) -> bool | None:
        return self._disk.books.holds(sequence, row_hash)

    async def cash_refunded_since(self, row: bytes) -> bool:
        return self._disk.books.cash_refunded_since(row)

    def ledger_epoch(self) -> bytes | None:
        return self._disk.books.epoch

    def head(self) -> JournalHead:
        return self._disk.books.head

    @property
    def writable(self) -> bool:
        return self._writable

    async def _write(self, entry: Entry) -> JournalHead:
        try:
            head = await self._disk.write(entry)
        except JournalUnwritableError:
            self._writable = False
            raise
        self._writable = True
        return head
