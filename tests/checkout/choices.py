"""What the customers of these tests choose, and a vault that takes its time."""

import asyncio

from pos_bridge.domain.identity import Choice, ChoiceKind, Chouchous, Consent, HomeDelivery
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import PointsRule
from tests.checkout.fakes import MemoryVault

MEMBER, ORDER = Chouchous("CH-7788"), HomeDelivery("WEB/2026.11-7")
CHOUCHOUS, DELIVERY = ChoiceKind.CHOUCHOUS, ChoiceKind.HOME_DELIVERY
TENDERS = list(Tender)


class LateVault(MemoryVault):
    """Keeping takes as long as the test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.late = asyncio.Event()

    async def keep(self, key: LegKey, paid: int | None = None, returned: int = 0) -> None:
        await self.late.wait()
        await super().keep(key, paid, returned)


class HangingVault(MemoryVault):
    """Its disk hangs at `hold` for good, and has the choices all the same."""

    async def hold(
        self, key: LegKey, choices: tuple[tuple[Choice, Consent], ...], rule: PointsRule | None = None
    ) -> None:
        self.holding[key] = choices
        await asyncio.Event().wait()

    async def drop(self, key: LegKey) -> None:
        await asyncio.Event().wait()
