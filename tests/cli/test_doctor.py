"""What doctor finds: each thing that is wrong once with what to do, and nothing where nothing is."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.reader import SealingPlace
from drivers.registry import DRIVERS
from pos_bridge import settings
from pos_bridge.cli import doctor, doctor_looks
from pos_bridge.cli.doctor_daemon import ask_engine
from pos_bridge.cli.doctor_looks import User, engines_user, look, look_at_file, look_at_pcscd
from pos_bridge.cli.doctor_words import Finding, Weight, good
from pos_bridge.domain.outcome import Health
from pos_bridge.wire.nexo.secured import MessageKey
from tests.pos_api.world import API_KEY, Certificate, Store, make_certificate
from tests.wire.nexo.shapes import POIID

PASSPHRASE = "p@ssw0rd123456"
SHOP = User("shop", 12_345, frozenset({23_456}))
CHIP = settings.Reader(name="chip", driver="pcsc_emv", device="Virtual PCD 00 00")
STRIPE = settings.Reader(name="counter", driver="idtech_msr", device="/dev/ttyS0")


def words(findings: Iterator[Finding]) -> list[tuple[Weight, str]]:
    return [(finding.weight, finding.word) for finding in findings]


# ---- the engine ----


@pytest.fixture(scope="module")
def leaf(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def store(leaf: Certificate) -> Iterator[Store]:
    with Store(leaf) as running:
        yield running


@pytest.fixture
def asking(config, store, tmp_path):
    """The configuration of the engine that runs."""
    (tmp_path / "api.key").write_text(API_KEY + "\n")
    nexo = settings.Nexo(
        certificate=str(store.files.certificate), key="nexo.key", api_key_file="api.key", port=store.port
    )
    till = settings.Till(poiid=POIID, number=7, state_dir=".", signing_key="terminal.key")
    return replace(config, nexo=nexo, till=till, readers=(STRIPE, CHIP))


def health(**changes: Any) -> Health:
    usual = Health(processor_reachable=True, journal_writable=True, readers=(("counter", True), ("chip", True)))
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("state", "ill"),
    [
        (health(), []),
        (health(processor_reachable=False), ["processor_down"]),
        (health(journal_writable=False), ["journal_down"]),
        (health(readers=(("counter", True), ("chip", False))), ["reader_down"]),
        (health(readers=(("nobody of ours", False),)), []),
    ],
)
def test_what_the_engine_says_of_itself(asking, store, state, ill):
    store.desk.state = state
    findings = words(ask_engine(asking))
    assert findings[0] == (Weight.GOOD, "runs")
    assert [word for _, word in findings[1:]] == ill
    assert store.desk.asks == [], "it starts nothing"


def test_an_engine_that_does_not_run(asking, store):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    nexo = settings.Nexo(certificate=asking.nexo.certificate, key="nexo.key", api_key_file="api.key", port=port)
    assert words(ask_engine(replace(asking, nexo=nexo))) == [(Weight.MEND, "not_running")]


def test_a_stranger_on_its_port_is_told_nothing(asking, store, tmp_path):
    other = make_certificate(tmp_path)
    nexo = settings.Nexo(
        certificate=str(other.certificate), key="nexo.key", api_key_file="api.key", port=asking.nexo.port
    )
    assert words(ask_engine(replace(asking, nexo=nexo))) == [(Weight.MEND, "not_ours")]


def test_a_key_that_is_not_the_engines_or_cannot_be_read(asking, tmp_path):
    (tmp_path / "api.key").write_text("another-key-of-sixteen-letters")
    assert words(ask_engine(asking)) == [(Weight.MEND, "refused")]
    (tmp_path / "api.key").unlink()
    assert words(ask_engine(asking)) == [(Weight.MEND, "no_api_key")]


def test_an_engine_that_hears_nothing_in_clear(asking, leaf, tmp_path):
    """Then it is asked as a till asks it: encrypted. With another passphrase it does not answer."""
    key = MessageKey.derive("caisse", 1, PASSPHRASE.encode())
    entry = settings.Passphrase(identifier="caisse", version=1, file="phrase")
    (tmp_path / "phrase").write_text(PASSPHRASE + "\n")
    with Store(leaf, keys=[key], api_key=None) as store:
        nexo = settings.Nexo(
            certificate=str(store.files.certificate), key="nexo.key", passphrase=(entry,), port=store.port
        )
        store.desk.state = health(journal_writable=False)
        found = words(ask_engine(replace(asking, nexo=nexo)))
        assert found == [(Weight.GOOD, "runs"), (Weight.MEND, "journal_down")]
        (tmp_path / "phrase").write_text("another passphrase")
        assert words(ask_engine(replace(asking, nexo=nexo))) == [(Weight.MEND, "refused")]
        (tmp_path / "phrase").write_text("too short")
        assert words(ask_engine(replace(asking, nexo=nexo))) == [(Weight.MEND, "no_api_key")]


def test_another_terminals_name(asking):
    till = settings.Till(poiid="P400-000000000", number=7, state_dir=".", signing_key="terminal.key")
    assert words(ask_engine(replace(asking, till=till))) == [(Weight.MEND, "refused")]


# ---- readers ----


def test_where_each_driver_seals_is_what_the_driver_says():
    assert set(doctor_looks.SEALED_IN_READER) >= set(DRIVERS)
    for name, driver in DRIVERS.items():
        assert doctor_looks.SEALED_IN_READER[name] is (driver.sealed_in is SealingPlace.READER), name


def test_what_each_reader_means_for_the_till(config, monkeypatch):
    monkeypatch.setattr(doctor_looks, "engines_user", lambda _: SHOP)
    monkeypatch.setattr(doctor_looks, "look_at_file", lambda *_: good("kept_from_engine"))
    foreign = settings.Reader(name="old", driver="keyboard", device="x")
    found = words(look(replace(config, readers=(STRIPE, foreign, CHIP))))
    assert found == [
        (Weight.NOTE, "sealed_in_reader"),
        (Weight.MEND, "unknown_driver"),
        (Weight.NOTE, "sealed_in_room"),
        (Weight.NOTE, "uncertified_chip"),
        (Weight.MEND, "pcscd_absent"),
        (Weight.GOOD, "kept_from_engine"),
    ]


# ---- pcscd ----


@pytest.fixture
def at() -> Iterator[Path]:
    """A socket that somebody listens on, in a folder that everybody gets to."""
    with tempfile.TemporaryDirectory(prefix="doctor-") as folder, closing(socket.socket(socket.AF_UNIX)) as listening:
        Path(folder).chmod(0o755)
        path = Path(folder) / "pcscd.comm"
        listening.bind(str(path))
        path.chmod(0o660)
        listening.listen()
        yield path


def test_a_socket_for_everybody(at, monkeypatch):
    monkeypatch.setattr(doctor_looks, "logs_apdus", lambda _: False)
    assert words(look_at_pcscd("chip", at)) == [(Weight.GOOD, "pcscd_silent"), (Weight.GOOD, "pcscd_closed")]
    at.chmod(0o666)
    found = list(look_at_pcscd("chip", at))
    assert words(iter(found)) == [(Weight.GOOD, "pcscd_silent"), (Weight.MEND, "pcscd_open")]
    assert "SocketMode=0660" in found[1].to("fr")
    assert str(at) in found[1].to("en")
    at.parent.chmod(0o750)
    assert words(look_at_pcscd("chip", at))[1] == (Weight.GOOD, "pcscd_closed"), "nobody else gets to it"


def test_a_pcscd_that_logs(at, monkeypatch):
    monkeypatch.setattr(doctor_looks, "logs_apdus", lambda path: path == at)
    (found, _) = look_at_pcscd("chip", at)
    assert (found.weight, found.word) == (Weight.MEND, "pcscd_logs")
    assert "--apdu" in found.to("fr")
    assert "--apdu" in found.to("en")


def test_this_process_is_no_pcscd_that_logs(at):
    assert words(look_at_pcscd("chip", at))[0] == (Weight.GOOD, "pcscd_silent")


@pytest.mark.parametrize("make", [lambda path: None, Path.touch])
def test_nobody_listens(tmp_path, make):
    make(tmp_path / "pcscd.comm")
    assert words(look_at_pcscd("chip", tmp_path / "pcscd.comm")) == [(Weight.MEND, "pcscd_absent")]


# ---- files ----


@pytest.mark.parametrize(
    ("mode", "of", "folder", "word"),
    [
        (0o644, "another", 0o755, "kept_from_engine"),
        (0o646, "another", 0o755, "writable"),
        (0o644, "another", 0o777, "writable"),
        (0o664, "its group", 0o755, "writable"),
        (0o646, "its group", 0o755, "kept_from_engine"),
        (0o444, "itself", 0o555, "writable"),
    ],
)
def test_who_can_change_what_the_card_room_believes(tmp_path, mode, of, folder, word):
    path = tmp_path / "kept" / "trust.txt"
    path.parent.mkdir()
    path.touch()
    path.chmod(mode)
    path.parent.chmod(folder)
    seen = path.stat()
    user = {
        "another": User("shop", seen.st_uid + 1, frozenset({seen.st_gid + 1})),
        "its group": User("shop", seen.st_uid + 1, frozenset({seen.st_gid})),
        "itself": User("shop", seen.st_uid or 1, frozenset()),
    }[of]
    if of == "itself" and seen.st_uid == 0:
        os.chown(path, 1, -1)
    found = look_at_file("card_room.trust", path, user)
    assert found.word == word
    assert str(path) in found.to("fr")
    path.parent.chmod(0o755)


def test_a_file_that_is_not_there(tmp_path):
    assert look_at_file("card_room.emv", tmp_path / "emv.toml", SHOP).word == "missing"


def test_the_engines_user_is_the_owner_of_its_state(config, tmp_path):
    assert engines_user(config).uid == tmp_path.stat().st_uid
    nowhere = replace(config, file=tmp_path / "nowhere" / "pos-bridge.toml")
    assert engines_user(nowhere).uid == os.geteuid()


def test_an_engine_of_root_has_one_thing_to_mend(config, monkeypatch):
    monkeypatch.setattr(doctor_looks, "engines_user", lambda _: User("root", 0, frozenset()))
    assert words(look(config)) == [(Weight.MEND, "as_root")]


# ---- the command ----


@pytest.mark.parametrize(("lang", "line"), [("fr", "À CORRIGER : "), ("en", "MEND: ")])
def test_the_command_says_a_line_a_finding_and_ends_by_them(command, lang, line):
    code, said, _ = command("doctor", "--lang", lang)
    assert code == 1
    assert any(each.startswith(line) for each in said.splitlines())


def test_a_till_that_is_well(command, monkeypatch):
    monkeypatch.setattr(doctor, "examine", lambda _: iter([good("runs", port="8443")]))
    assert command("doctor", "--lang", "en") == (0, "GOOD: pos-bridge runs and answers on port 8443.\n", "")
