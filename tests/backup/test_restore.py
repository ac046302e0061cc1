"""A backup that comes back: all of it, checked, into nothing else than an empty folder; and the erased stay erased."""

import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from pos_bridge.identity import epoch
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.journal.verify import SoundFile, verify
from pos_bridge.registers.trail_file import Sound
from pos_bridge.registers.trail_file import verify as verify_trail
from tests.backup.till import Till, flipped, told, tree
from tests.identity.makers import HEADER
from tests.identity.peopled import renewed, said
from tests.journal.makers import Clock, cash


def test_all_of_it_comes_back(till, capsys):
    with closing(till.vault()) as vault:
        before = said(vault, till.state / "vault.db", till.legs)
    journal = {name: raw for name, raw in tree(till.state / "journal").items() if name == "2026-10.db"}
    (old,) = epoch.candidates(till.state)
    assert till.run("backup") == 0
    copy = till.lose()
    assert till.restore(erasures=copy) == 0
    assert "up to row 7" in capsys.readouterr().out
    after = tree(till.state)
    for name, raw in journal.items():
        assert after[f"journal/{name}"][HEADER:] == raw[HEADER:]
    assert {(till.state / "journal" / name).stat().st_mode & 0o777 for name in ("2026-10.db",)} == {0o400}
    assert (till.state / "vault.db").stat().st_mode & 0o777 == 0o600
    reports = verify(till.state / "journal")
    assert all(isinstance(report, SoundFile) for report in reports)
    assert verify_trail(till.state / "audit.db") == Sound(3, bytes.fromhex(told(newest(till))["audit"]["hash"]))
    with closing(JournalFile.open(till.state / "journal", 1, Clock())) as file:
        assert len(file.unsettled()) == 1
        file.open_leg(cash())
    with closing(till.vault()) as vault:
        assert said(vault, till.state / "vault.db", till.legs) == before
        assert vault.owed().renewal, "the secret that lies in the backup is not kept"
        renewed(vault)
    assert old not in epoch.candidates(till.state)


def newest(till: Till) -> Path:
    return max(till.shelf.glob("*.manifest"))


def test_whoever_was_erased_since_does_not_come_back(till, capsys):
    assert till.run("backup") == 0
    assert till.has("M-1")
    till.erase("M-1")
    copy = till.lose()
    assert till.restore(erasures=copy, lang="fr") == 0
    assert "de nouveau maintenant : 1" in capsys.readouterr().out
    assert not till.has("M-1")
    assert till.has("M-2")
    assert till.ledger.read_bytes() == copy.read_bytes()


def test_the_ledger_is_taken_from_the_copy_off_the_till(till, capsys):
    till.settings(identity=IDENTITY_WITH_COPY)
    assert till.run("backup") == 0
    till.erase("M-1")
    till.lose()
    assert till.restore() == 0
    assert not till.has("M-1")
    capsys.readouterr()
    shutil.rmtree(till.state)
    (till.folder / "desk" / "erasures").unlink()
    assert till.restore() == 1
    assert "ledger of erasures is not there" in capsys.readouterr().err
    assert list(till.state.iterdir()) == []


IDENTITY_WITH_COPY = """
[identity]
vault_key = "vault.key"
programme = "Chouchous"
programme_text = "2026-11"
erasures_copy = "desk/erasures"
"""


@pytest.mark.parametrize("ledger", ["none", "an older one", "of another till", "changed", "a folder"])
def test_without_the_current_ledger_nobody_comes_back(till, capsys, tmp_path, ledger):
    older = till.ledger.read_bytes()
    till.erase("M-1")
    assert till.run("backup") == 0
    given = till.lose()
    match ledger:
        case "none":
            given = None
        case "an older one":
            given.write_bytes(older)
        case "of another till":
            (tmp_path / "other").mkdir()
            other = Till(tmp_path / "other")
            other.keep_people()
            given = other.ledger
        case "changed":
            flipped(given, 10)
        case "a folder":
            given = tmp_path
    assert till.restore(erasures=given) == 1
    assert "rasures" in capsys.readouterr().err or ledger == "a folder"
    assert list(till.state.iterdir()) == [], "as empty as it was"


