"""A refund or a void with the points of its sale following it: noted before its money moves, settled after."""

from pos_bridge.checkout.admission import Answer, Work
from pos_bridge.checkout.returns import Returns
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey


class Followed:
    """A Work (checkout/admission.py) that is `work` itself, but for the points of `sale`."""

    def __init__(self, work: Work, sale: LegKey, returns: Returns) -> None:
        self._work = work
        self._sale = sale
        self._returns = returns

    @property
    def till(self) -> TillKeys:
        return self._work.till

    @property
    def service_id(self) -> str:
        return self._work.service_id

    async def objection(self) -> Answer | None:
        return await self._work.objection()

    async def run(self) -> Answer:
        return await self._returns.along((self._sale,), self._work.run)

    def withdraw(self, cause: Cause) -> None:
        self._work.withdraw(cause)

    def not_begun(self, cause: Cause) -> Answer:
        return self._work.not_begun(cause)
