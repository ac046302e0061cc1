"""A certificate that came by file, where no setting names who may make it: what is told of who did."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hw_sim import pki
from pos_bridge.config.settings import Config, Enrolment

POIID = "P400-123456789"


@pytest.fixture
def config(config: Config) -> Config:
    """Key and certificate in one file, by file."""
    one = msgspec.structs.replace(config.processor, certificate="pair.pem", key="pair.pem")
    return replace(config, processor=one, enrolment=Enrolment())


@pytest.fixture
def install(command, tmp_path: Path):
    """A certificate by this authority, asked for and installed: what is said."""

    def installed(by: str, name: str | None = None) -> str:
        csr, chain = tmp_path / "till.csr", tmp_path / "chain"
        assert command("enrol", "--csr", str(csr))[0] == 0
        asked = x509.load_pem_x509_csr(csr.read_bytes())
        root = pki.authority(by, ["example.test"], tmp_path / f"{by}.key", tmp_path / f"{by}.pem")
        subject = asked.subject if name is None else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root.certificate.subject)
            .public_key(asked.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=90))
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), critical=False)
            .sign(root.key, hashes.SHA256())
        )
        chain.write_bytes(made.public_bytes(Encoding.PEM))
        code, said, wrong = command("enrol", "--install", str(chain), "--lang", "en")
        assert (code, wrong) == (0, "")
        assert "name the authority's certificate" in said
        return str(said)

    return installed


def test_the_request_in_the_place_of_what_was_signed(command, tmp_path):
    """No token was in play, and none is to be asked for."""
    csr = tmp_path / "till.csr"
    assert command("enrol", "--csr", str(csr))[0] == 0
    code, _, wrong = command("enrol", "--install", str(csr), "--lang", "en")
    assert code == 1
    assert f"{csr} is no chain of certificates" in wrong
    assert "token" not in wrong


def test_the_first_is_of_nobody_known(install):
    said = install("ours")
    assert "CN=ours, which nothing on this till knows" in said
    assert "in the name of" not in said


def test_one_of_the_same_issuer_and_one_of_another(install, tmp_path):
    install("ours")
    assert "CN=ours, as the one that it replaces" in install("ours")
    (tmp_path / "ours.key").unlink()
    assert re.search(r"made by CN=ours \[(\w{16})\]; the one that it replaces was by CN=ours \[(?!\1)", install("ours"))
    assert re.search(r"made by CN=theirs \[\w+\]; the one that it replaces was by CN=ours \[", install("theirs"))


def test_one_of_the_processors_authority(install, config, tmp_path):
    install("ours")
    config.path(config.processor.ca).write_bytes((tmp_path / "ours.pem").read_bytes())
    assert "whose authority is the one in processor.ca" in install("ours")


def test_one_of_another_tills_name(install):
    assert f"in the name of P400-000000001, and this till is {POIID}" in install("ours", "P400-000000001")


def test_a_name_that_would_write_on_the_terminal(install):
    """Of whom it is in the name, and of who made it: whoever made it chose both."""
    said = install("ours\x1b[2K", "P400\x1b[2K\rP400-123456789\n")
    assert "in the name of P400?[2K?P400-123456789?, and" in said
    assert "\x1b" not in said
