"""Keys and certificates: made once, private, narrow, and accepted by a strict verifier."""

import ssl
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from hw_sim import pki

LOOPBACK = IPv4Address("127.0.0.1")


def made(folder: Path, name: str = "shop.test") -> tuple[pki.Authority, x509.Certificate]:
    authority = pki.authority("a test CA", ["shop.test"], folder / "ca.key", folder / "ca.pem")
    leaf = pki.Leaf(name, pki.Usage.SERVER, dns=[name], addresses=[LOOPBACK])
    pki.issue(authority, leaf, folder / "leaf.key", folder / "leaf.pem")
    return authority, x509.load_pem_x509_certificate((folder / "leaf.pem").read_bytes())


def test_an_authority_is_narrow(tmp_path: Path) -> None:
    authority, leaf = made(tmp_path)
    extensions = authority.certificate.extensions
    assert extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(
        ca=True, path_length=0
    )
    constraints = extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert constraints.value.permitted_subtrees == [x509.DNSName("shop.test")]
    key = authority.key
    assert isinstance(key.curve, ec.SECP256R1)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < timedelta(days=398)
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [pki.Usage.SERVER.value]


def test_everything_is_made_once_and_keys_are_private(tmp_path: Path) -> None:
    made(tmp_path)
    pki.signing_key(tmp_path / "signing.key")
    pki.sealing_pair(tmp_path / "sealing.key")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    made(tmp_path)
    pki.signing_key(tmp_path / "signing.key")
    pki.sealing_pair(tmp_path / "sealing.key")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert {mode for name, mode in modes.items() if name.endswith(".key")} == {0o600}


def test_a_leaf_is_made_anew_for_another_name_key_or_authority(tmp_path: Path) -> None:
    _, first = made(tmp_path)
    assert made(tmp_path, "till.shop.test")[1].subject != first.subject
    _, second = made(tmp_path)
    (tmp_path / "leaf.key").unlink()
    _, third = made(tmp_path)
    assert third.public_key() != second.public_key()
    (tmp_path / "ca.key").unlink()
    authority, fourth = made(tmp_path)
    fourth.verify_directly_issued_by(authority.certificate)


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    pki.ec_key(tmp_path / "ec.key")
    pki.signing_key(tmp_path / "ed.key")
    (tmp_path / "short.key").write_bytes(b"short")
    for load, name in ((pki.ec_key, "ed.key"), (pki.signing_key, "ec.key"), (pki.sealing_pair, "short.key")):
        with pytest.raises(ValueError, match=r"the file holds|96 bytes"):
            load(tmp_path / name)


def handshake(folder: Path, name: str) -> None:
    """A TLS handshake in memory, as strict as the library can be; raises ssl.SSLError."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(folder / "leaf.pem", folder / "leaf.key")
    client_context = ssl.create_default_context(cafile=folder / "ca.pem")
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    unfinished = [client, server]
    while unfinished:
        for side in list(unfinished):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            unfinished.remove(side)


@pytest.mark.parametrize("name", ["shop.test", "127.0.0.1"])
def test_a_strict_verifier_takes_the_chain(tmp_path: Path, name: str) -> None:
    made(tmp_path)
    handshake(tmp_path, name)


def test_a_name_outside_the_authoritys_is_refused(tmp_path: Path) -> None:
    made(tmp_path, "bank.example")
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(tmp_path, "bank.example")


def test_the_sealing_pair_opens_what_its_public_half_sealed(tmp_path: Path) -> None:
    pair = pki.sealing_pair(tmp_path / "sealing.key")
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    sealed = suite.encrypt(bytes(256), pair.private.public_key(), b"info")
    again = pki.sealing_pair(tmp_path / "sealing.key")
    assert suite.decrypt(sealed, again.private, b"info") == bytes(256)
    assert (len(sealed), len(again.public_raw), len(again.key_id)) == (1392, 1216, 8)


def test_the_root_signs_what_the_protocol_says(tmp_path: Path) -> None:
    root = pki.signing_key(tmp_path / "root.key")
    signature = pki.sign_sealing_key(root, b"k" * 8, 3, 99, b"p" * 1216)
    public: Ed25519PublicKey = root.public_key()
    signed = b"pos-bridge sealing key v1" + b"k" * 8 + bytes((0, 0, 0, 3)) + bytes(7) + bytes((99,)) + b"p" * 1216
    public.verify(signature, signed)
