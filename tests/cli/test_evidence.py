"""`pos-bridge evidence` on a till that sells: what it writes, who signed it, and what it never does."""

import errno
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hw_sim.running import RunningStore
from pos_bridge.checkup.finding import Weight
from pos_bridge.cli import doctor, evidence
from pos_bridge.evidence.report import REQUIREMENTS
from pos_bridge.evidence.seal import sealed

CASH = "987.65"


@pytest.fixture(scope="module")
def settings_file(store: RunningStore) -> Path:
    assert store.till().pay(CASH, cash=True).result == "Success"
    return store.folder / "engine" / "pos-bridge.toml"


def asked(settings_file: Path, *words: object, code: int = 1) -> tuple[str, str]:
    """A simulated store has something to mend: every file is of one user."""
    done = subprocess.run(
        [sys.executable, "-m", "pos_bridge", "evidence", "--config", settings_file, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, (done.stderr, _stops(words))
    return done.stdout, done.stderr


def _stops(words: tuple[object, ...]) -> list[str]:
    """What the report that was written says of a sale or a card at risk."""
    written = [word for word in words if isinstance(word, Path) and word.suffix == ".json" and word.is_file()]
    return [line for path in written for line in re.findall(r'\{[^{}]*"stop"[^{}]*\}', path.read_text())]


@pytest.fixture(scope="module")
def written(settings_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    before = listing(settings_file.parent)
    said, wrong = asked(settings_file, "--json", folder / "r.json", "--page", folder / "r.html", "--lang", "en")
    assert listing(settings_file.parent) == before, "it changes nothing"
    assert wrong == ""
    assert "PCI DSS 3.3.1: shown." in said
    assert f"Written: {folder / 'r.json'}" in said
    return folder


def listing(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


def test_four_files_that_only_their_owner_reads(written):
    files = sorted(path.name for path in written.iterdir())
    assert files == ["r.html", "r.html.sig", "r.json", "r.json.sig"]
    assert {path.stat().st_mode & 0o777 for path in written.iterdir()} == {0o600}


def test_what_it_tells_of_this_till(written, settings_file):
    told = json.loads((written / "r.json").read_text())
    assert told["till"] == 1
    assert told["settings_sha256"] == hashlib.sha256(settings_file.read_bytes()).hexdigest()
    assert len(told["requirements"]) == len(REQUIREMENTS)
    shown = {check for row in told["requirements"] if row["state"] == "shown" for check in row["checks"]}
    assert {"card_numbers_on_disk", "certificate_processor", "processor", "clock", "persons_by_choice"} <= shown
    well = {each["check"] for each in told["findings"]} - {
        each["check"] for each in told["findings"] if each["weight"] != "good"
    }
    assert shown <= well
    assert "program_files" not in shown, "it runs from a folder of sources"


def test_no_sale_is_in_it(written):
    for name in ("r.json", "r.html"):
        text = (written / name).read_text()
        assert CASH not in text
        assert CASH.replace(".", ",") not in text


def test_who_signed_it_and_whether_it_changed(written, settings_file, tmp_path):
    said, _ = asked(settings_file, "--verify", written / "r.html", "--lang", "en", code=0)
    assert "It is this till's." in said
    for name in ("r.json", "r.json.sig"):
        (tmp_path / name).write_bytes((written / name).read_bytes())
    (tmp_path / "r.json").write_bytes((written / "r.json").read_bytes().replace(b"not_shown", b"shown"))
    _, wrong = asked(settings_file, "--verify", tmp_path / "r.json", "--lang", "en")
    assert "is not what its signature says" in wrong
    (tmp_path / "r.json.sig").unlink()
    _, wrong = asked(settings_file, "--verify", tmp_path / "r.json")
    assert "ne peut pas être lu" in wrong


def test_a_good_signature_of_another_key_is_not_this_tills(written, settings_file, tmp_path):
    report = tmp_path / "r.json"
    report.write_bytes((written / "r.json").read_bytes().replace(b"not_shown", b"shown"))
    (tmp_path / "r.json.sig").write_bytes(sealed(report.read_bytes(), Ed25519PrivateKey.generate()))
    said, _ = asked(settings_file, "--verify", report, "--lang", "en")
    assert "It is not this till's" in said
    elsewhere = settings_file.with_name("without-its-key.toml")
    elsewhere.write_text(settings_file.read_text().replace('signing_key = "', 'signing_key = "gone-'))
    said, _ = asked(elsewhere, "--verify", written / "r.json", "--lang", "en")
    assert "cannot be seen" in said


def test_a_report_replaces_no_other(written, settings_file):
    before = (written / "r.json").read_bytes()
    _, wrong = asked(settings_file, "--json", written / "r.json")
    assert "est déjà là" in wrong
    assert (written / "r.json").read_bytes() == before


def test_for_a_program_on_standard_output(settings_file):
    said, _ = asked(settings_file, "--json", "-")
    assert json.loads(said)["format"] == "pos-bridge-evidence-1"


# ---- in this process, of a till that does not run ----


@pytest.fixture
def quiet(monkeypatch):
    """Findings of ours in the place of the looks."""

    def give(*findings):
        monkeypatch.setattr(evidence, "examine", lambda _: iter(findings))

    return give


@pytest.mark.parametrize("weight", Weight)
def test_the_exit_code_is_doctors(command, config, quiet, weight):
    from tests.evidence.makers import found

    config.file.write_text("")
    quiet(found("a"), found("b", weight))
    status, said, wrong = command("evidence", "--lang", "en")
    assert status == doctor.CODES[weight]
    assert "0 shown" in said
    assert "not signed" in wrong, "there is no key"


def test_nothing_is_written_where_one_of_two_cannot_be(command, config, quiet, tmp_path):
    config.file.write_text("")
    quiet()
    (tmp_path / "there.html").write_text("mine")
    status, _, wrong = command(
        "evidence", "--json", str(tmp_path / "x" / "r.json"), "--page", str(tmp_path / "there.html")
    )
    assert status == 1
    assert "there.html" in wrong
    assert not (tmp_path / "x").exists()
    status, _, _ = command("evidence", "--json", str(tmp_path / "r"), "--page", f"{tmp_path}/./r")
    assert status == 1
    assert not (tmp_path / "r").exists()


def test_a_disk_that_is_full_is_named(command, config, quiet, tmp_path, monkeypatch):
    """What the system says of a descriptor names no file."""

    @contextmanager
    def full(*_: object, **__: object) -> Iterator[object]:
        yield raise_full

    def raise_full(_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    config.file.write_text("")
    quiet()
    monkeypatch.setattr(evidence, "_place", full)
    status, _, wrong = command("evidence", "--json", str(tmp_path / "r.json"), "--lang", "en")
    assert status == 1
    assert f"{tmp_path / 'r.json'} cannot be written (No space left on device). Make room there" in wrong
