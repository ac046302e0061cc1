"""A chip card for tests of the processor: what a card room seals of it (content 0x03), written from the standard alone.

Its arithmetic (EMV 4.4 book 2, annex A1, and ISO/IEC 9797-1 algorithm 3) is neither the issuer's nor the cards'.
"""

import itertools
from dataclasses import dataclass, field

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from hw_sim import dukpt
from hw_sim.cards import CARDS, Brand, Card
from hw_sim.chip.issuers import SCHEMES, issuer_master_key, script_key
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor.terminal import clear_text

ARQC, AAC = b"\x80", b"\x00"
NUMBER = bytes.fromhex("1c37a5f2")  # the terminal's unpredictable one
_COVERED = ("9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37", "82", "9F36")
_PAD_KSN = itertools.count(1)


def ecb(key: bytes, blocks: bytes, *, back: bool = False) -> bytes:
    cipher = Cipher(TripleDES(key + key[:8] if len(key) == 16 else key * 3), modes.ECB())
    return (cipher.decryptor() if back else cipher.encryptor()).update(blocks)


def mac(key: bytes, data: bytes, *, zeros: bool = False) -> bytes:
    text = data if zeros else data + b"\x80"
    text += bytes(-len(text) % 8)
    chained = bytes(8)
    for at in range(0, len(text), 8):
        chained = ecb(key[:8], bytes(a ^ b for a, b in zip(chained, text[at : at + 8], strict=True)))
    return ecb(key[:8], ecb(key[8:], chained, back=True))


def odd(key: bytes) -> bytes:
    return bytes(byte if byte.bit_count() % 2 else byte ^ 1 for byte in key)


def session(key: bytes, varied: bytes) -> bytes:
    return odd(b"".join(ecb(key, varied[:2] + bytes((mark,)) + varied[3:]) for mark in (0xF0, 0x0F)))


def tlv(tag: str, value: bytes) -> bytes:
    return bytes.fromhex(tag) + bytes((len(value),)) + value


@dataclass
class ChipCard:
    """`tags` overrides what it says; its cryptogram is made over the rest as it then is."""

    name: str
    counter: int = 1
    kind: bytes = ARQC
    tags: dict[str, bytes] = field(default_factory=dict)

    @property
    def card(self) -> Card:
        return CARDS[self.name]

    def master(self, issuer: bytes) -> bytes:
        block = bytes.fromhex((self.card.number + "01")[-16:].zfill(16))
        return odd(ecb(issuer, block) + ecb(issuer, bytes(byte ^ 0xFF for byte in block)))

    def key(self) -> bytes:
        """Of this transaction's cryptogram."""
        master, counter = self.master(issuer_master_key(self.card.brand)), self.counter.to_bytes(2, "big")
        match self.card.brand:
            case Brand.VISA:
                return session(master, counter + bytes(6))
            case Brand.MASTERCARD | Brand.INTERAC:
                return session(master, counter + bytes(2) + NUMBER)
            case _:
                return master

    def script_key(self, cryptogram: bytes) -> bytes:
        master = self.master(script_key(self.card.brand))
        if self.card.brand in {Brand.MASTERCARD, Brand.INTERAC}:
            return session(master, cryptogram)
        halves = (int.from_bytes(half, "big") ^ mask for half, mask in ((master[:8], 0), (master[8:], 0xFFFF)))
        return b"".join((half ^ self.counter).to_bytes(8, "big") for half in halves)

    def says(self, cents: int) -> dict[str, bytes]:
        """Every tag of the protocol but a PIN's."""
        scheme, track = SCHEMES[self.card.brand], f"{self.card.number}D{self.card.expiry_yymm}201000000"
        version = scheme.cryptogram.value
        short = self.card.brand not in {Brand.MASTERCARD, Brand.INTERAC}
        said = {
            "57": bytes.fromhex(f"{track}F" if len(track) % 2 else track),
            "5F34": b"\x01",
            "4F": scheme.aid,
            "82": bytes.fromhex("3900"),
            "84": scheme.aid,
            "95": bytes.fromhex("0000008000"),
            "9A": bytes.fromhex("261123"),
            "9C": b"\x00",
            "5F2A": bytes.fromhex("0124"),
            "9F02": bytes.fromhex(f"{cents:012}"),
            "9F03": bytes(6),
            "9F10": bytes((6, 1, version, 3, 0xA0, 0xB0, 0)) if short else bytes((1, version)) + bytes(range(16)),
            "9F1A": bytes.fromhex("0124"),
            "9F21": bytes.fromhex("101500"),
            "9F27": self.kind,
            "9F33": bytes.fromhex("6020C8"),
            "9F34": bytes.fromhex("1F0302"),
            "9F35": b"\x21",
            "9F36": self.counter.to_bytes(2, "big"),
            "9F37": NUMBER,
            "9F41": bytes.fromhex("00000007"),
            "9B": bytes.fromhex("E800"),
        }
        said |= {tag: value for tag, value in self.tags.items() if tag in said}
        part = {Brand.VISA: slice(32), Brand.INTERAC: slice(32), Brand.MASTERCARD: slice(2, 8)}
        seen = said["9F10"][part.get(self.card.brand, slice(3, 7))]
        covered = b"".join(said[tag] for tag in _COVERED) + seen
        zeros = self.card.brand in {Brand.AMEX, Brand.DISCOVER}
        return said | {"9F26": mac(self.key(), covered, zeros=zeros)} | self.tags

    def clear(self, cents: int = 1999) -> bytes:
        """The 512 clear bytes of its seal."""
        return clear_text(b"".join(tlv(tag, value) for tag, value in self.says(cents).items()), 3, pb.ENTRY_MODE_CHIP)


def pin_block(base: bytes, pin: str = "1234", ksn: bytes | None = None) -> dict[str, bytes]:
    """What a PIN pad makes of a PIN: ISO 9564-1 format 1, under its next key. Tags 99 and DF01."""
    serial = ksn or (0x8899AA << 56 | next(_PAD_KSN)).to_bytes(10, "big")
    key = dukpt.working_key(dukpt.transaction_key(dukpt.initial_key(base, serial), serial), dukpt.Variant.PIN)
    clear = bytes.fromhex(f"1{len(pin):x}{pin}".ljust(16, "7"))
    return {"99": dukpt.encrypt(key, clear), "DF01": serial}
