"""The journal as the checkout uses it: checkout.ports.Journal on a thread of its own.

Steps that are asked for while another is being synced share the next transaction and its one sync. Reads go first:
a write that nobody was told of yet may be seen or not.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

from pos_bridge.domain.access import Recorded
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
from pos_bridge.journal.journal_file import LINK_MONTHS, JournalFile
from pos_bridge.storage.worker import REST_S, Job, Worker

_READ, _WRITE, _NOTE = range(3)  # a note need not be durable


class Journal:
    """See JournalFile for what each call does and raises."""

    def __init__(self, file: JournalFile, rest_s: float = REST_S) -> None:
        self._file = file
        self._writable = True
        self._epoch = file.ledger_epoch()
        self._refused = file.is_refused()
        self._worker = Worker("journal", self._work, file.rest, rest_s)

    @classmethod
    def open(
        cls, folder: Path, till_number: int, clock: Callable[[], datetime], link_months: int = LINK_MONTHS
    ) -> Self:
        """Blocking: verifies the file in use. Raises as JournalFile.open does."""
        return cls(JournalFile.open(folder, till_number, clock, link_months))

    def close(self) -> None:
        """Write what was asked for, then end the thread and unlock the folder. Blocking, idempotent."""
        self._worker.close()
        self._file.close()

    async def open_leg(self, opening: Opening) -> JournalHead:
        return await self._worker.ask(partial(self._file.open_leg, opening), _WRITE)

    async def advance(self, change: Advance) -> JournalHead:
        return await self._worker.ask(partial(self._file.advance, change), _WRITE)

    async def close_till_request(self, request: bytes) -> None:
        await self._worker.ask(partial(self._file.close_till_request, request), _WRITE)

    async def mark_told(self, key: LegKey) -> None:
        await self._worker.ask(partial(self._file.mark_told, key), _NOTE)

    async def find_request(self, request: bytes) -> KnownRequest | None:
        return await self._worker.ask(partial(self._file.find_request, request), _READ)

    async def find_leg(self, key: LegKey) -> KnownLeg | None:
        return await self._worker.ask(partial(self._file.find_leg, key), _READ)

    async def approved_untold(self, sale: bytes) -> LegKey | None:
        return await self._worker.ask(partial(self._file.approved_untold, sale), _READ)

    async def requests_of_sale(self, sale: bytes) -> tuple[LegKey, ...]:
        return await self._worker.ask(partial(self._file.requests_of_sale, sale), _READ)

    async def unsettled(self) -> tuple[KnownLeg, ...]:
        return await self._worker.ask(self._file.unsettled, _READ)

    async def recorded(self, key: LegKey) -> Recorded | None:
        return await self._worker.ask(partial(self._file.recorded, key), _READ)

    async def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]:
        return await self._worker.ask(partial(self._file.refunds_of, sale), _READ)

    async def cash_refunded_since(self, row: bytes) -> bool:
        return await self._worker.ask(partial(self._file.cash_refunded_since, row), _READ)

    async def find_basket(self, reference: bytes) -> KnownBasket | None:
        return await self._worker.ask(partial(self._file.find_basket, reference), _READ)

    async def cancel_basket(self, reference: bytes) -> None:
        await self._worker.ask(partial(self._file.cancel_basket, reference), _WRITE)

    async def basket_of(self, key: LegKey) -> KnownBasket | None:
        return await self._worker.ask(partial(self._file.basket_of, key), _READ)

    async def open_baskets(self) -> tuple[KnownBasket, ...]:
        return await self._worker.ask(self._file.open_baskets, _READ)

    async def period(self) -> Period:
        return await self._worker.ask(self._file.period, _READ)

    async def close_period(
        self, up_to: int | None = None, request: bytes | None = None, *, agreed: bool = False
    ) -> int:
        return await self._worker.ask(partial(self._file.close_period, up_to, request, agreed=agreed), _WRITE)

    async def closed_by(self, request: bytes) -> int | None:
        return await self._worker.ask(partial(self._file.closed_by, request), _READ)

    async def closed_day(self, number: int) -> Period | None:
        return await self._worker.ask(partial(self._file.closed_day, number), _READ)

    async def days_to_compare(self) -> tuple[int, ...]:
        return await self._worker.ask(self._file.days_to_compare, _READ)

    async def note_day_agreed(self, number: int) -> None:
        await self._worker.ask(partial(self._file.note_day_agreed, number), _NOTE)

    def ledger_epoch(self) -> bytes | None:
        """SHA-256 of the processor's ledger epoch as last stored; None before the first."""
        return self._epoch

    async def change_ledger_epoch(self, digest: bytes) -> None:
        """From the second epoch on every leg that is open is doubted, in the same transaction."""
        await self._worker.ask(partial(self._file.change_ledger_epoch, digest), _WRITE)
        self._epoch = digest

    async def accept_head(self, head: JournalHead) -> None:
        """A person said so: `holds` says yes to this head from now on, until another is accepted."""
        await self._worker.ask(partial(self._file.accept_head, head), _WRITE)

    async def note_refused_head(self, head: JournalHead) -> None:
        """The processor showed this row as ours, and it is not: for a person to accept."""
        await self._worker.ask(partial(self._file.note_refused_head, head), _WRITE)
        self._refused = True

    async def accept_refused_head(self) -> bool:
        """`accept_head` of the one that was refused last. False where there is nothing to accept."""
        accepted = await self._worker.ask(self._file.accept_refused_head, _WRITE)
        self._refused = False
        return accepted

    def is_refused(self) -> bool:
        """The processor showed a row as ours that is not, and no person accepted that since."""
        return self._refused

    async def holds(self, sequence: int, row_hash: bytes) -> bool | None:
        return await self._worker.ask(partial(self._file.holds, sequence, row_hash), _READ)

    async def believe(self, now: datetime) -> None:
        """`now` by a clock that is right (JournalFile.believe)."""
        await self._worker.ask(partial(self._file.believe, now))

    def head(self) -> JournalHead:
        return self._file.head

    @property
    def writable(self) -> bool:
        """Whether the last write ended well (True before the first)."""
        return self._writable

    def _work(self, jobs: list[Job]) -> list[object]:
        results: dict[Job, object] = {}
        for job in jobs:
            if job.kind == _READ:
                results[job] = _outcome(job.call)
        writes = [job for job in jobs if job.kind != _READ]
        if writes:
            durable = any(job.kind == _WRITE for job in writes)
            try:
                outcomes = self._file.together([job.call for job in writes], durable=durable)
            except Exception as error:  # noqa: BLE001 - a fault of this program is each asker's to raise, not the thread's end
                outcomes = [error] * len(writes)
            self._writable = not any(type(outcome) is JournalUnwritableError for outcome in outcomes)
            results.update(zip(writes, outcomes, strict=True))
        return [results[job] for job in jobs]


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - handed to whoever asked
        return error
