"""What a person gave about themselves, field by field: each checks itself, and a card number fits in none.

No birth date is ever taken. What a child's parent may give is a size, and the month in which the child was born.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

MAX_LENGTH = 80  # characters of a name or a line of an address


class Field(Enum):
    """What can be given. The numbers are the vault's."""

    LAST_NAME = 1
    FIRST_NAME = 2
    STREET = 3
    CITY = 4
    PROVINCE = 5
    POSTAL_CODE = 6
    COUNTRY = 7
    EMAIL = 8
    PHONE = 9
    CHILD_SIZE = 10
    CHILD_MONTH = 11  # YYYY-MM


class Unfit(Enum):
    """Why a text cannot stand in a field. Never with the text."""

    EMPTY = 1
    TOO_LONG = 2
    CHARACTERS = 3  # control characters, invisible ones, or letters of two scripts in one word
    CARD_NUMBER = 4
    SHAPE = 5  # not a postal code, a telephone number, an e-mail address, ...


class UnfitDetailError(ValueError):
    """Says which field and why, never what stood in it."""

    def __init__(self, field: Field, why: Unfit) -> None:
        super().__init__(f"{field.name}: {why.name}")
        self.field = field
        self.why = why


@dataclass(frozen=True, slots=True, repr=False)
class Details:
    """Fields with their texts, in the order of Field, each at most once. Made by `details`, which checks them."""

    given: tuple[tuple[Field, str], ...] = ()

    def get(self, field: Field) -> str | None:
        return dict(self.given).get(field)

    def only(self, fields: Iterable[Field]) -> "Details":
        """Of these fields what there is."""
        wanted = frozenset(fields)
        return Details(tuple(each for each in self.given if each[0] in wanted))

    def changed(self, changes: Mapping[Field, str | None]) -> "Details":
        """With these instead; None takes a field away. Raises UnfitDetailError."""
        return details({**dict(self.given), **changes})


NO_DETAILS = Details()


def details(given: Mapping[Field, str | None]) -> Details:
    """Texts as they came, made uniform and checked; None and nothing are left out. Raises UnfitDetailError."""
    raise NotImplementedError(given)
