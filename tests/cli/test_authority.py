"""The store's authority and its leaves: what they say, and what each kind of client makes of them."""

import re
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pos_bridge.cli import authority
from pos_bridge.cli.authority import AUTHORITY_LIFE, LEAF_LIFE, new_authority, new_leaf, read_authority
from tests.cli.certificates import NAME, common_name, leaf_of
from tests.pos_api.by_hand import DIAGNOSIS
from tests.pos_api.world import API_KEY, Certificate, Store
from tests.wire.nexo.shapes import encode


@pytest.fixture
def served(made: Path, tmp_path: Path) -> Iterator[Store]:
    with Store(Certificate(tmp_path / "nexo.pem", tmp_path / "nexo.key")) as store:
        yield store


# ---- what they say ----


def test_what_the_authority_may(made: Path):
    found = read_authority(made).certificate
    extensions = found.extensions
    bounds = extensions.get_extension_for_class(x509.NameConstraints)
    assert bounds.critical
    assert bounds.value.permitted_subtrees == [x509.DNSName("localhost")]
    basic = extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (basic.ca, basic.path_length) == (True, 0)
    assert abs(found.not_valid_after_utc - datetime.now(UTC) - AUTHORITY_LIFE) < timedelta(minutes=5)


def test_what_the_leaf_says(made: Path, tmp_path: Path):
    leaf = leaf_of(tmp_path)
    assert common_name(leaf) == NAME
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert abs(leaf.not_valid_after_utc - datetime.now(UTC) - LEAF_LIFE) < timedelta(minutes=5)


def test_a_leaf_does_not_outlive_its_authority():
    short = new_authority("short")
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)

    class Ending(authority.Authority):
        ends = soon

    leaf = new_leaf(Ending(short.certificate, short.key), NAME, authority.new_key().public_key())
    assert leaf.not_valid_after_utc == soon


# ---- what clients make of it ----


def heard(store: Store, trust: Path, *, host: str | None, by: str = "127.0.0.1") -> x509.Certificate:
    """A client that trusts this authority alone. `host`: what it compares with the certificate; None: nothing."""
    tls = ssl.create_default_context(cafile=str(trust))
    tls.check_hostname = host is not None
    with (
        closing(create_connection((by, store.port), timeout=10)) as plain,
        closing(tls.wrap_socket(plain, server_hostname=host)) as line,
    ):
        body = encode(DIAGNOSIS)
        head = f"POST /nexo HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {API_KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
        line.sendall(head.encode() + body)
        assert line.recv(4096).startswith(b"HTTP/1.1 200")
        shown = line.getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", None])
def test_a_client_that_checks_the_host_and_one_that_checks_the_name(served: Store, tmp_path: Path, host: str | None):
    shown = heard(served, tmp_path / "store-ca.pem", host=host)
    assert re.fullmatch(r"[A-Za-z0-9]{4,}-[A-Za-z0-9]{9,15}\.live\.terminal\.adyen\.com", common_name(shown))


@pytest.mark.parametrize("host", ["terminal.adyen.com", NAME, "192.0.2.1"])
def test_it_is_nobody_else(served: Store, tmp_path: Path, host: str):
    with pytest.raises(ssl.SSLCertVerificationError):
        heard(served, tmp_path / "store-ca.pem", host=host)


def test_another_stores_authority_is_not_believed(served: Store, tmp_path: Path):
    other = tmp_path / "other.pem"
    other.write_bytes(authority.pem_of(new_authority("another store").certificate))
    with pytest.raises(ssl.SSLCertVerificationError):
        heard(served, other, host=None)


def forged(store: authority.Authority, folder: Path, name: str, *, below: bool = False) -> Certificate:
    """What a thief of the authority's key would make: a leaf for another name, or one by an authority in between."""
    key, between = authority.new_key(), authority.new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    middle = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "in between")])

    def built(subject: x509.Name, issuer: x509.Name, of: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(of.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
        return builder.not_valid_after(now + timedelta(days=1))

    top, by = (middle, between) if below else (store.certificate.subject, store.key)
    leaf = built(subject, top, key).add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    chain = authority.pem_of(leaf.sign(by, hashes.SHA256()))
    if below:
        basic = x509.BasicConstraints(ca=True, path_length=None)
        middle_ca = built(middle, store.certificate.subject, between).add_extension(basic, critical=True)
        chain += authority.pem_of(middle_ca.sign(store.key, hashes.SHA256()))
    files = Certificate(folder / "forged.pem", folder / "forged.key")
    files.certificate.write_bytes(chain)
    files.key.write_bytes(authority.pem_of(key))
    return files


@pytest.mark.parametrize(("name", "below"), [("bank.example", False), ("localhost", True)])
def test_a_stolen_authority_speaks_for_nobody_else(made: Path, tmp_path: Path, name: str, *, below: bool):
    with Store(forged(read_authority(made), tmp_path, name, below=below)) as store:
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            heard(store, tmp_path / "store-ca.pem", host=name)
        assert caught.value.verify_message in {"permitted subtree violation", "path length constraint exceeded"}
