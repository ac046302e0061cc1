"""Money as integers: an amount in cents of one currency, and Canadian cash rounding."""

from dataclasses import dataclass
from enum import Enum

MAX_CENTS = 99_999_999


class Currency(Enum):
    """A currency the till sells in; the value is its ISO 4217 number."""

    CAD = 124


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of 0.01 to 999,999.99. Raises ValueError for anything else."""

    cents: int
    currency: Currency = Currency.CAD

    def __post_init__(self) -> None:
        if type(self.cents) is not int or not 1 <= self.cents <= MAX_CENTS:
            raise ValueError("an amount is 1 to 99999999 cents")


def cash_due(cents: int) -> int:
    """What a customer paying cash owes for an exact after-tax total, in cents, rounded to 5 cents.

    1, 2 round down and 3, 4 up to 5; 6, 7 down to 5 and 8, 9 up to 10. A total of 1 or 2 cents is due nothing.
    """
    return (cents + 2) // 5 * 5
