"""Encrypted nexo messages as a till's client library makes and opens them: written apart from the engine's.

Both ends of the simulated store hold the other one to the algorithm, so neither may lean on the other.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_BITS = algorithms.AES.block_size
_NONCE = 16


class NotSealedError(Exception):
    """What came back was not made with this passphrase, or was touched on its way."""


class Sealing:
    """One passphrase with the identifier and version that the terminal knows it by."""

    def __init__(self, passphrase: str, identifier: str, version: int) -> None:
        derived = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), b"AdyenNexoV1Salt", 4000, dklen=80)
        self._hmac_key, self._cipher_key, self._iv = derived[:32], derived[32:64], derived[64:]
        self._name = {"KeyIdentifier": identifier, "KeyVersion": version}

    def sealed(self, clear: bytes, header: Mapping[str, Any], envelope: str) -> bytes:
        """`clear`, a whole document, as an encrypted one under this header and envelope name."""
        nonce = secrets.token_bytes(_NONCE)
        padder, encryptor = PKCS7(_BITS).padder(), self._cipher(nonce).encryptor()
        blob = encryptor.update(padder.update(clear) + padder.finalize()) + encryptor.finalize()
        trailer = {
            "AdyenCryptoVersion": 1,
            **self._name,
            "Nonce": base64.b64encode(nonce).decode(),
            "Hmac": base64.b64encode(hmac.digest(self._hmac_key, clear, "sha256")).decode(),
        }
        message = {
            "MessageHeader": header,
            "NexoBlob": base64.b64encode(blob).decode(),
            "SecurityTrailer": trailer,
        }
        return json.dumps({envelope: message}, ensure_ascii=False).encode()

    def opened(self, message: Mapping[str, Any]) -> bytes:
        """The document in what stands under the envelope's name. Raises NotSealedError."""
        trailer = message["SecurityTrailer"]
        if {name: trailer[name] for name in self._name} != self._name or trailer["AdyenCryptoVersion"] != 1:
            raise NotSealedError("sealed with another key")
        decryptor, unpadder = self._cipher(base64.b64decode(trailer["Nonce"])).decryptor(), PKCS7(_BITS).unpadder()
        try:
            padded = decryptor.update(base64.b64decode(message["NexoBlob"])) + decryptor.finalize()
            clear = unpadder.update(padded) + unpadder.finalize()
        except ValueError:
            raise NotSealedError("cannot be opened") from None
        if not hmac.compare_digest(hmac.digest(self._hmac_key, clear, "sha256"), base64.b64decode(trailer["Hmac"])):
            raise NotSealedError("another text than was sealed")
        return clear

    def _cipher(self, nonce: bytes) -> Cipher[modes.CBC]:
        iv = bytes(one ^ other for one, other in zip(self._iv, nonce, strict=True))
        return Cipher(algorithms.AES(self._cipher_key), modes.CBC(iv))
