"""The store's authority and its leaves: files, names, bounds, and what each kind of client makes of them."""

import re
import ssl
import string
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pos_bridge import config as config_file
from pos_bridge.cli import authority, certificate, certificate_words, doctor_looks
from pos_bridge.cli.authority import AUTHORITY_LIFE, LEAF_LIFE, new_authority, new_leaf, read_authority
from pos_bridge.cli.certificate_words import WORDS
from tests.pos_api.by_hand import DIAGNOSIS
from tests.pos_api.world import API_KEY, Certificate, Store
from tests.wire.nexo.shapes import encode

NAME = "P400-123456789.live.terminal.adyen.com"


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    folder = tmp_path / "medium"
    folder.mkdir()
    return folder


@pytest.fixture
def made(command, medium: Path) -> Path:
    assert command("certificate", "new", "--authority", str(medium))[0] == 0
    return medium


def leaf_of(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "nexo.pem").read_bytes())


def common_name(of: x509.Certificate) -> str:
    (name,) = of.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(name.value)


@pytest.fixture
def served(made: Path, tmp_path: Path) -> Iterator[Store]:
    with Store(Certificate(tmp_path / "nexo.pem", tmp_path / "nexo.key")) as store:
        yield store


# ---- its sentences ----


@pytest.mark.parametrize("name", WORDS)
def test_every_sentence_is_there_twice_and_says_the_same_things(name):
    said = WORDS[name]
    places = [{place for _, place, _, _ in string.Formatter().parse(text) if place} for text in (said.fr, said.en)]
    assert places[0] == places[1]
    assert said.fr != said.en
    assert all(text.endswith(".") for text in (said.fr, said.en))


def test_every_sentence_is_used():
    source = Path(str(certificate.__file__)).read_text()
    assert set(WORDS) <= set(re.findall(r'"([a-z_]+)"', source))
    assert certificate_words.WORDS is WORDS


# ---- new ----


def test_the_authority_is_on_the_medium_and_its_key_nowhere_else(made: Path, tmp_path: Path):
    assert {path.name: path.stat().st_mode & 0o777 for path in made.iterdir()} == {
        "store-ca.key": 0o600,
        "store-ca.pem": 0o600,
    }
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("nexo.pem", "nexo.key", "store-ca.pem")}
    assert modes == {"nexo.pem": 0o644, "nexo.key": 0o600, "store-ca.pem": 0o644}
    key = (made / "store-ca.key").read_bytes()
    holding = [path for path in tmp_path.rglob("*") if path.is_file() and key in path.read_bytes()]
    assert holding == [made / "store-ca.key"]
    assert not list(tmp_path.rglob("*.part"))
    assert (tmp_path / "store-ca.pem").read_bytes() == (made / "store-ca.pem").read_bytes()


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


def test_a_second_authority_in_one_place_is_refused(command, made: Path, tmp_path: Path):
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    code, _, said = command("certificate", "new", "--authority", str(made), "--lang", "en")
    assert (code, said) == (1, WORDS["there_already"].en.format(folder=made) + "\n")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_what_it_says(command, medium: Path):
    code, said, _ = command("certificate", "new", "--authority", str(medium), "--lang", "en")
    assert code == 0
    told = said.splitlines()
    assert [line.split()[0] for line in told] == ["The", "Beware:", "Certificate", "Give", "The"]
    assert str(medium) in told[0]
    assert NAME in told[2]


# ---- what clients make of it ----


def heard(store: Store, trust: Path, *, host: str | None, by: str = "127.0.0.1") -> x509.Certificate:
    """A client that trusts this authority alone. `host`: what it compares with the certificate; None: nothing."""
    tls = ssl.create_default_context(cafile=str(trust))
    tls.check_hostname = host is not None
    from socket import create_connection

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


# ---- renew ----


def test_a_renewal_keeps_the_key_and_the_authority(command, made: Path, tmp_path: Path):
    key, first = (tmp_path / "nexo.key").read_bytes(), leaf_of(tmp_path)
    assert command("certificate", "renew", "--authority", str(made))[0] == 0
    second = leaf_of(tmp_path)
    assert second != first
    assert second.public_key() == first.public_key()
    assert (tmp_path / "nexo.key").read_bytes() == key


def test_a_key_that_is_taken_away_is_made_anew(command, made: Path, tmp_path: Path):
    first = leaf_of(tmp_path)
    (tmp_path / "nexo.key").unlink()
    assert command("certificate", "renew", "--authority", str(made))[0] == 0
    assert leaf_of(tmp_path).public_key() != first.public_key()
    assert authority.read_key(tmp_path / "nexo.key").public_key() == leaf_of(tmp_path).public_key()


def test_the_second_till_gets_its_first_certificate_by_renew(command, made: Path, tmp_path: Path, config):
    folder = tmp_path / "second"
    folder.mkdir()
    till = msgspec.structs.replace(config.till, poiid="P400-000000002")
    second = replace(config, file=folder / "pos-bridge.toml", till=till)
    assert command("certificate", "renew", "--authority", str(made), loaded=second)[0] == 0
    assert common_name(leaf_of(folder)).startswith("P400-000000002.")
    assert authority.issued_by(leaf_of(folder), read_authority(made).certificate)


