"""Encrypted messages: the published vector, what goes in comes out, and whatever was touched is refused alike."""

import base64
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_sim.sealing import Sealing
from pos_bridge.wire.nexo.decode import Message, decode
from pos_bridge.wire.nexo.secured import Malformed, MessageKey, SealedMessage, read_sealed, seal
from tests.wire.nexo.shapes import encode, header, payment

KEY = MessageKey.derive("caisse", 1, b"p@ssw0rd123456")
OTHER = MessageKey.derive("caisse", 2, b"another passphrase")
TILL = Sealing("p@ssw0rd123456", "caisse", 1)
NONCE = bytes(range(16))
REQUEST = encode(payment())


def sealed(clear: bytes = REQUEST, outer: dict[str, Any] | None = None) -> dict[str, Any]:
    """As a till writes it, before it is JSON text."""
    told: dict[str, Any] = json.loads(TILL.sealed(clear, outer or header(), "SaleToPOIRequest"))
    return told


def read(document: Any) -> SealedMessage:
    message = read_sealed(json.dumps(document).encode())
    assert isinstance(message, SealedMessage)
    return message


def accepted(document: Any, key: MessageKey = KEY) -> bool:
    """Whether it is acted on: opened, and inside what it says outside."""
    message = read(document)
    clear = message.open(key)
    if clear is None:
        return False
    inner = decode(clear)
    assert isinstance(inner, Message)
    return message.header_is(inner.header)


def test_the_published_vector():
    assert KEY.hmac_key.hex() == "733636253b5b98f9a483b1a678d73a58dab2accafbc029ecbe12d60eaa909e32"
    assert KEY.cipher_key.hex() == "cf2c822761b9f5305bf69970bfa7b659a6724a119db21f8b0e949779f2ea022c"
    assert KEY.iv.hex() == "bb9ba8092e6027c735398dc65977c051"


@given(st.binary(max_size=80))
def test_what_a_till_seals_is_opened(clear):
    message = read(sealed(clear))
    assert (message.identifier, message.version) == ("caisse", 1)
    assert message.open(KEY) == clear
    assert message.open(OTHER) is None


@given(st.text(max_size=80), st.binary(min_size=16, max_size=16))
def test_what_is_sealed_here_a_till_opens(text, nonce):
    answer = {"SaleToPOIResponse": {"MessageHeader": header(), "PaymentResponse": {"x": text}}}
    told = json.loads(seal(KEY, json.dumps(answer).encode(), nonce))
    assert list(told) == ["SaleToPOIResponse"]
    assert told["SaleToPOIResponse"]["MessageHeader"] == header()
    assert told["SaleToPOIResponse"]["SecurityTrailer"] | {"Hmac": ""} == {
        "AdyenCryptoVersion": 1,
        "KeyIdentifier": "caisse",
        "KeyVersion": 1,
        "Nonce": base64.b64encode(nonce).decode(),
        "Hmac": "",
    }
    assert json.loads(TILL.opened(told["SaleToPOIResponse"])) == answer


def test_an_event_goes_under_the_name_of_an_answer():
    event = {"SaleToPOIRequest": {"MessageHeader": {"MessageClass": "Event"}, "EventNotification": {}}}
    told = json.loads(seal(KEY, json.dumps(event).encode(), NONCE))
    assert json.loads(TILL.opened(told["SaleToPOIResponse"])) == event


def test_a_nonce_has_its_length():
    with pytest.raises(ValueError, match="16 bytes"):
        seal(KEY, REQUEST, bytes(15))


def test_untouched_it_is_accepted():
    assert accepted(sealed())


# ---- whatever was touched ----

PARTS = ("NexoBlob", "Nonce", "Hmac")


def flipped(document: dict[str, Any], part: str, bit: int) -> dict[str, Any]:
    """One bit of the part's bytes, counted round."""
    message = document["SaleToPOIRequest"]
    place = message if part == "NexoBlob" else message["SecurityTrailer"]
    raw = bytearray(base64.b64decode(place[part]))
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    place[part] = base64.b64encode(raw).decode()
    return document


@given(st.sampled_from(PARTS), st.integers(0, 8 * 1024 - 1))
@settings(max_examples=400, deadline=None)
def test_any_bit_of_blob_nonce_or_hmac(part, bit):
    assert not accepted(flipped(sealed(), part, bit))


def test_every_bit_of_a_short_one():
    """Each bit of a message of two blocks: the whole padding is in reach."""
    for part, size in (("NexoBlob", 256), ("Nonce", 128), ("Hmac", 256)):
        for bit in range(size):
            assert read(flipped(sealed(b"0123456789abcdefgh"), part, bit)).open(KEY) is None


