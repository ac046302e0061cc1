"""The card's half of the secrets it shares with its issuer: application cryptograms, ARPC, and MACs of issuer scripts.

EMV 4.4 book 2, 8, 9 and annex A1, by the cards' own arithmetic; the simulated issuer has another. Nothing is kept here.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from hw_sim.cards import Brand
from hw_sim.chip.issuers import SCHEMES, Cryptogram, issuer_master_key, script_key
from hw_sim.dukpt import BLOCK, decrypt, encrypt

TRANSACTION_DATA = ("9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37")  # what every version covers, in order
_RESPONSE_CODE, _STATUS_UPDATE, _SHORT_ARPC = 2, 4, 4
_CVR_IN_VISA, _CVR_IN_MASTERCARD = slice(3, 7), slice(2, 8)  # of the issuer application data
_MAC_LENGTHS = range(4, 9)
_METHOD_2 = frozenset({Cryptogram.VISA_18})
_PADDED_BY_ZEROS = frozenset({Cryptogram.VISA_10})
_VISA_SCRIPTS = frozenset({Cryptogram.VISA_10, Cryptogram.VISA_18})
_UNPREDICTABLE_KEY = frozenset({Cryptogram.MASTERCARD_16, Cryptogram.INTERAC_133})


@dataclass(frozen=True, slots=True, repr=False)
class CardSecrets:
    """Keys of one card, derived from its issuer's (annex A1.4.1, option A)."""

    version: Cryptogram
    application: bytes
    scripts: bytes

    def cryptogram(self, given: Mapping[str, bytes], profile: bytes, counter: bytes, issuer_data: bytes) -> bytes:
        """Tag 9F26: over the terminal's `given`, the interchange profile (82), the ATC and issuer data (9F10)."""
        covered = b"".join(given[tag] for tag in TRANSACTION_DATA) + profile + counter
        match self.version:
            case Cryptogram.VISA_10:
                covered += issuer_data[_CVR_IN_VISA]
            case Cryptogram.MASTERCARD_16:
                covered += issuer_data[_CVR_IN_MASTERCARD]
            case Cryptogram.VISA_18 | Cryptogram.INTERAC_133:
                covered += issuer_data
        return mac(self._session(counter, given["9F37"]), _fill(covered, zeros=self.version in _PADDED_BY_ZEROS))

    def accepts(self, answer: bytes, cryptogram: bytes, counter: bytes, unpredictable: bytes) -> bool:
        """Whether issuer authentication data (tag 91) proves that the issuer saw this ARQC (8.2)."""
        if self.version in _METHOD_2:
            if len(answer) < _SHORT_ARPC + _STATUS_UPDATE:
                return False
            arpc, told = answer[:_SHORT_ARPC], answer[_SHORT_ARPC:]
            key = self._session(counter, unpredictable)
            return hmac.compare_digest(mac(key, _fill(cryptogram + told))[:_SHORT_ARPC], arpc)
        if len(answer) != BLOCK + _RESPONSE_CODE:
            return False
        arpc, code = answer[:BLOCK], answer[BLOCK:]
        mastercard = self.version is Cryptogram.MASTERCARD_16
        key = self.application if mastercard else self._session(counter, unpredictable)
        mixed = bytes(a ^ b for a, b in zip(cryptogram, code.ljust(BLOCK, b"\0"), strict=True))
        return hmac.compare_digest(encrypt(key, mixed), arpc)

    def accepts_script(self, header: bytes, data: bytes, given: bytes, counter: bytes, cryptogram: bytes) -> bool:
        """Whether `given`, 4 to 8 bytes, is the MAC of a script's command (9.2.3). `header` with its Lc.

        `cryptogram` is the ARQC, increased by one for each script command before this one where the brand does so.
        """
        if len(given) not in _MAC_LENGTHS:
            return False
        key = self._visa_script_key(counter) if self.version in _VISA_SCRIPTS else _derived(self.scripts, cryptogram)
        between = b"" if self.version is Cryptogram.INTERAC_133 else counter + cryptogram
        return hmac.compare_digest(mac(key, _fill(header + between + data))[: len(given)], given)

    @property
    def counts_scripts(self) -> bool:
        return self.version not in _VISA_SCRIPTS

    def _session(self, counter: bytes, unpredictable: bytes) -> bytes:
        """The key of one transaction (annex A1.3.1); version 10 of Visa has none of its own."""
        if self.version is Cryptogram.VISA_10:
            return self.application
        varied = unpredictable if self.version in _UNPREDICTABLE_KEY else bytes(4)
        return _derived(self.application, counter + bytes(2) + varied)

    def _visa_script_key(self, counter: bytes) -> bytes:
        number = int.from_bytes(counter, "big")
        left, right = (int.from_bytes(self.scripts[half], "big") for half in (slice(8), slice(8, 16)))
        return (left ^ number).to_bytes(8, "big") + (right ^ number ^ 0xFFFF).to_bytes(8, "big")


def secrets_of(brand: Brand, number: str, sequence: str) -> CardSecrets:
    """The keys of the card with that number and sequence number (5F34, two digits)."""
    version = SCHEMES[brand].cryptogram
    return CardSecrets(version, *(_master(key(brand), number, sequence) for key in (issuer_master_key, script_key)))


def mac(key: bytes, blocks: bytes) -> bytes:
    """ISO/IEC 9797-1 algorithm 3 of whole blocks: 8 bytes."""
    left, right = key[:BLOCK] * 2, key[BLOCK:] * 2
    chained = encrypt(left, blocks)[-BLOCK:]
    return encrypt(left, decrypt(right, chained))


def _fill(data: bytes, *, zeros: bool = False) -> bytes:
    padded = data if zeros else data + b"\x80"
    return padded + bytes(-len(padded) % BLOCK)


def _master(issuer: bytes, number: str, sequence: str) -> bytes:
    block = bytes.fromhex((number + sequence)[-16:].zfill(16))
    return _odd(encrypt(issuer, block) + encrypt(issuer, bytes(byte ^ 0xFF for byte in block)))


def _derived(key: bytes, varied: bytes) -> bytes:
    halves = (varied[:2] + bytes((mark,)) + varied[3:] for mark in (0xF0, 0x0F))
    return _odd(b"".join(encrypt(key, half) for half in halves))


def _odd(key: bytes) -> bytes:
    return bytes(byte ^ 1 if byte.bit_count() % 2 == 0 else byte for byte in key)
