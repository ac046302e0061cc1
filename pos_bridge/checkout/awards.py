"""Points by a message of its own: an award for a sale that was paid here, and its taking back. No money moves.

A sale gives points once, whoever asks and however often: they are kept under the sale's own key, where its payment
would have put them. So a till that sends the member with the payment and an award after it is told that they are
counted; and an award without a paid sale counts nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pos_bridge.checkout.ports import Journal, Vault
from pos_bridge.checkout.returns import Returns, given_back
from pos_bridge.domain.identity import Choice, Consent, VaultFault, VaultUnusableError
from pos_bridge.domain.ledger import JournalUnwritableError, KnownLeg
from pos_bridge.domain.leg import PAID_STATES, Kind, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import Running
from pos_bridge.domain.points import (
    MARK_LENGTH,
    AwardAsk,
    AwardRefundAsk,
    Counted,
    Earned,
    NotCounted,
    PointsFault,
    PointsOutcome,
    PointsRule,
    Withdrawal,
)

Told = TypeVar("Told")

_PAID = PAID_STATES - {State.AUTHORISED}  # one that waits for the till's word may still be taken back


class Awards:
    """Asked while nothing moves money at this till, so that no refund begins between a look and an award.

    By `rule` (None: nothing is counted); `consent` is what a choice is at this till, now. `failed` is told what went
    wrong in the vault, for which each call waits `within_s`.
    """

    def __init__(
        self,
        vault: Vault,
        journal: Journal,
        returns: Returns,
        *,
        rule: PointsRule | None,
        consent: Callable[[Choice], Consent],
        failed: Callable[[Exception], VaultFault],
        within_s: float,
    ) -> None:
        self._vault = vault
        self._journal = journal
        self._returns = returns
        self._rule = rule
        self._consent = consent
        self._failed = failed
        self._within_s = within_s

    async def award(self, ask: AwardAsk, *, believed: bool) -> PointsOutcome | Running:
        """Running: the vault did not answer in time and may do it yet; the same request again tells.

        Of a journal that is not `believed` (an old copy) nothing is counted: what it has as paid may be given back.
        """
        if self._rule is None:
            return NotCounted(PointsFault.NO_RULE)
        try:
            before = await self.counted(ask.request, ask.sale, ask.reference)
            if before is not None:
                return before
            if not believed:
                return NotCounted(PointsFault.VAULT)
            legs = await self._paid_legs(ask)
            return NotCounted(legs) if isinstance(legs, PointsFault) else await self._first(legs, ask, self._rule)
        except (JournalUnwritableError, VaultUnusableError):
            return NotCounted(PointsFault.VAULT)

    async def take_back(self, ask: AwardRefundAsk) -> PointsOutcome | Running:
        """As `award`. Of points whose money went back before, none are taken twice."""
        mark, cents = ask.request[:MARK_LENGTH], None if ask.amount is None else ask.amount.cents
        try:
            earned = await self._soon(self._vault.earned(ask.sale))
            after = PointsFault.NO_POINTS if earned is None else earned.after_withdrawal(mark, cents)
            would = after.withdrawal(mark) if isinstance(after, Earned) else None
            if would is not None and ask.told not in {None, would.points}:
                return NotCounted(PointsFault.OTHER_POINTS, would.points)
            taken = await self._answer(self._vault.withdraw(ask.sale, mark, cents))
        except VaultUnusableError:
            return NotCounted(PointsFault.VAULT)
        match taken:
            case Withdrawal(points=points):
                return Counted(ask.sale, points)
            case PointsFault():
                return NotCounted(taken)
            case _:
                return taken

    async def counted(self, request: bytes, sale: LegKey | None, reference: bytes) -> Counted | None:
        """What this request did, as the vault has it. Raises VaultUnusableError, JournalUnwritableError."""
        mark = request[:MARK_LENGTH]
        for key in (sale,) if sale is not None else await self._journal.requests_of_sale(reference):
            earned = await self._soon(self._vault.earned(key))
            if earned is None:
                continue
            taken = earned.withdrawal(mark)
            if taken is not None or earned.by == mark:
                return Counted(key, earned.standing if taken is None else taken.points)
        return None

    async def _paid_legs(self, ask: AwardAsk) -> tuple[KnownLeg, ...] | PointsFault:
        """The sale that is meant: one, or the payments that a till made of the same amount under the same name."""
        keys = (ask.sale,) if ask.sale is not None else await self._journal.requests_of_sale(ask.reference)
        found = [await self._journal.find_leg(key) for key in keys]
        legs = [leg for leg in found if leg is not None and leg.kind is Kind.SALE]
        if not legs:
            return PointsFault.UNKNOWN_SALE
        paid = tuple(leg for leg in legs if leg.state in _PAID)
        if ask.sale is None and [leg for leg in paid if await self._journal.basket_of(leg.key) is not None]:
            return PointsFault.IN_PARTS
        return paid or PointsFault.NOT_PAID

    async def _first(self, legs: tuple[KnownLeg, ...], ask: AwardAsk, rule: PointsRule) -> PointsOutcome | Running:
        """The first of them that is not counted yet."""
        told: PointsOutcome | Running = NotCounted(PointsFault.NOT_PAID)
        for leg in legs:
            told = await self._one(leg, ask, rule)
            if told != NotCounted(PointsFault.COUNTED):
                break
        return told

    async def _one(self, leg: KnownLeg, ask: AwardAsk, rule: PointsRule) -> PointsOutcome | Running:
        paid, back = (leg.approved or leg.amount).cents, await given_back(self._journal, leg.key)
        if back.cents >= paid:
            return NotCounted(PointsFault.NOT_PAID)
        if ask.amount.cents > paid:
            return NotCounted(PointsFault.EXCEEDS)
        earned = Earned.of(rule, paid, ask.amount.cents, ask.request[:MARK_LENGTH]).after_returns(back.cents)
        if ask.told not in {None, earned.standing}:
            return NotCounted(PointsFault.OTHER_POINTS, earned.standing)
        given = await self._answer(self._vault.award(leg.key, ask.member, self._consent(ask.member), earned))
        match given:
            case Earned():
                if not back.settled:
                    await self._returns.follow(leg.key)
                return Counted(leg.key, given.standing)
            case PointsFault():
                return NotCounted(given)
            case _:
                return given

    async def _answer(self, asked: Awaitable[Told]) -> Told | Running:
        """A change: what takes too long may still be made."""
        try:
            async with asyncio.timeout(self._within_s):
                return await asked
        except TimeoutError as error:
            self._failed(error)
            return Running()
        except VaultUnusableError as error:
            self._failed(error)
            raise

    async def _soon(self, asked: Awaitable[Told]) -> Told:
        """A look: what takes too long is not answered. Raises VaultUnusableError."""
        try:
            async with asyncio.timeout(self._within_s):
                return await asked
        except (TimeoutError, VaultUnusableError) as error:
            fault = self._failed(error)
        raise VaultUnusableError(fault)
