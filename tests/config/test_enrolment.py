"""[enrolment]: one file for key and certificate, a server over HTTPS, a key that may be sealed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from hw_sim.world import enrol
from pos_bridge.cli.authority import new_authority
from pos_bridge.config import credentials
from pos_bridge.config.file import load
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.pair import Pair
from tests.config.documents import DOCUMENT, refusal

ONE_FILE = DOCUMENT.replace('"till.pem"', '"pair.pem"').replace('"till.key"', '"pair.pem"')
POIID = "P400-123456789"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    enrol(folder, folder / "engine", POIID)
    return folder / "engine"


@pytest.fixture
def till(tmp_path: Path, world: Path) -> Path:
    for file in world.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
            (tmp_path / file.name).chmod(0o600 if file.suffix == ".key" else 0o644)
    (tmp_path / "api.key").write_text("an-api-key-of-the-till")
    (tmp_path / "api.key").chmod(0o600)
    write(tmp_path, None)
    return tmp_path


def write(till: Path, secret: bytes | None) -> None:
    pair = Pair.read((till / "till.pem").read_bytes(), (till / "till.key").read_bytes())
    (till / "pair.pem").write_bytes(pair.file(secret))
    (till / "pair.pem").chmod(0o600)


def settled(till: Path, text: str) -> Config:
    (till / "pos-bridge.toml").write_text(text)
    return load(till / "pos-bridge.toml")


def test_one_file(till):
    config = settled(till, ONE_FILE + '[enrolment]\nurl = "https://192.0.2.1:8443"\n')
    loaded = credentials.load(config)
    assert b"BEGIN CERTIFICATE" not in loaded.key
    assert b"PRIVATE" not in loaded.certificate


def test_a_sealed_key(till):
    (till / "seal.key").write_text("a secret of this machine\n")
    (till / "seal.key").chmod(0o600)
    write(till, b"a secret of this machine")
    config = settled(till, ONE_FILE + '[enrolment]\nsecret = "seal.key"\n')
    assert credentials.load(config).key == (till / "till.key").read_bytes()
    write(till, b"another one")
    with pytest.raises(ConfigError, match="is not the private key of"):
        credentials.load(config)
    (till / "seal.key").write_text("\n")
    with pytest.raises(ConfigError, match=r"enrolment\.secret: .* is empty"):
        credentials.load(config)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DOCUMENT + "[enrolment]\n", "enrolment: processor.certificate and processor.key must name one"),
        (ONE_FILE.replace('"pair.pem"', '"credential:pair"') + "[enrolment]\n", "enrolment: processor.certificate"),
        (ONE_FILE + '[enrolment]\nurl = "http://192.0.2.1"\n', "enrolment.url: an address is https://"),
        (ONE_FILE + '[enrolment]\nsecret = "absent"\n', "enrolment.secret: "),
        (ONE_FILE + '[enrolment]\nca = "absent"\n', "enrolment.ca: "),
    ],
)
def test_what_is_refused(till, text, said):
    (till / "pos-bridge.toml").write_text(text)
    assert refusal(till / "pos-bridge.toml").startswith(said)


def ended() -> bytes:
    """An authority's certificate whose time is over."""
    made = new_authority("the one before")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(made.certificate.subject)
        .issuer_name(made.certificate.subject)
        .public_key(made.key.public_key())
        .serial_number(1)
        .not_valid_before(yesterday - timedelta(days=1))
        .not_valid_after(yesterday)
        .sign(made.key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


def test_two_authorities_of_which_one_has_ended(till):
    ca = till / "processor-ca.pem"
    own = ca.read_bytes()
    ca.write_bytes(ended() + own)
    config = settled(till, ONE_FILE)
    assert credentials.load(config).ca == ca.read_bytes()
    credentials.check_times(config)
    ca.write_bytes(ended())
    credentials.load(config)  # which a start does: cash goes on
    with pytest.raises(ConfigError, match=r"processor\.ca: .* ended on"):
        credentials.check_times(config)


def test_a_trust_file_of_two_roots_with_lines_for_people(till):
    """As a card room takes it: the engine stops at no other file than the rooms do."""
    trust = till / "trust.txt"
    trust.write_text(f"# from 2027 on\nroot {'b1' * 32}\n\n{trust.read_text()}")
    config = settled(till, ONE_FILE)
    credentials.load(config)
    trust.write_text(f"root {'b1' * 32}\n{trust.read_text()}")
    with pytest.raises(ConfigError, match=r"card_room\.trust: .* another root line, not the same"):
        credentials.load(config)


def test_an_authority_of_its_own(till):
    assert settled(till, ONE_FILE + "[enrolment]\n").enrolment_ca == till / "processor-ca.pem"
    (till / "own.pem").write_text("half of one")
    config = settled(till, ONE_FILE + '[enrolment]\nca = "own.pem"\n')
    assert config.enrolment_ca == till / "own.pem"
    with pytest.raises(ConfigError, match=r"enrolment\.ca: "):
        credentials.load(config)
