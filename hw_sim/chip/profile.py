"""What is on each brand's chip card: its application as the issuer personalised it. Values only.

Shaped after the schemes' own cards, simplified: what a brand does differently for a terminal is different here too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from hw_sim.cards import CARDS, Brand, Card
from hw_sim.chip.issuers import SCHEMES, Scheme
from hw_sim.chip.tlv import dol

SEQUENCE = "01"  # 5F34, of every card
PIN_TRIES = 3
_CARD_HOLDER_VERIFIED, _RISK_MANAGED, _ISSUER_AUTHENTICATED = 0x10, 0x08, 0x04  # bits of the AIP's first byte

_ALWAYS = (
    ("9F02", 6),
    ("9F03", 6),
    ("9F1A", 2),
    ("95", 5),
    ("5F2A", 2),
    ("9A", 3),
    ("9C", 1),
    ("9F37", 4),
)
_SIGNATURE, _NO_CVM = "5E03", "1F03"  # and go on where it fails, if the terminal can do it
_OFFLINE_PIN, _ONLINE_PIN = "4103", "0200"


class Oda(Enum):
    """How a card lets a terminal authenticate it offline; the value is the word on the command line."""

    NONE = "none"
    SDA = "sda"
    DDA = "dda"
    CDA = "cda"

    @property
    def bits(self) -> int:
        """Of the AIP's first byte. A card with combined authentication can do the dynamic one too."""
        return {Oda.NONE: 0, Oda.SDA: 0x40, Oda.DDA: 0x20, Oda.CDA: 0x21}[self]


@dataclass(frozen=True, slots=True, repr=False)
class Profile:
    """One brand's application. `codes`: IAC denial, online and default (9F0E, 9F0F, 9F0D), 5 bytes each.

    `short_answers`: GPO and GENERATE AC answer in format 1 (tag 80). `pdol`, `cdol_1`, `cdol_2`: what it asks the
    terminal for. `filler`: bytes of the issuer's own in the first record, for a card with long answers.
    """

    scheme: Scheme
    short_answers: bool
    issuer_authentication: bool
    pdol: bytes
    cdol_1: bytes
    cdol_2: bytes
    verification: bytes
    codes: tuple[bytes, bytes, bytes]
    oda: Oda
    filler: int = 0

    @property
    def interchange(self) -> int:
        """The AIP's first byte (tag 82) without its bits for authentication."""
        authenticated = _ISSUER_AUTHENTICATED if self.issuer_authentication else 0
        return _CARD_HOLDER_VERIFIED | _RISK_MANAGED | authenticated


def _codes(denial: str, online: str, default: str) -> tuple[bytes, bytes, bytes]:
    return bytes.fromhex(denial), bytes.fromhex(online), bytes.fromhex(default)


def _methods(*rules: str) -> bytes:
    """Tag 8E, without amounts."""
    return bytes(8) + bytes.fromhex("".join(rules))


PROFILES: Mapping[Brand, Profile] = MappingProxyType(
    {
        Brand.VISA: Profile(
            SCHEMES[Brand.VISA],
            short_answers=True,
            issuer_authentication=True,
            pdol=dol(("9F1A", 2), ("9F33", 3), ("9F35", 1)),
            cdol_1=dol(*_ALWAYS),
            cdol_2=dol(("8A", 2), *_ALWAYS),
            verification=_methods(_SIGNATURE, _NO_CVM),
            codes=_codes("0010000000", "D84004F800", "D84000A800"),
            oda=Oda.DDA,
        ),
        Brand.MASTERCARD: Profile(
            SCHEMES[Brand.MASTERCARD],
            short_answers=False,
            issuer_authentication=False,  # its second GENERATE AC takes the issuer's proof
            pdol=b"",
            cdol_1=dol(*_ALWAYS, ("9F35", 1), ("9F45", 2), ("9F34", 3)),
            cdol_2=dol(("91", 10), ("8A", 2), ("95", 5), ("9F37", 4)),
            verification=_methods(_OFFLINE_PIN, _SIGNATURE, _NO_CVM),
            codes=_codes("0000000000", "F870BCF800", "FC50BCA000"),
            oda=Oda.CDA,
        ),
        Brand.AMEX: Profile(
            SCHEMES[Brand.AMEX],
            short_answers=True,
            issuer_authentication=True,
            pdol=b"",
            cdol_1=dol(*_ALWAYS),
            cdol_2=dol(("8A", 2), *_ALWAYS),
            verification=_methods(_SIGNATURE),
            codes=_codes("0010000000", "CC78FCF800", "CC00FC8000"),
            oda=Oda.SDA,
        ),
        Brand.DISCOVER: Profile(
            SCHEMES[Brand.DISCOVER],
            short_answers=False,
            issuer_authentication=True,
            pdol=dol(("9F1A", 2)),
            cdol_1=dol(*_ALWAYS),
            cdol_2=dol(("8A", 2), *_ALWAYS),
            verification=_methods(_SIGNATURE, _NO_CVM),
            codes=_codes("0010000000", "FCF8FCF8F0", "FCE09CF800"),
            oda=Oda.DDA,
            filler=202,
        ),
        Brand.INTERAC: Profile(
            SCHEMES[Brand.INTERAC],
            short_answers=False,
            issuer_authentication=False,
            pdol=dol(("9F59", 3), ("9F1A", 2), ("9F02", 6)),  # 9F59 is Interac's own: other terminals fill in zeros
            cdol_1=dol(*_ALWAYS, ("9F34", 3)),
            cdol_2=dol(("91", 10), ("8A", 2), *_ALWAYS),
            verification=_methods(_ONLINE_PIN),
            codes=_codes("0010980000", "FC68A4F800", "FC68A4F800"),  # no PIN, no payment
            oda=Oda.CDA,
        ),
    }
)

CHIP_CARDS: Mapping[str, Card] = MappingProxyType(
    {name: CARDS[name] for name in ("visa", "mastercard", "amex", "discover", "interac", "amex-3")}
)
