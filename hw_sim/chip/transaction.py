"""One transaction of a card's application, from GET PROCESSING OPTIONS to its last cryptogram (EMV 4.4 book 3, 6, 9).

Gives what its issuer and its own data allow, never more than the terminal asks for unless a fault says so. The card's
counter rises before anything is answered.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hw_sim.chip import certificates, keys
from hw_sim.chip.contents import DDOL, Application
from hw_sim.chip.cryptograms import CardSecrets
from hw_sim.chip.exchange import Answer, Command
from hw_sim.chip.fault import Faults, Flaw
from hw_sim.chip.issuers import Cryptogram
from hw_sim.chip.memory import Memory
from hw_sim.chip.profile import Oda, Profile
from hw_sim.chip.tlv import split, tlv

OK, WRONG_LENGTH, NOT_NOW, WRONG_DATA, WRONG_MAC, NOT_AUTHENTIC = 0x9000, 0x6700, 0x6985, 0x6A80, 0x6988, 0x6300
_UNKNOWN_COMMAND = 0x6D00
_COMBINED = 0x10  # the terminal's wish in P1 of GENERATE AC
_KIND = 0xC0
_DIGITS_8 = 8
_MAC_LENGTH = 8
_NO_SECOND = 0b10  # in a CVR: the second GENERATE AC was not asked for
_BLOCK_APPLICATION, _UNBLOCK_APPLICATION, _BLOCK_CARD, _UNBLOCK_PIN = 0x1E, 0x18, 0x16, 0x24
_TRIES_AGAIN = 3


class Kind(Enum):
    """What a cryptogram says; the value as in tag 9F27 and, shifted, in a CVR."""

    AAC = 0x00
    TC = 0x40
    ARQC = 0x80


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """An application as it is on one card."""

    profile: Profile
    application: Application
    oda: Oda
    secrets: CardSecrets


class Transaction:
    """`given` is the PDOL's data."""

    def __init__(self, issued: Issued, faults: Faults, memory: Memory, given: bytes) -> None:
        self._profile = issued.profile
        self._application = issued.application
        self._oda = issued.oda
        self._secrets = issued.secrets
        self._faults = faults
        self._memory = memory
        self._asked = given  # all that the terminal sent and a combined signature covers
        self._first: Mapping[str, bytes] | None = None
        self._first_kind = Kind.AAC
        self._request = b""  # the ARQC
        self._proved: bool | None = None  # whether the issuer saw it; None: nobody tried
        self._ended = False
        self._scripts = 0
        memory.change(counter=memory.kept.counter + 1)
        self._counter = memory.kept.counter.to_bytes(2, "big")

    @property
    def options(self) -> Answer:
        """The answer to GET PROCESSING OPTIONS."""
        interchange, files = self._application.interchange, self._application.files
        if self._profile.short_answers:
            return Answer(OK, tlv("80", interchange, files))
        return Answer(OK, tlv("77", tlv("82", interchange), tlv("94", files)))

    # ---- proving that the card is genuine ----

    def authenticate(self, challenge: bytes) -> Answer:
        """INTERNAL AUTHENTICATE."""
        if self._oda not in {Oda.DDA, Oda.CDA}:
            return Answer(_UNKNOWN_COMMAND)
        if split(DDOL, challenge) is None:
            return Answer(WRONG_LENGTH)
        signed = self._signed(_dynamic_number(), challenge)
        return Answer(OK, tlv("80", signed) if self._profile.short_answers else tlv("77", tlv("9F4B", signed)))

    def _signed(self, dynamic: bytes, terminals: bytes) -> bytes:
        signed = certificates.signed_dynamic_data(keys.card_key(self._profile.scheme.brand), dynamic, terminals)
        return signed[:-1] + bytes((signed[-1] ^ (Flaw.WRONG_SIGNATURE in self._faults),))

    # ---- cryptograms ----

    def generate(self, command: Command, *, blocked: bool) -> Answer:
        """GENERATE AC, the first or the second one."""
        try:
            wanted = Kind(command.p1 & _KIND)
        except ValueError:
            return Answer(WRONG_DATA)
        if self._ended:
            return Answer(NOT_NOW)
        first = self._first is None
        given = split(self._profile.cdol_1 if first else self._profile.cdol_2, command.data)
        if given is None:
            return Answer(WRONG_LENGTH)
        given = {**(self._first or {}), **given}
        if first:
            self._first = given
            kind = self._first_kind = self._decide(wanted, blocked=blocked)
            second = None
        else:
            kind = second = self._decide_again(wanted, given, blocked=blocked)
        self._ended = not first or kind is not Kind.ARQC
        self._asked += command.data
        combined = self._oda is Oda.CDA and bool(command.p1 & _COMBINED) and kind is not Kind.AAC
        return self._answer(kind, second, given, combined=combined)

    def _decide(self, wanted: Kind, *, blocked: bool) -> Kind:
        if blocked or Flaw.AAC in self._faults:
            return Kind.AAC
        if Flaw.TC in self._faults and wanted is Kind.ARQC:
            return Kind.TC
        return Kind.ARQC if wanted is Kind.TC else wanted  # no card here approves without its issuer

    def _decide_again(self, wanted: Kind, given: Mapping[str, bytes], *, blocked: bool) -> Kind:
        if "91" in given:
            self._prove(given["91"])
        refused = blocked or Flaw.DECLINES_LAST in self._faults
        return Kind.TC if wanted is Kind.TC and self._proved and not refused else Kind.AAC

    def _answer(self, kind: Kind, second: Kind | None, given: Mapping[str, bytes], *, combined: bool) -> Answer:
        issuer_data = self._issuer_data(second)
        cryptogram = self._secrets.cryptogram(given, self._application.interchange, self._counter, issuer_data)
        if second is None:
            self._request = cryptogram
        if Flaw.WRONG_CRYPTOGRAM in self._faults:
            cryptogram = cryptogram[:-1] + bytes((cryptogram[-1] ^ 1,))
        said = bytes((kind.value,))
        if not combined:
            if self._profile.short_answers:
                return Answer(OK, tlv("80", said, self._counter, cryptogram, issuer_data))
            parts = (tlv("9F27", said), tlv("9F36", self._counter), tlv("9F26", cryptogram), tlv("9F10", issuer_data))
            return Answer(OK, tlv("77", *parts))
        before, after = tlv("9F27", said) + tlv("9F36", self._counter), tlv("9F10", issuer_data)
        digest = certificates.transaction_hash(self._asked + before + after)
        signed = self._signed(_dynamic_number() + said + cryptogram + digest, given["9F37"])
        return Answer(OK, tlv("77", before, tlv("9F4B", signed), after))

    def _issuer_data(self, second: Kind | None) -> bytes:
        """Tag 9F10: the version of the cryptogram, and what the card saw (its CVR), in the brand's own shape."""
        later = _NO_SECOND if second is None else second.value >> 6
        seen = later << 6 | self._first_kind.value >> 2
        failed = self._proved is False
        version = self._secrets.version.value
        if self._secrets.version in {Cryptogram.VISA_10, Cryptogram.VISA_18}:
            return bytes((6, 1, version, 3, seen | failed << 3, 0, 0))
        return bytes((1, version, seen, failed << 2, *bytes(4))) + bytes(9) + b"\xff"

    # ---- the issuer's word ----

    def hear_issuer(self, proof: bytes) -> Answer:
        """EXTERNAL AUTHENTICATE: once, between the two cryptograms."""
        if not self._profile.issuer_authentication:
            return Answer(_UNKNOWN_COMMAND)
        if not self._awaits_issuer or self._proved is not None:
            return Answer(NOT_NOW)
        return Answer(OK if self._prove(proof) else NOT_AUTHENTIC)

    @property
    def _awaits_issuer(self) -> bool:
        return self._first is not None and not self._ended

    def _prove(self, proof: bytes) -> bool:
        assert self._first is not None
        proved = self._proved = self._secrets.accepts(proof, self._request, self._counter, self._first["9F37"])
        if proved:
            self._memory.change(online=self._memory.kept.counter)
        return proved

    def obey_script(self, command: Command) -> Answer:
        """A command of an issuer script, before or after the second cryptogram; it ends in a MAC of 8 bytes."""
        if self._first_kind is not Kind.ARQC:
            return Answer(NOT_NOW)
        data, given = command.data[:-_MAC_LENGTH], command.data[-_MAC_LENGTH:]
        counted = self._scripts if self._secrets.counts_scripts else 0
        request = (int.from_bytes(self._request, "big") + counted) % (1 << 64)
        if not self._secrets.accepts_script(command.header, data, given, self._counter, request.to_bytes(8, "big")):
            return Answer(WRONG_MAC)
        self._scripts += 1
        match command.ins:
            case _ if command.ins == _BLOCK_APPLICATION:
                self._memory.change(application_blocked=True)
            case _ if command.ins == _UNBLOCK_APPLICATION:
                self._memory.change(application_blocked=False)
            case _ if command.ins == _BLOCK_CARD:
                self._memory.change(card_blocked=True)
            case _ if command.ins == _UNBLOCK_PIN and not data:
                self._memory.change(tries=_TRIES_AGAIN)
            case _:
                return Answer(_UNKNOWN_COMMAND)
        return Answer(OK)


def _dynamic_number() -> bytes:
    """ICC dynamic data begin with a number of the card's own (EMV 4.4 book 2, table 15)."""
    return bytes((certificates.DYNAMIC_NUMBER_LENGTH,)) + os.urandom(certificates.DYNAMIC_NUMBER_LENGTH)