def test_nothing_is_written_over(till, capsys):
    assert till.run("backup") == 0
    before = tree(till.state)
    assert till.restore(erasures=till.ledger) == 1
    assert "is not empty" in capsys.readouterr().err
    assert tree(till.state) == before
    shutil.rmtree(till.state)
    till.state.mkdir()
    (till.state / "anything").write_bytes(b"")
    assert till.restore(erasures=till.folder / "desk" / "office.txt") == 1
    assert [path.name for path in till.state.iterdir()] == ["anything"]


@pytest.mark.parametrize("part", ["journal", "vault", "secret", "manifest"])
@pytest.mark.parametrize("harm", ["a bit", "its end", "gone"])
def test_what_is_not_as_it_was_signed_is_refused(till, capsys, part, harm):
    assert till.run("backup") == 0
    copy = till.lose()
    (file,) = till.shelf.glob(f"*.{part}*")
    match harm:
        case "a bit":
            flipped(file, file.stat().st_size // 2)
        case "its end":
            os.truncate(file, file.stat().st_size - 20)
        case "gone":
            file.rename(file.with_name("away"))
    if (part, harm) == ("manifest", "gone"):
        keys = ("--identity", till.identity("office"), "--erasures", copy)
        assert till.run("restore", "--from", file, *keys) == 1
    else:
        assert till.restore(erasures=copy) == 1
    said = capsys.readouterr().err
    assert file.name in said
    assert not till.state.exists() or list(till.state.iterdir()) == []


def test_parts_may_lie_elsewhere(till, tmp_path):
    assert till.run("backup") == 0
    copy = till.lose()
    (tmp_path / "usb").mkdir()
    moved = [shutil.move(path, tmp_path / "usb") for path in till.shelf.glob("*.age")]
    assert till.restore(erasures=copy) == 1
    (manifest,) = till.shelf.glob("*.manifest")
    keys = ("--identity", till.identity("officer"), "--identity", till.identity("office"), "--erasures", copy)
    assert till.run("restore", "--from", manifest, *moved, *keys) == 0
    assert till.has("M-1")


def test_the_journal_alone_when_the_persons_are_gone_and_it_was_said_so(till, capsys):
    assert till.run("backup") == 0
    for path in (*till.shelf.glob("*.vault.age"), *till.shelf.glob("*.secret.age")):
        path.unlink()
    till.lose()
    assert till.restore() == 1
    assert "--without-persons" in capsys.readouterr().err
    (manifest,) = till.shelf.glob("*.manifest")
    keys = ("--identity", till.identity("office"))
    assert till.run("restore", "--without-persons", "--from", manifest, *keys) == 0
    assert "Without persons." in capsys.readouterr().out
    assert not (till.state / "vault.db").exists()
    assert (till.state / "erasures").read_bytes() != b"", "whoever went before stays named"


def test_only_backups_of_this_till_and_key(till, capsys, tmp_path):
    signer = told(till.back_up().path)["signer"]
    copy = till.lose()
    (tmp_path / "other").mkdir()
    other = Till(tmp_path / "other")
    (till.folder / "terminal.key").rename(till.folder / "desk" / "terminal.key")
    assert till.restore(erasures=copy) == 1
    assert signer in capsys.readouterr().err, "a machine without a key: somebody has to say whose it is"
    shutil.copy(other.folder / "terminal.key", till.folder)
    assert till.restore(erasures=copy) == 1
    assert "no backup of this till" in capsys.readouterr().err
    till.config.write_text(till.config.read_text().replace("number = 1\n", "number = 2\n"))
    assert till.restore("--signed-by", signer, erasures=copy) == 1
    assert "till 1" in capsys.readouterr().err
    till.settings()
    assert till.restore("--signed-by", signer.upper(), erasures=copy) == 0


def test_another_key_opens_nothing(till, capsys, tmp_path):
    assert till.run("backup") == 0
    copy = till.lose()
    (manifest,) = till.shelf.glob("*.manifest")
    (tmp_path / "thief").mkdir()
    thief = Till(tmp_path / "thief")
    for keys, part in (
        ((), "journal"),
        ((thief.identity("office"),), "journal"),
        ((till.identity("office"),), "vault"),
    ):
        words = [word for key in keys for word in ("--identity", key)]
        assert till.run("restore", "--from", manifest, "--erasures", copy, *words) == 1
        assert f".{part}.age" in capsys.readouterr().err
        assert list(till.state.iterdir()) == []
    for unfit in (till.folder / "terminal.key", till.folder / "absent"):
        assert till.run("restore", "--from", manifest, "--erasures", copy, "--identity", unfit) == 1
        assert unfit.name in capsys.readouterr().err


def test_another_vault_key_is_told_before_anything_is_there(till, capsys):
    assert till.run("backup") == 0
    copy = till.lose()
    (till.folder / "vault.key").write_bytes(bytes(32))
    assert till.restore(erasures=copy) == 1
    assert "identity.vault_key" in capsys.readouterr().err
    assert list(till.state.iterdir()) == []


def test_an_interrupted_restore_is_finished_or_begun_again_and_no_engine_starts_beside_it(till, capsys):
    assert till.run("backup") == 0
    copy = till.lose()
    (till.state / "restore.part").mkdir(parents=True)
    (till.state / "restore.part" / "archive").write_bytes(b"half")
    assert till.run("run", lang="fr") != 0
    assert till.restore(erasures=copy) == 0
    whole = sorted(path.name for path in till.state.iterdir())
    (till.state / "restore.ready").mkdir()
    for name in whole[2:]:
        (till.state / name).rename(till.state / "restore.ready" / name)
    assert till.restore(erasures=None) == 0
    assert "is finished" in capsys.readouterr().out
    assert sorted(path.name for path in till.state.iterdir()) == whole


# ---- the drill ----


def test_the_drill_says_how_old_the_newest_is_and_tries_it(till, capsys):
    assert till.run("backup", "--drill") == 1
    assert "no backup" in capsys.readouterr().err
    assert till.run("backup") == 0
    assert till.run("backup", "--drill") == 0
    assert ", less than an hour ago" in capsys.readouterr().out
    till.erase("M-1")
    before = tree(till.state)
    keys = ("--identity", till.identity("office"), "--identity", till.identity("officer"))
    assert till.run("backup", "--drill", *keys) == 0
    assert "again now: 1" in capsys.readouterr().out
    assert tree(till.state) == before
    assert not list(Path("/dev/shm").glob("pos-bridge-drill-*"))


@pytest.mark.parametrize("part", ["journal", "vault", "secret"])
def test_a_drill_without_a_key_finds_a_spoilt_part(till, capsys, part):
    assert till.run("backup") == 0
    (file,) = till.shelf.glob(f"*.{part}.age")
    flipped(file, -1)
    assert till.run("backup", "--drill") == 1
    assert file.name in capsys.readouterr().err


def test_a_trail_that_is_not_what_was_noted_is_told_and_comes_back(till, capsys):
    raw = bytearray((till.state / "audit.db").read_bytes())
    noted = verify_trail(till.state / "audit.db")
    assert isinstance(noted, Sound)
    at = raw.index(noted.head)
    raw[at] ^= 1
    (till.state / "audit.db").write_bytes(raw)
    assert till.run("backup") == 0
    copy = till.lose()
    assert till.restore(erasures=copy) == 1
    assert "not what was noted" in capsys.readouterr().out
    assert till.has("M-1")
