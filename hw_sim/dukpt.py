"""Derived unique key per transaction under two-key TDES (ANSI X9.24-1:2009): every key of a reader from one base key.

Pure. The simulated key room, reader and processor use it; the engine never does, for it has no key to use it with.
"""

from enum import Enum

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

KEY_LENGTH = 16
KSN_LENGTH = 10
BLOCK = 8
COUNTER_BITS = 21
MOST_ONES = 10  # a counter with more one-bits is never used: it bounds the derivation to ten steps
_COUNTERS = (1 << COUNTER_BITS) - 1
_LEFT_EIGHT = (1 << 64) - 1
_OTHER_HALF = bytes.fromhex("c0c0c0c000000000" * 2)


class Variant(Enum):
    """What is xored to both halves of a transaction key for each use (annex A.4.1), and whether a one-way step follows:
    the key encrypted under itself.
    """

    PIN = (0x00000000000000FF, False)
    MAC = (0x000000000000FF00, False)
    MAC_RESPONSE = (0x00000000FF000000, False)
    DATA = (0x0000000000FF0000, False)
    DATA_ONE_WAY = (0x0000000000FF0000, True)
    DATA_RESPONSE_ONE_WAY = (0x000000FF00000000, True)


class KsnError(ValueError):
    """Not a key serial number under which a reader encrypts; or there is none left."""


def counter(ksn: bytes) -> int:
    """The transaction counter: the last 21 of the 80 bits."""
    return int.from_bytes(ksn, "big") & _COUNTERS


def initial_key(base: bytes, ksn: bytes) -> bytes:
    """The key that is put into a reader (annex A.6): 16 bytes, as the base key. The counter has no part in it."""
    serial = ((int.from_bytes(ksn, "big") & ~_COUNTERS) >> 16).to_bytes(8, "big")
    return _ecb(base, serial) + _ecb(_xor(base, _OTHER_HALF), serial)


def transaction_key(initial: bytes, ksn: bytes) -> bytes:
    """The key of one transaction: a non-reversible step for each one-bit of the counter. Raises KsnError."""
    count = counter(ksn)
    if len(ksn) != KSN_LENGTH or not 1 <= count.bit_count() <= MOST_ONES:
        raise KsnError("a reader never encrypts under this key serial number")
    register = (int.from_bytes(ksn, "big") & ~_COUNTERS) & _LEFT_EIGHT
    key = initial
    for bit in (1 << place for place in reversed(range(COUNTER_BITS)) if count >> place & 1):
        register |= bit
        key = _one_way(_xor(key, _OTHER_HALF), register) + _one_way(key, register)
    return key


def next_ksn(ksn: bytes) -> bytes:
    """The serial number of the reader's next transaction. Raises KsnError after the last of about a million."""
    count = counter(ksn)
    step = 1 if count.bit_count() < MOST_ONES else count & -count  # with ten ones: on to the next that has no more
    if count + step > _COUNTERS:
        raise KsnError("the reader's keys are used up")
    return (int.from_bytes(ksn, "big") + step).to_bytes(KSN_LENGTH, "big")


def working_key(transaction: bytes, variant: Variant) -> bytes:
    """The 16-byte key that PIN, MAC or data are encrypted under."""
    mask, one_way = variant.value
    key = _xor(transaction, mask.to_bytes(8, "big") * 2)
    return _ecb(key, key) if one_way else key


def encrypt(key: bytes, clear: bytes) -> bytes:
    """TDES-CBC from a zero IV; `clear` is padded with zeros to whole blocks."""
    padded = clear + bytes(-len(clear) % BLOCK)
    return Cipher(TripleDES(key + key[:8]), modes.CBC(bytes(BLOCK))).encryptor().update(padded)


def decrypt(key: bytes, cipher: bytes) -> bytes:
    """The clear text with its padding; `cipher` is whole blocks."""
    return Cipher(TripleDES(key + key[:8]), modes.CBC(bytes(BLOCK))).decryptor().update(cipher)


def _one_way(key: bytes, register: int) -> bytes:
    """The non-reversible key generation of annex A.2: single DES under the left half, between xors with the right."""
    left, right = key[:BLOCK], key[BLOCK:]
    return _xor(_ecb(left * 2, _xor(register.to_bytes(8, "big"), right)), right)


def _ecb(key: bytes, blocks: bytes) -> bytes:
    """Two-key TDES of each block; with equal halves it is single DES."""
    return Cipher(TripleDES(key + key[:8]), modes.ECB()).encryptor().update(blocks)  # noqa: S305 - the standard's own steps


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
