"""Frames of an ID TECH reader, made for tests from the manual's text; and the two frames that the manual prints.

SecureMag user manual, "Security Level 3 Decryption": original format (387 bytes) and enhanced format (414 bytes), both
of one card and under the base key 0123456789ABCDEFFEDCBA9876543210.
"""

import hashlib
from dataclasses import dataclass, field
from functools import reduce
from operator import xor

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tests.wire.swipes import PUBLISHED, track_1, track_2

MASKS = (
    "252A343236362A2A2A2A2A2A2A2A393939395E42555348204A522F47454F52474520572E4D525E"
    "2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A3F2A"
    "3B343236362A2A2A2A2A2A2A2A393939393D2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A3F2A"
)
TRACK_3 = (
    "3B33333333333333333333373637363736303730373037373637363736333333333333333333333736373637363037303730373736373637"
    "363333333333333333333337363736373630373037303737363736373633333333333333333333373637363736303730373F32"
)
HASHES = "3418AC88F65E1DB7ED4D10973F99DFC8463FF6DF113B6226C4898A9D355057ECAF11A5598F02CA31"
CIPHER_ORIGINAL = (
    "863E9E3DA28E455B28F7736B77E47A64EDDA3BF03A06E44F31D1818C0BCD7A353FB1AD70EFD30FFC3DA08A4FBC9372E57E8B40848BAEAA3F"
    "E724B3550E2F4B223E6BF264BEAE9E39142B648CDB51FB8DAF8EA5B63913D29419B67582FCCCE9B372660F03668CC453216D9449C6B67EF3"
)
ORIGINAL = bytes.fromhex("027D01003F48236B" + MASKS + TRACK_3 + CIPHER_ORIGINAL + HASHES + "62994901190000000001399F03")
ENHANCED = bytes.fromhex(
    "029801803F48236B03BF"
    + MASKS
    + "DA7F2A52BD3F6DD8B96C50FC39C7E6AF22F06ED1F033BE0FB23D6BD33DC5A1F808512F7AE18D47A60CC3"
    "F4559B1B093563BE7E07459072ABF8FAAB5338C6CC8815FF87797AE3A7BEAB3B10A3FBC230FBFB941FAC9E82649981AE79F2632156E775A06AED"
    "AFAF6F0A184318C5209E55AD44A9CCF6A78AC240F791B63284E15B4019102BA6C505814B585816CA3C2D2F42A99B1B9773EF1B116E005B7CD868"
    "1860D174E6AD316A0ECDBC687115FC89360AEE7E430140A7B791589CCAADB6D6872B78433C3A25DA9DDAE83F12FEFAB530CE405B701131D2FBAA"
    "D970248A45600093" + HASHES + "688861C157C1CE2E0F72CE0F3BB598A614EAABB16299490119000000000206E203"
)
ORIGINAL_KEY = bytes.fromhex("F82A7A0D7C6746F196189AFB542C65A3")  # data key, one-way, of counter 1
ENHANCED_KEY = bytes.fromhex("1A994C3E09D9ACEF3EA9BD4381EFA334")  # and of counter 2
CLEAR_1 = bytes.fromhex(
    "2542343236363834313038383838393939395E42555348204A522F47454F52474520572E4D525E30383039313031313030303031313030303030"
    "3030303034363030303030303F21"
)
CLEAR_2 = bytes.fromhex("3B343236363834313038383838393939393D3038303931303131303030303034363F30")

KSN = bytes.fromhex("FFFF9876543210E00003")
KEY = bytes(range(16))
SERIAL = b"T134000064"
SESSION = b"\xa5\x5asessio"
KINDS = ("original", "enhanced")


def framed(data: bytes) -> bytes:
    return b"\x02" + len(data).to_bytes(2, "little") + data + bytes((reduce(xor, data, 0), sum(data) % 256, 3))


def hashed(track: bytes) -> bytes:
    return hashlib.sha1(track).digest()


def encrypted(key: bytes, clear: bytes) -> bytes:
    """CBC from a zero IV, zeroes up to whole blocks."""
    cipher = Cipher(TripleDES(key + key[:8]), CBC(bytes(8))).encryptor()
    return cipher.update(clear + bytes(-len(clear) % 8)) + cipher.finalize()


def decrypted(key: bytes, ciphertext: bytes) -> bytes:
    cipher = Cipher(TripleDES(key + key[:8]), CBC(bytes(8))).decryptor()
    return cipher.update(ciphertext) + cipher.finalize()


def masked(track: bytes, shown: int = 4, last: int = 4, mask: str = "*") -> bytes:
    """A track as the reader shows it: ends of the number, the name, sentinels; all else masked. A badge as it is."""
    text = track.decode("latin-1")
    start, separator = (2, "^") if text.startswith("%") else (1, "=")
    if separator not in text:
        return track
    stop = text.index(separator)
    keep = {0, stop, len(text) - 2, *range(start, start + shown), *range(stop - last, stop)}
    if separator == "^":
        keep |= set(range(stop, text.index("^", stop + 1) + 1))
    return "".join(c if place in keep else mask for place, c in enumerate(text)).encode("latin-1")


@dataclass(frozen=True)
class Swiped:
    """What the card has on it and what the reader is set to; `frame` is what it sends. None: that of its kind."""

    one: bytes = field(default=track_1(PUBLISHED["visa"]))
    two: bytes = field(default=track_2(PUBLISHED["visa"]))
    three: bytes = b""
    kind: str = "enhanced"
    card_type: int = 0
    hashes: int = 0
    serial: bytes = b""
    session: bytes = b""
    flags_8: int = 0
    encrypts: bool = True
    status: int | None = None
    masks: tuple[bytes, bytes] | None = None
    ciphers: tuple[bytes, ...] | None = None

    def tracks(self) -> tuple[bytes, bytes, bytes]:
        return self.one, self.two, self.three

    def ciphertexts(self) -> tuple[bytes, ...]:
        if self.ciphers is not None:
            return self.ciphers
        if self.kind == "original":
            return (encrypted(KEY, self.one + self.two),)
        return tuple(encrypted(KEY, track) if track else b"" for track in self.tracks())

    def data(self) -> bytes:
        tracks = self.tracks()
        status = sum((0x09 if track else 0x01) << place for place, track in enumerate(tracks))
        head = bytes((self.status if self.status is not None else status, *map(len, tracks)))
        shown = self.masks or (masked(self.one), masked(self.two))
        tail = self.session + b"".join(map(hashed, tracks[: self.hashes])) + self.serial + KSN
        if self.kind == "original":
            sealed = b"".join(self.ciphertexts()) + tail if self.encrypts else b""
            return bytes((self.card_type,)) + head + shown[0] + shown[1] + self.three + sealed
        flags_8 = self.flags_8 | (0x80 if self.serial else 0) | sum(bool(s) << place for place, s in enumerate(shown))
        flags_9 = 0x80 | (0x40 if self.session else 0) | (2**self.hashes - 1) << 3
        flags_9 |= sum(bool(track) << place for place, track in enumerate(tracks))
        if not self.encrypts:
            clear = bytes((0x80 | self.card_type,)) + head + bytes((flags_8, 0))
            return clear + self.one + self.two
        flags = bytes((flags_8, flags_9))
        return bytes((0x80 | self.card_type,)) + head + flags + b"".join((*shown, *self.ciphertexts(), tail))

    def frame(self) -> bytes:
        return framed(self.data())
