"""The issuer's half of what it shares with its chips: genuine cryptograms, the proof of having seen one.

Arithmetic of pyemv, which is neither the cards' nor the terminal's. Pure.
"""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hmac import compare_digest
from types import MappingProxyType
from typing import TypeAlias, assert_never

from cryptography.utils import CryptographyDeprecationWarning
from pyemv.cvn import InteracCVN133, MasterCardCVN16, VisaCVN10, VisaCVN18

from hw_sim.cards import Brand
from hw_sim.chip.issuers import SCHEMES, Cryptogram, Scheme, issuer_master_key, script_key
from hw_sim.processor.chip_data import ChipData

_Version: TypeAlias = VisaCVN10 | VisaCVN18 | MasterCardCVN16 | InteracCVN133
_VERSIONS: Mapping[Cryptogram, type[_Version]] = MappingProxyType(
    {
        Cryptogram.VISA_10: VisaCVN10,
        Cryptogram.VISA_18: VisaCVN18,
        Cryptogram.MASTERCARD_16: MasterCardCVN16,
        Cryptogram.INTERAC_133: InteracCVN133,
    }
)
# Of issuer application data (9F10). Visa's: length, key index, CVN, CVR (length and three bytes). Mastercard's and
# Interac's: key index, CVN, CVR of six bytes.
_CVN_AT: Mapping[Cryptogram, int] = MappingProxyType(
    {
        Cryptogram.VISA_10: 2,
        Cryptogram.VISA_18: 2,
        Cryptogram.MASTERCARD_16: 1,
        Cryptogram.INTERAC_133: 1,
    }
)
_VISA_CVR, _MASTERCARD_CVR = slice(3, 7), slice(2, 8)
_COVERED = ("9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37", "82", "9F36")
_RID_LENGTH = 5
_APPROVES, _DECLINES = bytes.fromhex("00800000"), bytes(4)  # card status update (EMV 4.4 book 3, annex C10)
_UNBLOCK_PIN = bytes.fromhex("8424000008")  # PIN CHANGE/UNBLOCK, nothing but its MAC (book 3, 6.5.10)
_SCRIPT_ID = bytes.fromhex("9F180400000001")


@dataclass(frozen=True, slots=True, repr=False)
class CardKeys:
    """What an issuer can compute for one of its cards, and the transaction it computes it for."""

    scheme: Scheme
    version: _Version
    chip: ChipData

    @property
    def is_genuine(self) -> bool:
        """Whether the application is its brand's, and its cryptogram (ARQC, or AAC of a refund) made by this card."""
        chip, issuer_data = self.chip, self.chip["9F10"]
        at = _CVN_AT[self.scheme.cryptogram]
        if chip["4F"][:_RID_LENGTH] != self.scheme.aid[:_RID_LENGTH]:
            return False
        if issuer_data[at : at + 1] != bytes((self.scheme.cryptogram.value,)):
            return False
        return compare_digest(self._cryptogram(issuer_data), chip["9F26"])

    def _cryptogram(self, issuer_data: bytes) -> bytes:
        with _pyemv_as_it_is():
            return self._computed(issuer_data)

    def _computed(self, issuer_data: bytes) -> bytes:
        given = {f"tag_{tag.lower()}": self.chip[tag] for tag in _COVERED}
        match self.version:
            case VisaCVN10() as version:
                return version.generate_ac(**given, cvr=issuer_data[_VISA_CVR])
            case MasterCardCVN16() as version:
                return version.generate_ac(**given, cvr=issuer_data[_MASTERCARD_CVR])
            case VisaCVN18() | InteracCVN133() as version:
                return version.generate_ac(**given, tag_9f10=issuer_data)
            case _:
                assert_never(self.version)

    def proof(self, code: bytes, *, approves: bool) -> bytes:
        """Issuer authentication data (91): by method 1 ARPC and response code, by method 2 ARPC and status update."""
        with _pyemv_as_it_is():
            return self._proof(code, approves=approves)

    def _proof(self, code: bytes, *, approves: bool) -> bytes:
        request, counter = self.chip["9F26"], self.chip["9F36"]
        match self.version:
            case VisaCVN18() as version:
                update = _APPROVES if approves else _DECLINES
                return version.generate_arpc(request, counter, update) + update
            case InteracCVN133() as version:
                return version.generate_arpc(request, self.chip["9F37"], counter, code) + code
            case VisaCVN10() | MasterCardCVN16() as version:
                return version.generate_arpc(request, code) + code
            case _:
                assert_never(self.version)

    def script(self) -> bytes:
        """A template 72 with one command: the card's tries at its PIN begin anew."""
        with _pyemv_as_it_is():
            command = _UNBLOCK_PIN + self._mac(_UNBLOCK_PIN)
        body = _SCRIPT_ID + bytes((0x86, len(command))) + command
        return bytes((0x72, len(body))) + body

    def _mac(self, command: bytes) -> bytes:
        match self.version:
            case InteracCVN133() as version:
                return version.generate_command_mac(command, self.chip["9F26"])
            case VisaCVN10() | VisaCVN18() | MasterCardCVN16() as version:
                return version.generate_command_mac(command, self.chip["9F26"], self.chip["9F36"])
            case _:
                assert_never(self.version)


def keys_of(brand: Brand, chip: ChipData) -> CardKeys | None:
    """None: no card of that brand has a chip here."""
    scheme = SCHEMES.get(brand)
    if scheme is None:
        return None
    scripts = script_key(brand)
    with _pyemv_as_it_is():
        version = _VERSIONS[scheme.cryptogram](issuer_master_key(brand), scripts, scripts, chip.number, chip.sequence)
    return CardKeys(scheme, version, chip)


@contextmanager
def _pyemv_as_it_is() -> Iterator[None]:
    """It takes TripleDES from where it was before it moved, and would be told so at every step."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield
