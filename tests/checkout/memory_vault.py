"""A vault in memory: whom each sale is of, and the points that it gave."""

import asyncio

from pos_bridge.domain.identity import (
    Choice,
    ChoiceKind,
    Chouchous,
    Consent,
    VaultFault,
    VaultUnusableError,
    kind_of,
)
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned, PointsFault, PointsRule, Withdrawal


class MemoryVault:
    """Keeps what a vault keeps; `fault` makes it unusable, a `gate` makes it hang. `asked`: the calls, in order."""

    def __init__(self) -> None:
        self.holding: dict[LegKey, tuple[tuple[Choice, Consent], ...]] = {}
        self.kept: dict[LegKey, tuple[tuple[Choice, Consent], ...]] = {}
        self.rules: dict[LegKey, PointsRule | None] = {}
        self.points: dict[LegKey, Earned] = {}
        self.noted: set[LegKey] = set()
        self.asked: list[str] = []
        self.fault: VaultFault | None = None
        self.gate: asyncio.Event | None = None

    async def _ask(self, name: str) -> None:
        self.asked.append(name)
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise VaultUnusableError(self.fault)

    async def hold(
        self, key: LegKey, choices: tuple[tuple[Choice, Consent], ...], rule: PointsRule | None = None
    ) -> None:
        await self._ask("hold")
        self.holding[key] = choices
        self.rules[key] = rule

    async def keep(self, key: LegKey, paid: int | None = None, returned: int = 0) -> None:
        await self._ask("keep")
        if key in self.holding:
            rule = self.rules.get(key)
            if rule is not None and paid is not None and self._is_members(key) and key not in self.points:
                self.points[key] = Earned.of(rule, paid, paid).after_returns(returned)
            self.kept[key] = self.holding.pop(key)

    async def drop(self, key: LegKey) -> None:
        await self._ask("drop")
        self.holding.pop(key, None)

    async def held(self) -> tuple[LegKey, ...]:
        await self._ask("held")
        return tuple(self.holding)

    async def known(self, key: LegKey) -> frozenset[ChoiceKind]:
        await self._ask("known")
        found = self.kept.get(key) or self.holding.get(key) or ()
        return frozenset(kind_of(choice) for choice, _ in found)

    async def earning(self, key: LegKey, paid: int) -> int | None:
        await self._ask("earning")
        rule = self.rules.get(key)
        if key in self.holding:
            return rule.earned(paid) if rule is not None and self._is_members(key) else None
        earned = self.points.get(key)
        return earned.points if earned is not None and earned.by is None else None

    async def earned(self, key: LegKey) -> Earned | None:
        await self._ask("earned")
        return self.points.get(key)

    async def award(self, key: LegKey, choice: Chouchous, consent: Consent, earned: Earned) -> Earned | PointsFault:
        await self._ask("award")
        before = self.points.get(key)
        if before is not None:
            return before if before.by is not None and before.by == earned.by else PointsFault.COUNTED
        if self._is_members(key) and (choice not in {each for each, _ in self.kept.get(key, ())}):
            return PointsFault.COUNTED
        self.kept[key] = (*self.kept.get(key, ()), (choice, consent))
        self.points[key] = earned
        return earned

    async def withdraw(self, key: LegKey, mark: bytes, cents: int | None) -> Withdrawal | PointsFault:
        await self._ask("withdraw")
        if key not in self.points:
            return PointsFault.NO_POINTS
        after = self.points[key].after_withdrawal(mark, cents)
        if isinstance(after, PointsFault):
            return after
        self.points[key] = after
        return next(each for each in after.withdrawals if each.mark == mark)

    async def returned(self, key: LegKey, cents: int, *, settled: bool) -> None:
        await self._ask("returned")
        if key in self.points:
            self.points[key] = self.points[key].after_returns(cents)
            (self.noted.discard if settled else self.noted.add)(key)

    async def returning(self) -> tuple[LegKey, ...]:
        await self._ask("returning")
        return tuple(self.noted)

    def _is_members(self, key: LegKey) -> bool:
        given = (*self.kept.get(key, ()), *self.holding.get(key, ()))
        return any(isinstance(choice, Chouchous) for choice, _ in given)
