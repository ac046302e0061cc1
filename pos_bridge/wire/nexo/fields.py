"""What requests of several rooms are made of: the base of their structs, bounded text, names of transactions."""

from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from pos_bridge.wire.nexo.words import spelled

ServiceID = Annotated[str, Meta(min_length=1, max_length=10)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Word = Annotated[str, Meta(min_length=1, max_length=32)]
Stamp = Annotated[str, Meta(min_length=1, max_length=40)]
Reference = Annotated[str, Meta(min_length=1, max_length=128)]
CurrencyCode = Annotated[str, Meta(min_length=3, max_length=3)]

_One = TypeVar("_One")


class Fields(Struct, frozen=True, rename=spelled, omit_defaults=True, gc=False):
    def __repr__(self) -> str:
        return type(self).__name__  # the content is the till's


def several(value: list[_One] | _One | None) -> list[_One]:
    """Nexo's fields that hold one value or an array of them."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def find_unprintable(struct: Struct) -> None:
    """Refuse control characters in text that is echoed: it would end up on receipts and displays.

    A no-break space passes. The message of the ValueError is read by decode.py. Called when all of the struct's text,
    joined, is not printable: a check, let alone a pattern, for each field costs more than the rest of decoding.
    """
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if type(value) is str and not value.replace("\u00a0", " ").isprintable():
            raise ValueError(f"Unprintable field `{spelled(name)}`")


class TransactionID(Fields, frozen=True):
    """TransactionIdentificationType: whose it is depends on the field it stands in. Echoed as it came."""

    transaction_id: Reference
    time_stamp: Stamp | None = None

    def __post_init__(self) -> None:
        text = f"{self.transaction_id}{self.time_stamp}"
        if not text.isprintable():
            find_unprintable(self)


class OriginalPOITransaction(Fields, frozen=True):
    """An earlier transaction by the terminal's own name of it. Which terminal and till made it is not asked."""

    poi_transaction_id: TransactionID
