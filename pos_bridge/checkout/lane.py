"""One till's lane: takes what the till asks, runs at most one movement of money at a time, and answers for what it did.

What each movement is stands in a room of its own (pay, refund, give_back); card data never comes here.
"""

import time
from collections.abc import Callable

from pos_bridge.checkout.admission import Admission, Answer
from pos_bridge.checkout.answers import Answers
from pos_bridge.checkout.card_sale import Parts
from pos_bridge.checkout.identify import Identify
from pos_bridge.checkout.pay import Payment
from pos_bridge.checkout.recording import Recording
from pos_bridge.domain.identity import ChoiceKind, VaultFault, VaultUnusableError
from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import (
    Contradiction,
    Health,
    NeverSeen,
    Outcome,
    Running,
    SaleAsk,
    StatusAnswer,
)


def _boot_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lane:
    """Met by pos_api.ports.Desk. `close` after the API has stopped taking requests. `clock_s` is never set back.

    Without `identify` this till keeps nobody, whatever was chosen.
    """

    def __init__(self, parts: Parts, identify: Identify | None = None, clock_s: Callable[[], float] = _boot_s) -> None:
        self._parts = parts
        self._identify = identify
        self._journal = parts.journal
        self._recording = Recording(parts.journal, parts.log)
        self._answers = Answers(parts.journal, parts.processor)
        self._admission = Admission(parts.journal, self._answers, self._recording, clock_s)

    async def pay(self, ask: SaleAsk) -> Outcome:
        work = Payment(ask, self._parts, self._recording, self._answers, self._identify)
        answer = await self._admission.admit(work)
        return answer if isinstance(answer, Outcome) else Contradiction()  # that request was one for something else

    async def status(self, request: bytes) -> StatusAnswer:
        if self._admission.runs(request):
            return Running()
        told: Answer | None = await self._admission.remembered(request)
        if isinstance(told, StatusAnswer):
            return told
        try:
            known = await self._journal.find_request(request)
        except JournalUnwritableError:
            self._recording.failed()
            return Running()
        if self._admission.runs(request):
            return Running()
        return await self._close_request(request) if known is None else await self._answers.to(known)

    async def abort(self, request: bytes) -> bool:
        if self._admission.withdraw(request):
            return True
        if await self._admission.remembered(request) is None:
            await self._close_request(request)  # changes nothing where there is a leg
        return False

    async def told(self, key: LegKey) -> None:
        try:
            await self._journal.mark_told(key)
        except JournalUnwritableError:
            self._recording.failed()

    async def known(self, key: LegKey) -> frozenset[ChoiceKind]:
        if self._identify is None:  # an earlier run had a vault, and this one is not told its key
            raise VaultUnusableError(VaultFault.WRONG_KEY)
        return await self._identify.known(key)

    async def health(self) -> Health:
        parts = self._parts
        return Health(parts.processor.reachable(), self._recording.works, await parts.readers.states())

    async def close(self) -> None:
        """What waits for its card is withdrawn; what was sent gets ten seconds, then recovery has it."""
        await self._admission.close()

    async def _close_request(self, request: bytes) -> StatusAnswer:
        """Never *not seen* without closing: the till may now send again, so a late copy must find a closed door."""
        if self._admission.runs(request):  # it came while it was looked up
            return Running()
        return NeverSeen() if await self._admission.shut(request) else Running()
