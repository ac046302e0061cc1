"""What the tills' side needs from the checkout, and where it keeps what a till may ask again."""

from typing import Protocol

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import (
    Busy,
    GiveBackAsk,
    Health,
    Outcome,
    RefundAsk,
    RefundOutcome,
    Running,
    SaleAsk,
    StatusAnswer,
)
from pos_bridge.domain.points import AwardAsk, AwardRefundAsk, Counted, PointsOutcome
from pos_bridge.domain.totals import Reckoning


class Desk(Protocol):
    """A checkout as a till's protocol sees it."""

    async def pay(self, ask: SaleAsk) -> Outcome:
        """Runs to its end whoever stops waiting for it. The same request again waits for, or is given, the answer."""

    async def refund(self, ask: RefundAsk) -> RefundOutcome:
        """As pay: runs to its end, and the same request again is given the same answer."""

    async def give_back(self, ask: GiveBackAsk) -> RefundOutcome:
        """As refund."""

    async def period(self) -> Reckoning:
        """What was sold and given back since the last day end, and how the processor's books differ.

        Raises JournalUnwritableError.
        """

    async def closed_period(self, request: bytes) -> Reckoning | None:
        """The day that this request (TillKeys.request) ended, also in an earlier run, for 48 h.

        Raises JournalUnwritableError.
        """

    async def close_period(self, request: bytes) -> Reckoning:
        """The day end, once for each request. Raises JournalUnwritableError: it did not happen."""

    async def status(self, request: bytes) -> StatusAnswer:
        """By TillKeys.request. A request never seen is closed by asking."""

    async def abort(self, request: bytes) -> bool:
        """Withdraw a payment that waits for its card. False: nothing matched, and that request is closed."""

    async def told(self, key: LegKey) -> None:
        """The answer of this leg was handed to the till."""

    async def known(self, key: LegKey) -> frozenset[ChoiceKind]:
        """What the vault keeps with this paid leg, as it says now. Raises VaultUnusableError."""

    async def points(self, key: LegKey, paid: int) -> int | None:
        """The points that this paid leg gave its member by its payment of so many cents. Raises VaultUnusableError."""

    async def award(self, ask: AwardAsk) -> PointsOutcome | Busy | Running:
        """Count a paid sale. The same request again is given what it gave; Running: ask for it again."""

    async def take_back(self, ask: AwardRefundAsk) -> PointsOutcome | Busy | Running:
        """As award."""

    async def counted(self, request: bytes, sale: LegKey | None, reference: bytes) -> Counted | None:
        """What an award or its refund did, as the vault has it now: AwardAsk's fields. None: nothing.

        Raises VaultUnusableError, JournalUnwritableError.
        """

    async def health(self) -> Health: ...


class Answers(Protocol):
    """The answers file: what a till must be able to ask again for 48 h, encrypted under a key of the day."""

    async def keep(self, request: bytes, poi: bytes, content: bytes) -> None:
        """Keep `content` (at most 64 KiB) under the keyed hashes of the till request and of its POIID."""

    async def recall(self, request: bytes) -> bytes | None: ...

    async def last(self, poi: bytes) -> bytes | None:
        """TillKeys.request of the newest request kept for this POIID."""