@given(st.sampled_from(PARTS), st.integers(0, 4096), st.characters(max_codepoint=0x2FF))
@settings(max_examples=300, deadline=None)
def test_any_character_of_their_text(part, place, character):
    """Also one that base64 would read as the same bytes."""
    document = sealed()
    message = document["SaleToPOIRequest"]
    holder = message if part == "NexoBlob" else message["SecurityTrailer"]
    text = holder[part]
    place %= len(text)
    holder[part] = text[:place] + character + text[place + 1 :]
    assert accepted(document) is (holder[part] == text)


@given(st.sampled_from(sorted(header())), st.integers(0, 64), st.integers(0, 6))
@settings(max_examples=200, deadline=None)
def test_any_bit_of_the_header(name, place, bit):
    outer = header()
    text = outer[name]
    place %= len(text)
    outer[name] = text[:place] + chr(ord(text[place]) ^ 1 << bit) + text[place + 1 :]
    assert not accepted(sealed(outer=outer))


@pytest.mark.parametrize("outer", [{}, {"MessageClass": 1}, header(device_id="x"), header("Reversal")])
def test_another_header(outer):
    document = sealed()
    document["SaleToPOIRequest"]["MessageHeader"] = outer | ({"DeviceID": "x"} if "device_id" in outer else {})
    assert not accepted(document)


@pytest.mark.parametrize("pad", [b"", b"\0" * 3, b"\1\2\3", b"\3\3\2", b"\2\3\3", b"\x11" * 16, b"\xff" * 3])
def test_a_right_hmac_saves_no_wrong_padding(pad):
    """One block that ends in what is no padding, with the HMAC of each text that it could stand for."""
    text = b"0123456789abcdef"[: 16 - len(pad)] + pad
    for length in range(17):
        assert read(by_hand(text, text[:length])).open(KEY) is None


def by_hand(padded: bytes, authentic: bytes) -> dict[str, Any]:
    """A message with that padded text, and the HMAC of another."""
    document = sealed(authentic)
    message = document["SaleToPOIRequest"]
    nonce = base64.b64decode(message["SecurityTrailer"]["Nonce"])
    iv = bytes(a ^ b for a, b in zip(KEY.iv, nonce, strict=True))
    encryptor = Cipher(AES(KEY.cipher_key), CBC(iv)).encryptor()
    message["NexoBlob"] = base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
    return document


def test_the_same_work_whatever_is_wrong(monkeypatch):
    """As many HMACs and comparisons, over as many bytes, for a right message as for a wrong padding or HMAC."""
    work: list[int] = []
    compared = hmac.compare_digest

    def counted(one: bytes, other: bytes) -> bool:
        work.append(len(one))
        return compared(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    clear = b"0123456789abcdefgh"
    padder = padding.PKCS7(128).padder()
    padded = padder.update(clear) + padder.finalize()
    tries = []
    for text, authentic in ((padded, clear), (padded, b"x"), (padded[:-1] + b"\0", clear), (bytes(32), b"x")):
        work.clear()
        read(by_hand(text, authentic)).open(KEY)
        tries.append(tuple(work))
    assert len(set(tries)) == 1
    assert len(tries[0]) == 32


# ---- what is no encrypted message ----


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b"null", REQUEST, b'{"SaleToPOIRequest": {}}'])
def test_what_is_not_meant_to_be_one(raw):
    assert read_sealed(raw) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("AdyenCryptoVersion", 2), ("KeyVersion", "1"), ("KeyIdentifier", ""), ("Nonce", 1), ("Hmac", None)],
)
def test_a_trailer_of_another_shape(name, value):
    document = sealed()
    document["SaleToPOIRequest"]["SecurityTrailer"][name] = value
    assert isinstance(read_sealed(json.dumps(document).encode()), Malformed)


@pytest.mark.parametrize("part", ["NexoBlob", "SecurityTrailer", "MessageHeader"])
def test_a_part_that_is_missing(part):
    document = sealed()
    del document["SaleToPOIRequest"][part]
    assert isinstance(read_sealed(json.dumps(document).encode()), Malformed)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda c: (
            st.lists(c)
            | st.dictionaries(st.sampled_from(["NexoBlob", "SecurityTrailer", "MessageHeader", "Nonce", "Hmac"]), c)
        ),
    )
)
@settings(max_examples=200, deadline=None)
def test_anything_is_read_or_not(body):
    raw = json.dumps({"SaleToPOIRequest": body}).encode()
    found = read_sealed(raw)
    if isinstance(found, SealedMessage):
        assert found.open(KEY) is None
