"""The seal beside a report: of these bytes and this key, or of none."""

import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.evidence.seal import LONGEST, sealed, signer_of, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@given(st.binary(max_size=300))
def test_it_names_who_sealed_these_bytes(report):
    seal = sealed(report, KEY)
    assert len(seal) <= LONGEST
    assert verify(report, seal) == signer_of(KEY)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_no_byte_of_either_can_change(report, data):
    seal = sealed(report, KEY)
    which = data.draw(st.booleans())
    text = bytearray(report if which else seal)
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= data.draw(st.integers(1, 255))
    changed = (bytes(text), seal) if which else (report, bytes(text))
    with pytest.raises(ValueError, match="no"):
        verify(*changed)


@given(st.binary(max_size=300))
def test_anything_else_is_no_seal(noise):
    with pytest.raises(ValueError, match="no"):
        verify(b"", noise)


def test_another_signature_of_this_key_is_none():
    """What it signs elsewhere has another label."""
    seal = sealed(b"report", KEY)
    lines = seal.splitlines()
    lines[2] = b"signature " + KEY.sign(b"report").hex().encode()
    with pytest.raises(ValueError, match="no"):
        verify(b"report", b"\n".join(lines) + b"\n")


def test_openssl_verifies_it_as_the_manual_says(tmp_path):
    (tmp_path / "report").write_bytes(b"the report")
    public = KEY.public_key()
    (tmp_path / "key").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    signature = sealed(b"the report", KEY).split()[-1].decode()
    (tmp_path / "signature").write_bytes(bytes.fromhex(signature))
    (tmp_path / "signed").write_bytes(b"pos-bridge evidence v1\0" + b"the report")
    words = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "signed", "-sigfile"]
    done = subprocess.run([*words, "signature"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Verified Successfully" in done.stdout
