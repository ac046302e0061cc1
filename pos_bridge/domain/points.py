"""Points of the loyalty programme: what a sale gives, and what goes back as its money does. Integers only.

Points exist only beside a choice (domain/identity.py); a sale of nobody has none. The rule of a sale is written beside
its points, and what goes back is a share of those: a rule that changes touches nothing that was given.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum

from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import MAX_CENTS, Amount

MARK_LENGTH = 16  # bytes of a till request's keyed hash: enough to know it again among those of one sale
MAX_WITHDRAWALS = 16  # AwardRefunds of one sale: as many as its record has room for
MAX_POINTS, MAX_FOR_CENTS = 1000, 100_000
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True, slots=True)
class PointsRule:
    """`points` (1 to 1000) for each `for_cents` (1 to 100,000) paid, rounded down. ValueError otherwise."""

    version: str
    points: int
    for_cents: int

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.version):
            raise ValueError("a rule has a version of 1 to 32 letters, digits and . _ -")
        if not (1 <= self.points <= MAX_POINTS and 1 <= self.for_cents <= MAX_FOR_CENTS):
            raise ValueError("a rule gives 1 to 1000 points for 1 to 100000 cents")

    def earned(self, cents: int) -> int:
        return cents * self.points // self.for_cents


@dataclass(frozen=True, slots=True, repr=False)
class Withdrawal:
    """An AwardRefund that was made: which request asked for it, and its share of the sale (cents, points)."""

    mark: bytes
    cents: int
    points: int


@dataclass(frozen=True, slots=True, repr=False)
class Earned:
    """What one sale gave. `rule` is the version of its rule, `paid` the sale's cents, `counted` those that gave points.

    `returned`: cents of the sale whose money went back. `by`: the Loyalty request that asked for it, None for the
    payment itself. A return of goods can be told twice, by its money and by a Loyalty message: it counts once, as the
    larger of both. ValueError for what cannot be.
    """

    rule: str
    paid: int
    counted: int
    points: int
    returned: int = 0
    by: bytes | None = None
    withdrawals: tuple[Withdrawal, ...] = ()

    def __post_init__(self) -> None:
        if not (1 <= self.counted <= self.paid <= MAX_CENTS and 0 <= self.returned <= self.paid and self.points >= 0):
            raise ValueError("a sale gives points for what was paid of it, and no more goes back")
        if (
            self.withdrawn > self.counted
            or len(self.withdrawals) > MAX_WITHDRAWALS
            or not _VERSION.fullmatch(self.rule)
        ):
            raise ValueError("points are withdrawn once, of a sale that gave some by a rule")

    @classmethod
    def of(cls, rule: PointsRule, paid: int, counted: int, by: bytes | None = None) -> "Earned":
        return cls(rule.version, paid, counted, rule.earned(counted), by=by)

    @property
    def withdrawn(self) -> int:
        """Cents that Loyalty messages took back."""
        return sum(each.cents for each in self.withdrawals)

    @property
    def standing(self) -> int:
        """Points that are left of it: all of them, none, or between. A part of the money takes its share, rounded
        down; the last part takes the rest.
        """
        return self.points - max(self._share(self.returned, self.paid), self._share(self.withdrawn, self.counted))

    def after_returns(self, cents: int) -> "Earned":
        """With so many cents given back in all. Never fewer than before: what went back is gone."""
        returned = max(self.returned, min(cents, self.paid))
        return self if returned == self.returned else replace(self, returned=returned)

    def withdrawal(self, mark: bytes) -> Withdrawal | None:
        return next((each for each in self.withdrawals if each.mark == mark), None)

    def after_withdrawal(self, mark: bytes, cents: int | None) -> "Earned | PointsFault":
        """With one more AwardRefund, of so many cents or of all that is left. The same again changes nothing."""
        if self.withdrawal(mark) is not None:
            return self
        left = self.counted - self.withdrawn
        cents = left if cents is None else cents
        if not 1 <= cents <= left:
            return PointsFault.EXCEEDS
        if len(self.withdrawals) == MAX_WITHDRAWALS:
            return PointsFault.TOO_MANY
        before = self.withdrawn
        share = self._share(before + cents, self.counted) - self._share(before, self.counted)
        return replace(self, withdrawals=(*self.withdrawals, Withdrawal(mark, cents, share)))

    def _share(self, cents: int, whole: int) -> int:
        return self.points * cents // whole


# ---- what a till asks about points alone, and what it is told ----


@dataclass(frozen=True, slots=True, repr=False)
class AwardAsk:
    """Count a sale that is paid, for a member. `request`: TillKeys.request of the one who asks.

    The sale is `sale`, or else the one that `reference` (TillKeys.sale) names. `told`: the points that the till reckons
    with, if it says so.
    """

    request: bytes
    sale: LegKey | None
    reference: bytes
    amount: Amount
    member: Chouchous
    told: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class AwardRefundAsk:
    """Take back the points of a sale, whole (`amount` None) or its share. The rest as in AwardAsk."""

    request: bytes
    sale: LegKey
    amount: Amount | None
    told: int | None = None


class PointsFault(Enum):
    """Why nothing was counted or taken back."""

    NO_RULE = "no_rule"
    KIND = "kind"  # not an award and not its refund
    NOBODY = "nobody"  # no member chose it
    UNKNOWN_SALE = "unknown_sale"
    NOT_PAID = "not_paid"
    IN_PARTS = "in_parts"
    COUNTED = "counted"  # before, by its payment or by another request
    NO_POINTS = "no_points"
    EXCEEDS = "exceeds"
    TOO_MANY = "too_many"
    OTHER_POINTS = "other_points"
    VAULT = "vault"  # not now; asked again under the same name it is tried again


@dataclass(frozen=True, slots=True)
class Counted:
    """`points` were given by that sale, or taken back of it."""

    sale: LegKey
    points: int


@dataclass(frozen=True, slots=True)
class NotCounted:
    """Nothing was done. `points`: what it would have been, where the till reckons with others."""

    fault: PointsFault
    points: int | None = None


PointsOutcome = Counted | NotCounted
