"""What the customers of these tests choose, and a vault that takes its time."""

import asyncio

from pos_bridge.domain.identity import ChoiceKind, Chouchous, HomeDelivery
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
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
