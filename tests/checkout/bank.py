"""A processor with accounts: what it approved stands until it is reversed or refunded. Its answers can get lost.

Its word about a key is always the same, as protos/processor_v1.proto asks of one.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from pos_bridge.domain.authorisation import Ask, AskRefund, HeldLeg, Holding, No, ReceiptFacts, Unknown, Yes
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause, Flow, Kind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from tests.checkout.scripted import CODE, VISA, ScriptedProcessor


@dataclass
class Account:
    """What became of a key. `cents` were approved; `given_back` of them by refunds."""

    standing: Standing
    cents: int
    given_back: int = 0


@dataclass
class Bank(ScriptedProcessor):
    """`chances` says of each call whether it does not arrive (0), its answer is lost (1), or all is well; of a sale
    also whether it is declined (2), or half of it is approved (3)."""

    chances: Iterator[int] = field(default_factory=lambda: iter(()))
    accounts: dict[LegKey, Account] = field(default_factory=dict)

    def charged(self) -> int:
        """Cents that all cards together are charged, or held for."""
        stands = {Standing.AUTHORISED, Standing.CAPTURED}
        return sum(kept.cents - kept.given_back for kept in self.accounts.values() if kept.standing in stands)

    async def _on_the_way(self) -> int:
        """A request takes a while, in which the till can crash. So does the answer."""
        for _ in range(3):
            await asyncio.sleep(0)
        return next(self.chances, 9)

    async def authorise(self, ask: Ask) -> Yes | No | Unknown:
        self.asked.append(ask)
        chance = await self._on_the_way()
        if chance == 0:
            return Unknown()
        if ask.key not in self.accounts:
            cents = (
                ask.amount.cents // 2 if chance == 3 and ask.partial_ok and ask.amount.cents > 1 else ask.amount.cents
            )
            approved = Standing.CAPTURED if ask.flow is Flow.ONE_MESSAGE else Standing.AUTHORISED
            self.accounts[ask.key] = Account(Standing.DECLINED if chance == 2 else approved, cents)
        kept = self.accounts[ask.key]
        await asyncio.sleep(0)
        if chance == 1 or kept.standing in {Standing.REVERSED, Standing.TOMBSTONE}:
            return Unknown()
        return No(Cause.ISSUER) if kept.standing is Standing.DECLINED else Yes(Amount(kept.cents), CODE)

    async def capture(self, key: LegKey, amount: Amount) -> bool | Unknown:
        chance = await self._on_the_way()
        kept = self.accounts[key]
        if chance == 0:
            return Unknown()
        if kept.standing is Standing.AUTHORISED:
            kept.standing = Standing.CAPTURED
        await asyncio.sleep(0)
        return Unknown() if chance == 1 else kept.standing is Standing.CAPTURED

    async def reverse(self, key: LegKey) -> Reversed | Unknown:
        self.reversed.append(key)
        chance = await self._on_the_way()
        if chance == 0:
            return Unknown()
        kept = self.accounts.setdefault(key, Account(Standing.TOMBSTONE, 0))
        if kept.given_back:
            return Reversed(Cause.TOO_LATE)
        if kept.standing in {Standing.AUTHORISED, Standing.CAPTURED}:
            kept.standing = Standing.REVERSED
        await asyncio.sleep(0)
        if chance == 1:
            return Unknown()
        cause = {Standing.TOMBSTONE: Cause.TOMBSTONED, Standing.DECLINED: Cause.WAS_DECLINED}.get(kept.standing)
        return Reversed(cause)

    async def refund(self, ask: AskRefund) -> Yes | No | Unknown:
        self.refunded.append(ask)
        chance = await self._on_the_way()
        if chance == 0:
            return Unknown()
        sale = self.accounts.get(ask.sale_key)
        if ask.key not in self.accounts:
            if sale is None or sale.standing is not Standing.CAPTURED:
                return No(Cause.WRONG_STATE)
            if sale.given_back + ask.amount.cents > sale.cents:
                return No(Cause.EXCEEDS)
            sale.given_back += ask.amount.cents
            self.accounts[ask.key] = Account(Standing.REFUNDED, ask.amount.cents)
        return Unknown() if chance == 1 else Yes(ask.amount, CODE)

    async def look_up(self, key: LegKey) -> Holding | Unknown:
        kept = self.accounts.get(key)
        if kept is None:
            return Holding(Standing.NOT_SEEN)
        return Holding(kept.standing, Amount(kept.cents) if kept.cents else None, ReceiptFacts(CODE, VISA))

    async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
        return tuple(
            HeldLeg(
                key,
                Kind.REFUND if kept.standing is Standing.REFUNDED else Kind.SALE,
                kept.standing,
                Amount(kept.cents),
                0,
            )
            for key, kept in self.accounts.items()
            if kept.standing is not Standing.TOMBSTONE
        )
