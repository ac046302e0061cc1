"""The till's one session with the processor: its fencing number, and how far journal and ledger are trusted together.

A session counts as open only once the processor has shown no journal row that is not ours, and once its ledger's epoch
is stored durably. One that shows other rows ends all sessions, of this run and of those after it: each further try
would end the session of the engine that the rows are of, and only a person can tell which of the two journals is the
till's.
"""

import asyncio
import hashlib
import time
from typing import Protocol

from pos_bridge.domain.ledger import JournalHead, JournalUnwritableError
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.domain.session import Trust
from pos_bridge.log import events
from pos_bridge.log.events import Operation
from pos_bridge.processor import codec
from pos_bridge.processor.calls import Calls, Logbook
from pos_bridge.processor.clock import ProcessorClock
from pos_bridge.processor.reopening import Reopening
from pos_bridge.protocol import processor_v1_pb2 as pb

_TIMEOUT_S = 3.0
_KEY_REFRESH_S = 3600.0
_EPOCH_TAG = b"pos-bridge ledger epoch"


class Chain(Protocol):
    """The journal as the session sees it. What is async is durable on return, or raises JournalUnwritableError."""

    def head(self) -> JournalHead: ...

    async def holds(self, sequence: int, row_hash: bytes) -> bool | None:
        """Whether that row is ours, or one that a person accepted; None: it cannot be known any more."""

    def ledger_epoch(self) -> bytes | None:
        """SHA-256 (32 bytes) of the epoch of the ledger that legs were opened with last; None before the first."""

    async def change_ledger_epoch(self, digest: bytes) -> None:
        """Another ledger from now on: of the legs that are open, *never seen* says nothing any more."""

    async def note_refused_head(self, head: JournalHead) -> None:
        """The row that the processor showed and that is not ours, for a person to accept."""

    def is_refused(self) -> bool:
        """Such a row was noted, by this run or an earlier one, and no person accepted it since."""


class Session:
    def __init__(self, calls: Calls, chain: Chain, clock: ProcessorClock, log: Logbook) -> None:
        self._calls = calls
        self._chain = chain
        self._clock = clock
        self._log = log
        self._fence: int | None = None
        self._keys: tuple[SealingKey, ...] = ()
        self._keys_at = 0.0
        self._keeps_days = 0
        # Not asked again: each session shows the processor our newest row, and it believes the newest of all.
        self._trust = Trust.ROLLED_BACK if chain.is_refused() else Trust.UNKNOWN
        if chain.is_refused():
            log.emit(events.SessionRefused())
        self._reopening = Reopening()
        self._opening: asyncio.Task[bool] | None = None

    async def close(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)

    @property
    def trust(self) -> Trust:
        return self._trust

    @property
    def keeps_days(self) -> int:
        return self._keeps_days

    @property
    def in_force(self) -> bool:
        return self._fence is not None

    def sealing_key(self) -> SealingKey:
        return self._keys[0]

    def context(self) -> pb.Context:
        return codec.context(self._fence or 0, self._chain.head())

    async def fresh(self) -> bool:
        """A session is in force and its sealing keys are not older than an hour; opens one otherwise."""
        if self._fence is None or not self._keys or time.monotonic() - self._keys_at > _KEY_REFRESH_S:
            return await self._open_one()
        return True

    async def for_money(self) -> bool:
        """A session is in force; opens one if the one in hand ended while, say, the customer took out the card."""
        if self._fence is None or self._opening is not None:
            await self._open_one()
        return self._fence is not None

    def heed(self, sent: pb.Context, now_ms: int, *, fenced: bool) -> None:
        """An answer to a call made with that context came."""
        self._clock.heard(now_ms)
        if fenced and sent.fence == self._fence:
            self._lose()  # the next call that needs one opens a session of its own

    async def same_ledger(self, epoch: int) -> bool:
        """Whether an answer is from the ledger that our session is with. If not, that is stored, and one is opened."""
        if _digest(epoch) == self._chain.ledger_epoch():
            return True
        if await self._learn(epoch) and self._trust is not Trust.ROLLED_BACK:
            self._lose()
            await self._open_one()
        return False

    def _lose(self) -> None:
        self._fence = None
        self._reopening.lost(time.monotonic())

    async def _open_one(self) -> bool:
        """One OpenSession at a time, whoever asks: each puts the one before out of force."""
        if self._opening is not None and await asyncio.shield(self._opening):
            return True
        if self._trust is Trust.ROLLED_BACK or not self._reopening.may_open(time.monotonic()):
            return False
        if self._opening is None:  # one begun earlier, when nobody answered, says nothing about now
            self._opening = asyncio.create_task(self._open())
            self._opening.add_done_callback(self._opened)
        return await asyncio.shield(self._opening)

    def _opened(self, _: asyncio.Task[bool]) -> None:
        self._opening = None

    async def _open(self) -> bool:
        request = pb.OpenSessionRequest(journal=codec.journal_head(self._chain.head()))
        operation = Operation.OPEN_SESSION
        opened = await self._calls.ask(operation, self._calls.stub.OpenSession, request, _TIMEOUT_S, wait=True)
        if opened is None:
            return False
        renewed, self._fence = self._fence is not None, None  # whatever follows, the session before is out of force
        seen = codec.read_head(opened.last_seen)
        self._clock.heard(opened.now_ms)
        if seen is None or not self._clock.known:
            self._calls.tell_wrong(operation)
            return False
        self._keeps_days = opened.retention_days
        if not await self._learn(opened.ledger_epoch) or not await self._same_journal(seen):
            return False
        sent = await self._calls.ask(
            Operation.SEALING_KEYS, self._calls.stub.GetSealingKeys, pb.GetSealingKeysRequest(), _TIMEOUT_S
        )
        keys = () if sent is None else codec.read_sealing_keys(sent)
        if not keys:
            return False
        if not renewed:  # the hourly renewal falls to the next sale: its line would tell when that was
            self._log.emit(events.SessionOpened())
            self._reopening.opened(time.monotonic())
        self._keys, self._keys_at, self._fence = keys, time.monotonic(), opened.fence
        self._trust = Trust.TRUSTED
        return True

    async def _same_journal(self, seen: JournalHead) -> bool:
        """Whether every row that the processor saw is a row of ours. If not, this journal was rolled back or forked."""
        if seen.sequence == 0 or await self._chain.holds(seen.sequence, seen.hash) is True:
            return True
        self._trust = Trust.ROLLED_BACK
        self._log.emit(events.SessionRefused())
        try:
            await self._chain.note_refused_head(seen)
        except JournalUnwritableError:
            self._log.emit(events.JournalUnwritable())  # the next start is shown it again
        return False

    async def _learn(self, epoch: int) -> bool:
        """The epoch of the processor's ledger, durable on return. False: it could not be stored."""
        known, digest = self._chain.ledger_epoch(), _digest(epoch)
        if digest == known:
            return True
        try:
            await self._chain.change_ledger_epoch(digest)
        except JournalUnwritableError:
            self._log.emit(events.JournalUnwritable())
            return False
        if known is not None:
            self._log.emit(events.LedgerReplaced())
        return True


def _digest(epoch: int) -> bytes:
    """What is kept of an epoch: nothing that the processor chose."""
    return hashlib.sha256(_EPOCH_TAG + epoch.to_bytes(8, "big")).digest()
