"""One try at what an open leg waits for: what is asked of the processor about it, and what the answer means.

A journal that the processor does not trust moves nothing: its legs are only looked up (docs/decisions/0012).
"""

from dataclasses import replace

from pos_bridge.checkout.ports import Journal, Logbook, Processor
from pos_bridge.checkout.settling import Settling
from pos_bridge.domain.authorisation import AskRefund, No, Unknown, Yes
from pos_bridge.domain.happening import (
    Approved,
    CaptureDone,
    CaptureRefused,
    Declined,
    Event,
    Found,
    NoAnswer,
    Standing,
    WrongAnswer,
)
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import Cause, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.session import Trust
from pos_bridge.log import events

_DAY_MS = 86_400_000
_ON_ITS_WAY_MS = 10_000  # a request that came in time is done or shows as in progress by then; and clocks drift


class Inquiry:
    """`event` gives what happened to the leg, or None: nothing definite yet."""

    def __init__(self, journal: Journal, processor: Processor, log: Logbook) -> None:
        self._journal = journal
        self._processor = processor
        self._log = log

    async def event(self, settling: Settling) -> Event | None:
        """Of every open leg but one that is GIVING_BACK, which waits for a leg of its own. Raises whatever fails."""
        settling.refused = False
        if not await self._processor.ready():
            return await self._look(settling) if self.only_looks else None
        match settling.leg.state:
            case State.CAPTURING:
                return await self._capture(settling)
            case State.REVERSING:
                return await self._reverse(settling)
            case _:
                return await self._refund(settling)

    @property
    def only_looks(self) -> bool:
        return self._processor.trust() is Trust.ROLLED_BACK

    async def _capture(self, settling: Settling) -> Event | None:
        leg = settling.leg
        assert leg.approved is not None, "only what was approved is captured"
        captured = await self._processor.capture(leg.key, leg.approved)
        if isinstance(captured, Unknown):
            self._stuck(settling, captured, events.CaptureStuck())
            return None
        return CaptureDone() if captured else await self._capture_refused(leg.key)

    async def _capture_refused(self, key: LegKey) -> CaptureRefused | None:
        """Refused for ever: an alarm, unless the leg was reversed, as the till was told (docs/decisions/0003)."""
        held = await self._processor.look_up(key)
        return None if isinstance(held, Unknown) else CaptureRefused(reversed=held.standing is Standing.REVERSED)

    async def _reverse(self, settling: Settling) -> Event | None:
        answer = await self._processor.reverse(settling.leg.key)
        if isinstance(answer, Unknown):
            return None
        if answer.cause is not Cause.TOMBSTONED:
            return answer
        return replace(answer, trusted=answer.trusted and await self._believable(settling.leg.key))

    async def _refund(self, settling: Settling) -> Event | None:
        known = await self._known(settling.leg.key)
        assert known.sale_key is not None, "a refund by reference is of a sale"
        assert known.not_after_ms is not None, "and may be sent until a time"
        if settling.look_up or self._processor.not_after_ms(0) >= known.not_after_ms:
            return await self._look(settling)
        first, settling.unsent = settling.unsent, False
        answer = await self._processor.refund(AskRefund(known.key, known.sale_key, known.amount, known.not_after_ms))
        match answer:
            case Yes(amount, code):
                settling.code = code
                return Approved(amount)
            case No(cause) if first or cause is Cause.ISSUER:
                return Declined(cause)
            case No(cause):  # this try was refused; an earlier one may have been done
                settling.said = cause
                return NoAnswer(may_resend=False)
            case Unknown(wrong=True):
                return WrongAnswer()
            case Unknown():
                self._stuck(settling, answer, events.RefundStuck())
                return NoAnswer(may_resend=True)

    async def _look(self, settling: Settling) -> Event | None:
        held = await self._processor.look_up(settling.leg.key)
        if isinstance(held, Unknown):
            return None
        match held.standing:
            case Standing.NOT_SEEN if settling.leg.state in {State.REVERSING, State.REFUND_INTENT}:
                return await self._not_seen(settling)
            case Standing.TOMBSTONE if not await self._believable(settling.leg.key):
                # Ours, in a ledger that may have seen nothing else.
                return Found(Standing.NOT_SEEN, None, trusted=False)
            case Standing.DECLINED if settling.said is not None:
                return Declined(settling.said)
            case _:
                return Found(held.standing, held.amount)

    async def _not_seen(self, settling: Settling) -> Event | None:
        """Nothing of it is there. That says something only once nothing of it can come any more."""
        known = await self._known(settling.leg.key)
        settling.refused = settling.said is not None
        settling.look_up = False
        if known.not_after_ms is None:
            return Found(Standing.NOT_SEEN, None, trusted=False)
        if self._processor.not_after_ms(0) <= known.not_after_ms + _ON_ITS_WAY_MS:
            return None
        return Found(Standing.NOT_SEEN, None, trusted=await self._believable(settling.leg.key))

    async def _believable(self, key: LegKey) -> bool:
        """Whether *never seen* can be said of this leg: its ledger was not replaced, and keys are kept for so long."""
        known = await self._known(key)
        kept_ms = self._processor.keeps_days() * _DAY_MS
        return not known.doubted and (
            known.begun_ms is None or self._processor.not_after_ms(0) - known.begun_ms <= kept_ms
        )

    async def _known(self, key: LegKey) -> KnownLeg:
        known = await self._journal.find_leg(key)
        assert known is not None, "only what is in the journal is settled"
        return known

    def _stuck(self, settling: Settling, answer: Unknown, alarm: events.CaptureStuck | events.RefundStuck) -> None:
        """Once a leg: tried again and again, it would fill the log."""
        settling.refused = answer.refused
        if answer.refused and not settling.told_stuck:
            settling.told_stuck = True
            self._log.emit(alarm)
