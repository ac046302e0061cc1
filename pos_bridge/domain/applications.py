"""The chip applications this project knows: their AIDs, whose they are, and what a receipt calls them.

A receipt's label comes from here and never from the card, whose own text could say anything. The card room and the
engine read the same table: an AID that is not in it crosses no door, since who made it up could hide a number there.
"""

from dataclasses import dataclass

from pos_bridge.domain.card import Brand
from pos_bridge.domain.chip import ChipReceipt


@dataclass(frozen=True, slots=True)
class Application:
    """`aid`: 5 to 16 bytes (ISO/IEC 7816-5), the first five of which are the RID of the scheme."""

    aid: bytes
    brand: Brand
    label: str


APPLICATIONS = {
    application.aid: application
    for application in (
        Application(bytes.fromhex("A0000000031010"), Brand.VISA, "VISA"),
        Application(bytes.fromhex("A0000000032010"), Brand.VISA, "VISA ELECTRON"),
        Application(bytes.fromhex("A0000000041010"), Brand.MASTERCARD, "MASTERCARD"),
        Application(bytes.fromhex("A0000000043060"), Brand.MASTERCARD, "MAESTRO"),
        Application(bytes.fromhex("A00000002501"), Brand.AMEX, "AMERICAN EXPRESS"),
        Application(bytes.fromhex("A000000025010402"), Brand.AMEX, "AMERICAN EXPRESS"),
        Application(bytes.fromhex("A000000025010801"), Brand.AMEX, "AMERICAN EXPRESS"),
        Application(bytes.fromhex("A0000001523010"), Brand.DISCOVER, "DISCOVER"),
        Application(bytes.fromhex("A0000002771010"), Brand.INTERAC, "INTERAC"),
    )
}
_LONGEST, _SHORTEST = max(map(len, APPLICATIONS)), min(map(len, APPLICATIONS))

# Which bits of EMV 4.4 book 3, annex C5 (TVR) and C6 (TSI), a terminal without XDA and biometrics can set.
_TVR_BITS = bytes.fromhex("FEF8FCF8F0")
_TSI_BITS = bytes.fromhex("FC00")


def application_of(aid: bytes) -> Application | None:
    """The known application that this AID is, or is an extension of (partial name, EMV 4.4 book 1, 12.3.1)."""
    for length in range(min(len(aid), _LONGEST), _SHORTEST - 1, -1):
        if (application := APPLICATIONS.get(aid[:length])) is not None:
            return application
    return None


def reveals_nothing(receipt: ChipReceipt) -> bool:
    """Whether each part of it is one of the few values that mean something, so that nothing else can hide in it."""
    bits = zip(receipt.tvr + receipt.tsi, _TVR_BITS + _TSI_BITS, strict=True)
    return receipt.aid in APPLICATIONS and not any(byte & ~allowed for byte, allowed in bits)


def for_the_door(receipt: ChipReceipt) -> ChipReceipt | None:
    """The receipt as the card room may tell it: the table's AID, no reserved bit. None where the AID is not known."""
    application = application_of(receipt.aid)
    if application is None:
        return None
    tvr = bytes(byte & allowed for byte, allowed in zip(receipt.tvr, _TVR_BITS, strict=True))
    tsi = bytes(byte & allowed for byte, allowed in zip(receipt.tsi, _TSI_BITS, strict=True))
    return ChipReceipt(application.aid, tvr, tsi, receipt.verified)
