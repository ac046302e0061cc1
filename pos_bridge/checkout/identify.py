"""The one road to the vault: what a customer chose is held before money moves, and kept or dropped as the leg ends.

The vault never decides about money: whatever it does, the sale goes on. And money decides about the vault: what is held
becomes a person's only when the journal's truth is *paid*.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from pos_bridge.checkout.awards import Awards
from pos_bridge.checkout.ports import Journal, Logbook, Vault
from pos_bridge.checkout.returns import Returns, given_back
from pos_bridge.domain.identity import (
    Channel,
    Choice,
    ChoiceKind,
    Chouchous,
    Consent,
    HomeDelivery,
    Purpose,
    VaultFault,
    VaultUnusableError,
    kind_of,
)
from pos_bridge.domain.ledger import JournalUnwritableError, KnownLeg
from pos_bridge.domain.leg import OWED, PAID_STATES, Cause, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import Outcome, PaidByCard, PaidInCash, Running
from pos_bridge.domain.points import PointsRule
from pos_bridge.domain.trouble import Trouble
from pos_bridge.log import events

Paid = PaidByCard | PaidInCash

WITHIN_S = 2.0  # a commit takes milliseconds; a customer does not wait for a disk that hangs
_REFUSED_REMEMBERED = 4096

# Of a sale only: a refund holds nobody, so what is held for one is of a key that was never a sale's.
_NEVER_PAID = frozenset(
    {
        State.DECLINED,
        State.ENDED,
        State.GIVING_BACK,
        State.GIVEN_BACK,
        State.CASH_CANCELLED,
        State.REFUND_INTENT,
        State.REFUNDED,
        State.REFUND_DECLINED,
        State.CASH_REFUNDED,
    }
)
_UNDONE = frozenset({State.REVERSING, State.REVERSED})
_KEPT = PAID_STATES - {State.AUTHORISED}  # one that waits for the till's word stays held


@dataclass(frozen=True, slots=True)
class Consents:
    """What customers agree to at this till: the version of each text, and the language it is shown in (fr or en).

    `clock` gives the local time: a consent has its day and its hour. Without `delivery_text` nobody is asked about it.
    """

    programme_text: str
    delivery_text: str | None
    language: str
    clock: Callable[[], datetime]

    def to(self, choice: Choice) -> Consent:
        """The consent that this choice is, now."""
        match choice:
            case Chouchous():
                text, purpose = self.programme_text, Purpose.PROGRAMME
            case HomeDelivery():
                assert self.delivery_text is not None, "not offered here"
                text, purpose = self.delivery_text, Purpose.DELIVERY
            case _:
                assert_never(choice)
        now = self.clock()
        return Consent(text, self.language, now.date(), now.hour, Channel.TILL, frozenset({purpose}))


class Identify:
    """Asked only about sales with a choice; a sale without one never comes here.

    Keeping and dropping follow the till's answer and do not delay it: what is held is durable, and the journal, durable
    too, says what becomes of it. So an answer may tell as known what is held for a leg that was paid.
    """

    def __init__(
        self, vault: Vault, consents: Consents, journal: Journal, log: Logbook, rule: PointsRule | None = None
    ) -> None:
        """By `rule` members get points (None: there are none)."""
        self.returns = Returns(vault, journal, failed=self._failed, within_s=WITHIN_S)
        self.awards = Awards(
            vault, journal, self.returns, rule=rule, consent=consents.to, failed=self._failed, within_s=WITHIN_S
        )
        self._vault = vault
        self._consents = consents
        self._rule = rule
        self._journal = journal
        self._log = log
        self._live: set[LegKey] = set()  # of sales that are not at their end: the journal does not decide yet
        self._awaiting: set[LegKey] = set()  # held, while the till's word on its payment decides
        self._refused: dict[LegKey, None] = {}  # nothing was held with these
        self._tasks: set[asyncio.Task[None]] = set()
        self._fault: VaultFault | None = None

    async def along(self, choices: tuple[Choice, ...], pay: Callable[[LegKey], Awaitable[Outcome]]) -> Outcome:
        """Run `pay` under a fresh key, with the choices held under it before and sent their way after. Its outcome
        tells what is known.

        What was not held in time may be on disk all the same, now or later, and the power be lost before it is dropped.
        So that payment runs under another key: the first one's will never be in the journal, whose word decides.
        """
        key = LegKey.fresh()
        if not await self._hold(key, choices):
            self._later(self._drop(key))
            return await pay(self._refusing())
        try:
            outcome = await pay(key)
        except Exception:
            self._later(self._settle(key))  # whatever it was, the journal knows
            raise
        except BaseException:
            self._live.discard(key)  # what was asked of the journal may still be written: the next look decides
            raise
        match outcome:
            case PaidByCard(confirm=True):  # nobody's until the till has confirmed
                self._later(self._settle(key))
                return self._telling(outcome, choices)
            case PaidByCard() | PaidInCash():
                self._later(self._keep(key, _paid(outcome)))
                return self._telling(outcome, choices)
            case Running():
                self._live.discard(key)  # not known yet: `settle` asks the journal again
            case _:
                self._later(self._drop(key))
        return outcome

    def decided(self, key: LegKey) -> None:
        """The till has said its word on this payment, or let it pass: whose sale it is follows at once."""
        if key in self._awaiting:
            self._later(self._settle(key))

    async def known(self, key: LegKey) -> frozenset[ChoiceKind]:
        """What is kept, or held, with a leg that was paid. Raises VaultUnusableError."""
        if key in self._refused:
            return frozenset()
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self._vault.known(key)
        except (VaultUnusableError, TimeoutError) as error:
            fault = self._failed(error)
        raise VaultUnusableError(fault)

    async def points(self, key: LegKey, paid: int) -> int | None:
        """What a leg that was paid gave, or will, to the member of its payment. Raises VaultUnusableError."""
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self._vault.earning(key, paid)
        except (VaultUnusableError, TimeoutError) as error:
            fault = self._failed(error)
        raise VaultUnusableError(fault)

    async def settle(self) -> None:
        """Send on its way whatever is held and not of a sale that runs: at the start, and by the hour."""
        try:
            held = await self._vault.held()
        except Exception as error:  # noqa: BLE001 - whatever the vault does, it stops nothing
            self._failed(error)
            return
        for key in held:
            if key not in self._live:
                await self._settle(key)
        await self.returns.settle()

    async def close(self) -> None:
        """Wait for what is on its way; after the lane was closed, before the vault is."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.returns.close()

    async def _hold(self, key: LegKey, choices: tuple[Choice, ...]) -> bool:
        self._live.add(key)
        try:
            async with asyncio.timeout(WITHIN_S):
                agreed = tuple((choice, self._consents.to(choice)) for choice in choices)
                await self._vault.hold(key, agreed, self._rule)
        except Exception as error:  # noqa: BLE001 - whatever the vault does, the sale goes on
            self._failed(error)
            return False
        except BaseException:
            self._live.discard(key)  # it may still be written: of no sale, so the next look drops it
            raise
        self._fault = None
        return True

    def _refusing(self) -> LegKey:
        """For a payment with which nothing is kept, also while the vault cannot be asked."""
        key = LegKey.fresh()
        self._refused[key] = None
        if len(self._refused) > _REFUSED_REMEMBERED:
            del self._refused[next(iter(self._refused))]
        return key

    async def _settle(self, key: LegKey) -> None:
        self._awaiting.add(key)  # before the look: a word that comes during it has another one made
        try:
            leg, back = await self._journal.find_leg(key), await given_back(self._journal, key)
        except Exception as error:  # noqa: BLE001 - it stays held, and is tried again
            if not isinstance(error, JournalUnwritableError):
                self._log.emit(events.RequestFault(Trouble.SETTLING))
            self._live.discard(key)
            return
        if leg is None or leg.state is not State.AUTHORISED:
            self._awaiting.discard(key)
        if leg is None or _unpaid(leg):
            await self._drop(key)
        elif leg.state in _KEPT or _voided(leg):
            await self._keep(key, (leg.approved or leg.amount).cents, back.cents)
            if not back.settled:
                await self.returns.follow(key)
        else:  # undone without a record of it, waiting for the till's word or the cashier's, or for a person's
            self._live.discard(key)

    async def _keep(self, key: LegKey, paid: int, returned: int = 0) -> None:
        await self._end(key, lambda leg: self._vault.keep(leg, paid, returned))

    async def _drop(self, key: LegKey) -> None:
        await self._end(key, self._vault.drop)

    async def _end(self, key: LegKey, how: Callable[[LegKey], Awaitable[None]]) -> None:
        try:
            await how(key)
            self._fault = None
        except Exception as error:  # noqa: BLE001 - it stays held: `settle` tries again
            self._failed(error)
        finally:
            self._live.discard(key)

    def _telling(self, outcome: Paid, choices: tuple[Choice, ...]) -> Paid:
        known = frozenset(map(kind_of, choices))
        if self._rule is None or ChoiceKind.CHOUCHOUS not in known:
            return replace(outcome, known=known)
        return replace(outcome, known=known, points=self._rule.earned(_paid(outcome)))

    def _failed(self, error: Exception) -> VaultFault:
        """Once, not at each sale: the lines of an alarm would tell when those were."""
        match error:
            case VaultUnusableError():
                fault = error.fault
            case TimeoutError():
                fault = VaultFault.DISK
            case _:
                fault = VaultFault.PROGRAM
        if self._fault is not fault:
            self._log.emit(events.VaultUnusable(fault))
        self._fault = fault
        return fault

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _paid(outcome: PaidByCard | PaidInCash) -> int:
    """Cents; in cash before they were rounded, as a card pays them and as they go back."""
    return (outcome.approved if isinstance(outcome, PaidByCard) else outcome.exact).cents


def _unpaid(leg: KnownLeg) -> bool:
    undone = leg.state in _UNDONE and not _voided(leg)
    return leg.state in _NEVER_PAID or undone or (leg.state is State.UNRESOLVED and leg.cause in OWED)


def _voided(leg: KnownLeg) -> bool:
    """Taken back by the till, later: it was a purchase all the same, and the customer linked it."""
    return leg.state in _UNDONE and leg.cause is Cause.VOIDED
