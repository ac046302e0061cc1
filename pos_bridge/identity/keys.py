"""The keys of one vault file, and the two things done with them: names (HMAC) and boxes (AES-256-GCM).

Every key is derived from the vault key, the secret of the epoch (epoch.py) and the file's own random salt, so that two
vaults made with one key have no name in common, and none can be opened once the secret of its epoch is gone.
A box is nonce, ciphertext and tag, bound to the name of the row it lies in.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LENGTH = 32  # of every key, name and salt, in bytes
_NONCE, _TAG = 12, 16
OVERHEAD = _NONCE + _TAG  # what a box is longer than its content
_LABEL = b"pos-bridge vault v2 "
_BEFORE_EPOCHS = b"pos-bridge vault v1 "


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """32 bytes each, derived. `find` and the `_name` keys are for names, the others for boxes."""

    verifier: bytes
    held_name: bytes
    held: bytes
    find: bytes
    wrap: bytes
    link_name: bytes
    link: bytes
    points_name: bytes
    return_name: bytes
    return_: bytes
    proof_name: bytes
    proof: bytes
    head: bytes

    @classmethod
    def derive(cls, vault_key: bytes, epoch: bytes, salt: bytes) -> "Keys":
        """`vault_key` and `salt`: 32 bytes. `epoch`: 32 bytes, or none for a file from before there were epochs."""
        label = _LABEL if epoch else _BEFORE_EPOCHS
        secret = vault_key + epoch
        derived = {name: HKDF(SHA256(), LENGTH, salt, label + name.encode()).derive(secret) for name in cls.__slots__}
        # A proof is of nobody: nothing in it says by what number it is found, so its name has to outlive an epoch.
        derived["proof_name"] = HKDF(SHA256(), LENGTH, None, _LABEL + b"proof_name").derive(vault_key)
        return cls(**derived)


def name_of(key: bytes, content: bytes | bytearray) -> bytes:
    """What a row is found by: HMAC-SHA256."""
    return hmac.digest(key, content, hashlib.sha256)


def sealed(key: bytes | bytearray, name: bytes, content: bytes | bytearray) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, name)


def sealed_once(key: bytes | bytearray, name: bytes, content: bytearray) -> bytes:
    """As `sealed`; `content` is wiped."""
    box = sealed(key, name, content)
    wipe(content)
    return box


@contextmanager
def unsealed(key: bytes | bytearray, name: bytes, box: bytes) -> Iterator[bytearray]:
    """The content of a box, wiped when the block ends. Raises InvalidTag; ValueError for what is too short."""
    content = bytearray(max(len(box) - OVERHEAD, 0))
    try:
        AESGCM(key).decrypt_into(box[:_NONCE], box[_NONCE:], name, content)
        yield content
    finally:
        wipe(content)


def opened_boxes(
    key: bytes, rows: Iterable[tuple[bytes, bytes]], length: int
) -> Iterator[bytearray | InvalidTag | ValueError]:
    """The contents, all of one length, of many boxes with their names: each is wiped when the next is asked for.

    What cannot be opened is given as the exception that says so.
    """
    cipher, content = AESGCM(key), bytearray(length)
    try:
        for name, box in rows:
            try:
                cipher.decrypt_into(box[:_NONCE], box[_NONCE:], name, content)
            except (InvalidTag, ValueError) as error:
                yield error
            else:
                yield content
    finally:
        wipe(content)


class Cipher:
    """For many boxes under one key: as `sealed`, and `unsealed` into a content of the right length."""

    def __init__(self, key: bytes | bytearray) -> None:
        self._cipher = AESGCM(key)

    def seal(self, name: bytes, content: bytes | bytearray) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, name)

    def open(self, name: bytes, box: bytes, content: bytearray) -> None:
        """Raises InvalidTag; ValueError for another length."""
        self._cipher.decrypt_into(box[:_NONCE], box[_NONCE:], name, content)


def wipe(content: bytearray) -> None:
    content[:] = bytes(len(content))
