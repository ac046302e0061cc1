"""`certificate` as a person types it: the files it writes, what it says, and what it refuses without writing any."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes

from pos_bridge.checkup import certificates
from pos_bridge.cli import authority
from pos_bridge.cli.authority import new_authority, new_leaf, read_authority
from pos_bridge.cli.certificate_words import WORDS
from pos_bridge.config import file as config_file
from tests.cli.certificates import NAME, common_name, leaf_of
from tests.config.documents import DOCUMENT

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
    (found,) = certificates._nexo(config)
    assert found.to("en") == "GOOD: The certificate that tills are shown is good for another 396 days."
    monkeypatch.setattr(authority, "LEAF_LIFE", timedelta(days=31))
    short = new_leaf(read_authority(made), NAME, authority.new_key().public_key())
    (tmp_path / "nexo.pem").write_bytes(authority.pem_of(short))
    (found,) = certificates._nexo(config)
    assert "ends in 30 days" in found.to("en")
    (tmp_path / "nexo.pem").unlink()
    assert list(certificates._nexo(config)) == []


def test_before_the_files_are_there_the_configuration_can_be_read(tmp_path: Path):
    (tmp_path / "pos-bridge.toml").write_text(DOCUMENT)
    assert config_file.read(tmp_path / "pos-bridge.toml").nexo_name == NAME
