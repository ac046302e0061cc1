"""What a person gave about themselves, field by field: each checks itself, and a card number fits in none.

No birth date is ever taken. What a child's parent may give is a size, and the month in which the child was born.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain import detail_shapes as shapes
from pos_bridge.domain.detail_shapes import HOME, Shape
from pos_bridge.domain.typed_card import has_card_number
from pos_bridge.domain.typed_text import bare, plain_digits, readable, uniform, visible

MAX_LENGTH = 80  # characters of a name or a line of an address
MAX_EMAIL = 254  # RFC 5321, 4.5.3.1.3, without its angle brackets
_MOST_AS_SENT = 4  # characters sent for one kept: accents apart from their letters, blanks. More is not looked at


class Field(Enum):
    """What can be given. The numbers are the vault's."""

    LAST_NAME = 1
    FIRST_NAME = 2
    STREET = 3
    CITY = 4
    PROVINCE = 5  # in Canada two letters (QC); elsewhere a name
    POSTAL_CODE = 6  # in Canada A1A 1A1; elsewhere 3 to 12 letters and digits
    COUNTRY = 7  # two letters (ISO 3166-1); Canada where there is none
    EMAIL = 8
    PHONE = 9  # +, the country's number and the rest (E.164)
    CHILD_SIZE = 10  # 4A, 6-9M, T5, 10, ...
    CHILD_MONTH = 11  # YYYY-MM


class Unfit(Enum):
    """Why a text cannot stand in a field. Never with the text."""

    EMPTY = 1  # only blanks, where something was to be
    TOO_LONG = 2
    CHARACTERS = 3  # control characters, invisible ones, symbols, or letters of two scripts in one word
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
    """Fields with their texts, in the order of Field, each at most once. Made by `details`, which checks the texts.

    ValueError for another order, or for no text.
    """

    given: tuple[tuple[Field, str], ...] = ()

    def __post_init__(self) -> None:
        places = [field.value for field, _ in self.given]
        if places != sorted(set(places)) or not all(text for _, text in self.given):
            raise ValueError("details are in the order of their fields, each once")

    def get(self, field: Field) -> str | None:
        return dict(self.given).get(field)

    @property
    def fields(self) -> frozenset[Field]:
        return frozenset(field for field, _ in self.given)

    def only(self, fields: Iterable[Field]) -> "Details":
        """Of these fields what there is."""
        wanted = frozenset(fields)
        return Details(tuple(each for each in self.given if each[0] in wanted))

    def changed(self, changes: Mapping[Field, str | None]) -> "Details":
        """With these instead; None takes a field away. Raises UnfitDetailError."""
        return details({**dict(self.given), **changes})


NO_DETAILS = Details()


def details(given: Mapping[Field, str | None]) -> Details:
    """Texts as they came, made uniform and checked; None and the empty text are left out. Raises UnfitDetailError."""
    country = _kept(Field.COUNTRY, given.get(Field.COUNTRY), HOME)
    texts = ((field, _kept(field, given.get(field), country or HOME)) for field in Field)
    return Details(tuple((field, text) for field, text in texts if text is not None))


# ---- how each is checked ----


_WRITTEN = frozenset({Field.LAST_NAME, Field.FIRST_NAME, Field.STREET, Field.CITY})

_SHAPES: dict[Field, Shape] = {
    Field.LAST_NAME: shapes.name,
    Field.FIRST_NAME: shapes.name,
    Field.STREET: shapes.line,
    Field.CITY: shapes.line,
    Field.PROVINCE: shapes.province,
    Field.POSTAL_CODE: shapes.postal_code,
    Field.COUNTRY: shapes.country,
    Field.EMAIL: shapes.email,
    Field.PHONE: shapes.phone,
    Field.CHILD_SIZE: shapes.size,
    Field.CHILD_MONTH: shapes.month,
}


def _kept(field: Field, text: str | None, country: str) -> str | None:
    if not text:
        return None
    found = _checked(field, text, country)
    if isinstance(found, Unfit):
        raise UnfitDetailError(field, found)
    return found


def _checked(field: Field, text: str, country: str) -> str | Unfit:
    """As it is kept in that field of an address in `country`. A text that is far too long is not looked at."""
    most = MAX_EMAIL if field is Field.EMAIL else MAX_LENGTH
    if len(text) > most * _MOST_AS_SENT:
        return Unfit.TOO_LONG
    kept = uniform(text)
    if not kept:
        return Unfit.EMPTY
    if len(kept) > most:
        return Unfit.TOO_LONG
    if _has_card(text) and not (field is Field.PHONE and shapes.is_short_phone(kept)):
        return Unfit.CARD_NUMBER
    if not (readable(kept) if field in _WRITTEN else visible(kept)):
        return Unfit.CHARACTERS
    return _SHAPES[field](kept, country) or Unfit.SHAPE


def _has_card(text: str) -> bool:
    """A card number in any digits, whatever stands between them."""
    return has_card_number(plain_digits(text)) or has_card_number(bare(text))
