"""The till's own encryption: there and back, and what it does not believe."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.sealing import NotSealedError, Sealing

TILL = Sealing("p@ssw0rd123456", "caisse", 1)


def message(clear: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(TILL.sealed(clear, {"ServiceID": "1"}, "SaleToPOIRequest"))["SaleToPOIRequest"]
    return told


@given(st.binary(max_size=64))
def test_there_and_back(clear):
    assert TILL.opened(message(clear)) == clear


def test_its_keys_are_the_published_vectors():
    assert TILL._hmac_key.hex() == "733636253b5b98f9a483b1a678d73a58dab2accafbc029ecbe12d60eaa909e32"
    assert TILL._cipher_key.hex() == "cf2c822761b9f5305bf69970bfa7b659a6724a119db21f8b0e949779f2ea022c"
    assert TILL._iv.hex() == "bb9ba8092e6027c735398dc65977c051"


@pytest.mark.parametrize("part", ["NexoBlob", "Nonce", "Hmac"])
def test_what_was_touched(part):
    touched = message(b"an answer")
    place = touched if part == "NexoBlob" else touched["SecurityTrailer"]
    raw = bytearray(base64.b64decode(place[part]))
    raw[0] ^= 1
    place[part] = base64.b64encode(raw).decode()
    with pytest.raises(NotSealedError):
        TILL.opened(touched)


@pytest.mark.parametrize(("name", "value"), [("KeyIdentifier", "x"), ("KeyVersion", 2), ("AdyenCryptoVersion", 2)])
def test_another_key(name, value):
    touched = message(b"an answer")
    touched["SecurityTrailer"][name] = value
    with pytest.raises(NotSealedError):
        TILL.opened(touched)
