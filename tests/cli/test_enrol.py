"""`pos-bridge enrol` as a person types it, against a real enrolment server: what it makes, and what it leaves alone."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from hw_sim import pki
from hw_sim.enrolment.faults import Fault
from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from pos_bridge.checkup import certificates
from pos_bridge.cli import enrol
from pos_bridge.cli.authority import new_authority
from pos_bridge.cli.enrol_words import FAULTS
from pos_bridge.config.settings import Config, Enrolment
from pos_bridge.domain.enrolment import EnrolFault
from pos_bridge.pair import Pair

POIID = "P400-123456789"


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[tuple[Folder, str]]:
    folder = Folder(tmp_path_factory.mktemp("world"))
    with serving(folder) as url:
        yield folder, url


@pytest.fixture
def desk(world) -> Iterator[Folder]:
    yield world[0]
    world[0].set_fault(Fault.NONE)


@pytest.fixture
def config(config: Config, world) -> Config:
    """Key and certificate in one file."""
    one = msgspec.structs.replace(config.processor, certificate="pair.pem", key="pair.pem")
    return replace(config, processor=one, enrolment=Enrolment(url=world[1]))


@pytest.fixture
def pair_file(config: Config) -> Path:
    return config.path(config.processor.key)


@pytest.fixture
def token_file(desk, tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(desk.make_token(POIID) + "\n")
    return file


def pair_of(file: Path) -> Pair:
    return Pair.read(file.read_bytes(), file.read_bytes())


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_by_a_token(command, config, pair_file, token_file):
    code, said, wrong = command("enrol", "--token-file", str(token_file), "--lang", "en")
    assert (code, wrong) == (0, "")
    assert f"Certificate of {POIID} until" in said
    assert pair_of(pair_file).name == POIID
    assert pair_file.stat().st_mode & 0o777 == 0o600
    authority = config.path(config.processor.ca)
    (root,) = x509.load_pem_x509_certificates(authority.read_bytes())
    assert root.fingerprint(hashes.SHA256()).hex() in said
    assert authority.stat().st_mode & 0o777 == 0o644
    assert token_file.read_text().strip().rpartition(".")[2] not in said


def test_the_token_from_standard_input(command, desk, pair_file, monkeypatch, tmp_path):
    (tmp_path / "in").write_text(desk.make_token(POIID) + "\n")
    with (tmp_path / "in").open() as given:
        monkeypatch.setattr("sys.stdin", given)
        assert command("enrol")[0] == 0
    assert pair_of(pair_file).name == POIID


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.EXPIRED, Fault.OTHER_CA, Fault.HALF, Fault.CLOCK_AHEAD])
def test_what_goes_wrong_leaves_all_as_it_was(command, desk, token_file, tmp_path, fault):
    assert command("enrol", "--token-file", str(token_file))[0] == 0
    token_file.write_text(desk.make_token(POIID))
    desk.set_fault(fault)
    if fault is Fault.OTHER_CA:  # a till that has pinned none yet
        (tmp_path / "processor-ca.pem").unlink()
    before = everything(tmp_path)
    for language, unchanged in (("fr", "Rien n'a été changé"), ("en", "Nothing was changed")):
        code, said, wrong = command("enrol", "--token-file", str(token_file), "--lang", language)
        assert (code, said) == (1, "")
        assert len(wrong.splitlines()) == 1
        assert unchanged in wrong
    assert everything(tmp_path) == before


@pytest.mark.parametrize("text", ["", "pbt1.half"])
def test_a_token_that_is_none(command, tmp_path, text):
    (tmp_path / "token").write_text(text)
    code, _, wrong = command("enrol", "--token-file", str(tmp_path / "token"), "--lang", "en")
    assert code == 1
    assert "not a whole token" in wrong


def test_a_used_token(command, token_file, tmp_path):
    assert command("enrol", "--token-file", str(token_file))[0] == 0
    before = everything(tmp_path)
    code, _, wrong = command("enrol", "--token-file", str(token_file), "--lang", "en")
    assert code == 1
    assert "wrong, used, of another till, or older than 24 hours" in wrong
    assert everything(tmp_path) == before


def test_a_full_disk_is_noticed_before_the_token_is_sent(command, token_file, tmp_path, monkeypatch):
    before = everything(tmp_path)

    def full(_descriptor: int, _content: object) -> int:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr("pos_bridge.storage.disk.os.write", full)
        code, _, wrong = command("enrol", "--token-file", str(token_file), "--lang", "en")
    assert code == 1
    assert "No space left" in wrong
    assert everything(tmp_path) == before
    assert command("enrol", "--token-file", str(token_file))[0] == 0, "the token is still good"


def test_settings_that_name_two_files(command, config):
    two = msgspec.structs.replace(config.processor, key="till.key")
    code, _, wrong = command("enrol", "--lang", "en", loaded=replace(config, processor=two))
    assert code == 1
    assert "one and the same file" in wrong


def test_settings_without_a_server(command, config):
    code, _, wrong = command("enrol", "--lang", "en", loaded=replace(config, enrolment=Enrolment()))
    assert code == 1
    assert "[enrolment] url is missing" in wrong


def test_authorities_that_could_not_be_written_are_noticed_before_the_token_is_sent(command, config, token_file):
    folder = config.path(config.processor.ca)
    nowhere = msgspec.structs.replace(config.processor, ca=str(folder.parent / "absent" / "ca.pem"))
    assert command("enrol", "--token-file", str(token_file), loaded=replace(config, processor=nowhere))[0] == 1
    assert command("enrol", "--token-file", str(token_file))[0] == 0, "the token is still good"


@pytest.mark.parametrize(
    ("days", "url", "said"),
    [
        (100, None, certificates.OWN_LASTS),
        (59, None, certificates.OWN_ENDS),
        (59, "https://192.0.2.1", certificates.OWN_LASTS),
        (10, "https://192.0.2.1", certificates.RENEWAL_LATE),
        (-2, None, certificates.OWN_ENDED),
    ],
)
def test_doctor_tells_how_long_it_lasts(config, pair_file, days, url, said):
    now = datetime.now(UTC)
    pair_file.write_bytes(leaf(now - timedelta(days=60), now + timedelta(days=days, hours=1)))
    (finding,) = certificates._processor(replace(config, enrolment=Enrolment(url=url)))
    assert finding == said(days=str(days))


def leaf(begins: datetime, ends: datetime) -> bytes:
    """Of nobody's."""
    store = new_authority("any")
    made = (
        x509.CertificateBuilder()
        .subject_name(store.certificate.subject)
        .issuer_name(store.certificate.subject)
        .public_key(store.key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(store.key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


# ---- by file ----


def signed(csr: Path, folder: Path) -> bytes:
    """By a PKI of the shop's own with an authority between: leaf, then that one; PEM."""
    asked = x509.load_pem_x509_csr(csr.read_bytes())
    root = pki.authority("a chain's own", ["example.test"], folder / "root.key", folder / "root.pem")
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(root.certificate.subject)
        .public_key(asked.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=90))
        .sign(root.key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM) + root.pem


@pytest.fixture
def asked(command, tmp_path: Path) -> Path:
    csr = tmp_path / "till.csr"
    assert command("enrol", "--csr", str(csr))[0] == 0
    return csr


def pki_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pki"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("form", ["pem", "pkcs7"])
def test_by_file(command, asked, pair_file, tmp_path, form):
    chain = signed(asked, pki_folder(tmp_path))
    if form == "pkcs7":
        chain = serialize_certificates(x509.load_pem_x509_certificates(chain), Encoding.DER)
    (tmp_path / "chain").write_bytes(chain)
    code, said, _ = command("enrol", "--install", str(tmp_path / "chain"), "--lang", "en")
    assert code == 0
    assert f"Certificate of {POIID} until" in said
    assert pair_of(pair_file).name == POIID
    assert not pair_file.with_name("pair.pem.asked").exists()


def test_by_file_under_an_authority_that_is_named(command, asked, config, pair_file, tmp_path):
    chain, folder = tmp_path / "chain", pki_folder(tmp_path)
    chain.write_bytes(signed(asked, folder))
    own = tmp_path / "own.pem"
    named = replace(config, enrolment=Enrolment(ca=str(own)))
    own.write_bytes(pki.authority("another", ["example.test"], tmp_path / "o.key", tmp_path / "o.pem").pem)
    before = everything(tmp_path)
    code, _, wrong = command("enrol", "--install", str(chain), "--lang", "en", loaded=named)
    assert code == 1
    assert "made by another authority" in wrong
    assert everything(tmp_path) == before
    own.write_bytes((folder / "root.pem").read_bytes())
    assert command("enrol", "--install", str(chain), "--lang", "en", loaded=named)[0] == 0
    assert pair_of(pair_file).name == POIID


def test_asked_again_it_is_the_same_key(command, asked, tmp_path):
    again = tmp_path / "again.csr"
    assert command("enrol", "--csr", str(again))[0] == 0
    keys = [x509.load_pem_x509_csr(file.read_bytes()).public_key() for file in (asked, again)]
    assert keys[0] == keys[1]


def test_a_half_written_key(command, asked, pair_file, tmp_path):
    kept = pair_file.with_name("pair.pem.asked")
    kept.write_bytes(kept.read_bytes()[:100])
    before = everything(tmp_path)
    for words in (["--csr", str(tmp_path / "b.csr")], ["--install", str(asked)]):
        code, _, wrong = command("enrol", *words, "--lang", "en")
        assert code == 1
        assert "delete its file (.asked)" in wrong
    assert everything(tmp_path) == before


def test_a_chain_of_another_key_or_before_any_request(command, asked, pair_file, tmp_path):
    chain = signed(asked, pki_folder(tmp_path))
    (tmp_path / "chain").write_bytes(chain)
    pair_file.with_name("pair.pem.asked").unlink()
    assert "make the request first" in command("enrol", "--install", str(tmp_path / "chain"), "--lang", "en")[2]
    assert command("enrol", "--csr", str(tmp_path / "b.csr"))[0] == 0
    code, _, wrong = command("enrol", "--install", str(tmp_path / "chain"), "--lang", "en")
    assert code == 1
    assert "not for this till's key" in wrong
    assert not pair_file.exists()


def test_every_fault_has_words():
    assert set(FAULTS) == set(EnrolFault)
    assert enrol.DONE == 0