def test_without_its_authority_nothing_is_renewed(command, made: Path, tmp_path: Path):
    before = (tmp_path / "nexo.pem").read_bytes()
    (made / "store-ca.key").write_bytes(authority.pem_of(authority.new_key()))
    assert command("certificate", "renew", "--authority", str(made))[0] == 1
    (made / "store-ca.key").write_text("not a key")
    assert command("certificate", "renew", "--authority", str(made))[0] == 1
    (made / "store-ca.key").unlink()
    code, _, said = command("certificate", "renew", "--authority", str(made), "--lang", "en")
    assert (code, "store-ca.key cannot be read" in said) == (1, True)
    code, _, said = command("certificate", "renew", "--authority", str(tmp_path / "absent"), "--lang", "en")
    assert (code, said) == (1, WORDS["no_folder"].en.format(folder=tmp_path / "absent") + "\n")
    assert (tmp_path / "nexo.pem").read_bytes() == before


def test_an_authority_that_has_ended(command, made: Path, monkeypatch):
    monkeypatch.setattr(authority.Authority, "ends", datetime.now(UTC) - timedelta(days=1))
    code, _, said = command("certificate", "renew", "--authority", str(made), "--lang", "en")
    assert (code, said) == (1, WORDS["ended"].en.format(folder=made) + "\n")


def test_a_leaf_does_not_outlive_its_authority():
    short = new_authority("short")
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)

    class Ending(authority.Authority):
        ends = soon

    leaf = new_leaf(Ending(short.certificate, short.key), NAME, authority.new_key().public_key())
    assert leaf.not_valid_after_utc == soon


# ---- names, words, looks ----


@pytest.mark.parametrize(
    "case",
    [
        ("P400-123456789", None, NAME),
        ("P400-123456789", "V400m-123456789.test.terminal.adyen.com", "V400m-123456789.test.terminal.adyen.com"),
        ("Caisse 1", "V400m-123456789.live.terminal.adyen.com", "V400m-123456789.live.terminal.adyen.com"),
        ("Caisse 1", None, None),
        ("P40-123456789", None, None),
        ("P400-1234567890", None, None),
    ],
)
def test_the_name_that_clients_compare(config, command, medium: Path, tmp_path: Path, case):
    poiid, common, name = case
    till = msgspec.structs.replace(config.till, poiid=poiid)
    loaded = replace(config, till=till, nexo=msgspec.structs.replace(config.nexo, common_name=common))
    code, _, said = command("certificate", "new", "--authority", str(medium), "--lang", "en", loaded=loaded)
    if name is None:
        assert (code, said) == (1, WORDS["no_name"].en.format(poiid=poiid) + "\n")
        assert list(medium.iterdir()) == []
    else:
        assert code == 0
        assert common_name(leaf_of(tmp_path)) == name


@pytest.mark.parametrize("words", [("show", "--authority", "."), ("new",), ("renew",)])
def test_words_that_do_not_go_together(command, words):
    assert command("certificate", *words)[0] == 2


def test_show(command, made: Path, tmp_path: Path):
    code, said, _ = command("certificate", "show", "--lang", "en")
    assert code == 0
    leaf, store = said.splitlines()
    assert leaf.startswith(f"{NAME}, until ")
    assert "396 days" in leaf
    print_ = read_authority(made).certificate.fingerprint(hashes.SHA256()).hex()
    assert store.endswith(f"SHA-256 fingerprint: {print_}.")
    (tmp_path / "store-ca.pem").write_bytes(authority.pem_of(new_authority("another").certificate))
    assert "is not what made this certificate" in command("certificate", "show", "--lang", "en")[1]
    (tmp_path / "nexo.pem").unlink()
    assert command("certificate", "show")[0] == 1


def test_doctor_says_how_long_it_lasts(config, made: Path, tmp_path: Path, monkeypatch):
    (found,) = doctor_looks._look_at_certificate(config)
    assert found.to("en") == "GOOD: The certificate that tills are shown is good for another 396 days."
    monkeypatch.setattr(authority, "LEAF_LIFE", timedelta(days=31))
    short = new_leaf(read_authority(made), NAME, authority.new_key().public_key())
    (tmp_path / "nexo.pem").write_bytes(authority.pem_of(short))
    (found,) = doctor_looks._look_at_certificate(config)
    assert "ends in 30 days" in found.to("en")
    (tmp_path / "nexo.pem").unlink()
    assert list(doctor_looks._look_at_certificate(config)) == []


def test_before_the_files_are_there_the_configuration_can_be_read(tmp_path: Path):
    from tests.config.documents import DOCUMENT

    (tmp_path / "pos-bridge.toml").write_text(DOCUMENT)
    assert config_file.read(tmp_path / "pos-bridge.toml").nexo_name == NAME
