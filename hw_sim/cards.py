"""The test cards: numbers that schemes and processors publish for testing, and nothing that was ever issued.

The simulated processor approves these and no other; it never stores or prints any other number. Beside them lie cards
that are not for payment at all, which people swipe by mistake.
"""

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

PIN = "1234"  # of every chip here
MIN_DIFFERENT_DIGITS = 6
_LENGTHS = range(12, 20)  # ISO/IEC 7812-1
_TEN = 10


class Brand(Enum):
    """A card scheme; the value is its number in processor_v1.proto."""

    VISA = 1
    MASTERCARD = 2
    AMEX = 3
    DISCOVER = 4
    INTERAC = 5
    OTHER = 6


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """A plastic card of the simulated store. `expiry_yymm` and `service_code` as on its stripe (ISO/IEC 7813).

    Raises ValueError for a number that fails Luhn's check, or with so few different digits that a search of memory
    for it would find chance matches.
    """

    name: str
    number: str
    brand: Brand
    expiry_yymm: str = "4912"
    service_code: str = "101"

    def __post_init__(self) -> None:
        if not (self.number.isascii() and self.number.isdecimal() and len(self.number) in _LENGTHS):
            raise ValueError("a card number has 12 to 19 digits")
        if not passes_luhn(self.number) or len(set(self.number)) < MIN_DIFFERENT_DIGITS:
            raise ValueError("a test card passes Luhn's check and has at least 6 different digits")

    @property
    def last_four(self) -> int:
        return int(self.number[-4:])


def passes_luhn(number: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1 annex B) of a string of decimal digits."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, _TEN)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % _TEN == 0


_PUBLISHED = (
    Card("visa", "4921817844445119", Brand.VISA),
    Card("mastercard", "5413330089020011", Brand.MASTERCARD),
    Card("amex", "374245455400126", Brand.AMEX),
    Card("discover", "6011000990139424", Brand.DISCOVER),
    Card("interac", "4506445006931933", Brand.INTERAC, service_code="220"),  # a chip: its stripe alone will not do
    # Adyen, "Test card numbers"; one of them and a Diners look like what lies in any memory, and were left out
    Card("mastercard-2", "2222410740360010", Brand.MASTERCARD),  # of the 2-series
    # PayPal, "Credit card numbers for testing"
    Card("amex-2", "378282246310005", Brand.AMEX),
    Card("amex-3", "371449635398431", Brand.AMEX, service_code="201"),  # a chip: its stripe is for when that fails
    Card("amex-corporate", "378734493671000", Brand.AMEX),
    Card("diners", "30569309025904", Brand.OTHER),
)

CARDS = MappingProxyType({card.name: card for card in _PUBLISHED})
BY_NUMBER = MappingProxyType({card.number: card for card in _PUBLISHED})


@dataclass(frozen=True, slots=True, repr=False)
class NonBankCard:
    """A card that is not for payment: what its tracks say between the sentinels (empty: no such track)."""

    name: str
    what: str
    track_1: str
    track_2: str


_OTHERS = (
    NonBankCard("badge", "staff badge", "", "00120457"),
    NonBankCard("loyalty", "loyalty card", "LCHOUCHOUS^TREMBLAY/ZOE^0090417", "0090417=00"),  # it says whose it is
)

NON_BANK_CARDS = MappingProxyType({card.name: card for card in _OTHERS})
IN_THE_WALLET: MappingProxyType[str, Card | NonBankCard] = MappingProxyType({**CARDS, **NON_BANK_CARDS})
