"""The other half of DUKPT, for tests: a device that holds 21 future keys and forgets each key it used.

Written from the processing algorithms of ANSI X9.24-1:2009 annex A.2 step by step, with nothing of hw_sim.dukpt. It
knows no base key and cannot go back; it reaches a counter by walking there.
"""

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

TOP = 1 << 20
MASK = 0xC0C0C0C000000000C0C0C0C000000000


def single_des(key: int, block: int) -> int:
    encryptor = Cipher(TripleDES(key.to_bytes(8, "big") * 3), modes.ECB()).encryptor()
    return int.from_bytes(encryptor.update(block.to_bytes(8, "big")), "big")


def half(crypto_register: int, key: int) -> int:
    left, right = key >> 64, key & 0xFFFFFFFFFFFFFFFF
    return single_des(left, crypto_register ^ right) ^ right


def non_reversible(crypto_register: int, key: int) -> int:
    right_half = half(crypto_register, key)
    left_half = half(crypto_register, key ^ MASK)
    return left_half << 64 | right_half


class Device:
    """`counter` and `key` are of the transaction to come; `advance` makes the keys after it and forgets this one."""

    def __init__(self, initial_key: bytes, ksn: bytes) -> None:
        self._serial = int.from_bytes(ksn, "big") >> 21 << 21
        self._future: dict[int, int] = {TOP: int.from_bytes(initial_key, "big")}
        self.counter = 0
        self._shift = TOP
        # Load initial key: all registers are filled from it, and it is forgotten.
        source = self._future.pop(TOP)
        self._fill(source, TOP)
        self.counter = 1
        self.exhausted = False

    @property
    def ksn(self) -> bytes:
        return (self._serial | self.counter).to_bytes(10, "big")

    @property
    def key(self) -> bytes:
        return self._future[self.counter & -self.counter].to_bytes(16, "big")

    def advance(self) -> None:
        current = self.counter & -self.counter
        if self.counter.bit_count() < 10:
            self._fill(self._future[current], current >> 1)
            del self._future[current]
            self.counter += 1
        else:
            del self._future[current]
            self.counter += current
        self.exhausted = self.counter >= 1 << 21

    def _fill(self, source: int, shift: int) -> None:
        while shift:
            register = (self._serial | self.counter | shift) & 0xFFFFFFFFFFFFFFFF
            self._future[shift] = non_reversible(register, source)
            shift >>= 1
