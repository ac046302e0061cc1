"""A backup: who can read it, what is in it, what goes, and what is left of one that could not be made."""

import fcntl
import os
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from pos_bridge.backup import shelf, snapshot
from pos_bridge.backup.fault import BackupError, BackupFault
from pos_bridge.backup.make import alone
from pos_bridge.backup.manifest import parse
from pos_bridge.backup.snapshot import Journal
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.journal.quarantine import quarantine
from pos_bridge.journal.verify import SoundFile, check_chain, verify
from pos_bridge.registers.trail_file import TrailFile
from tests.backup.till import NOW, Till, opened_by_age, told, tree
from tests.identity.makers import KEY
from tests.journal import children
from tests.journal.makers import Clock, cash, forge
from tests.registers.makers import read


def refused(till: Till, **other: object) -> BackupFault:
    with pytest.raises(BackupError) as caught:
        till.back_up(**other)
    for language in ("fr", "en"):
        assert "{" not in caught.value.to(language)
    return caught.value.fault


def test_stock_age_opens_each_part_with_its_own_key_and_with_no_other(till, tmp_path):
    made = till.back_up().manifest
    journal, vault, secret = (till.shelf / part.file for part in (made.journal, made.vault, made.secret))
    found = opened_by_age(journal, till.identity("office"), tmp_path / "a")
    assert found == ["erasures", "journal/2026-10.db", "journal/2026-11.db"]
    assert opened_by_age(vault, till.identity("officer"), tmp_path / "b") == ["vault.db", "audit.db"]
    assert opened_by_age(secret, till.identity("officer"), tmp_path / "c") == ["vault.epoch"]
    for file, other in ((journal, "officer"), (vault, "office"), (secret, "office")):
        assert os.spawnlp(os.P_WAIT, "sh", "sh", "-c", f"age -d -i {till.identity(other)} {file} 2>/dev/null") != 0


def test_the_journal_in_it_is_sound_and_ends_where_the_manifest_says(till, tmp_path):
    made = till.back_up().manifest
    opened_by_age(till.shelf / made.journal.file, till.identity("office"), tmp_path / "a")
    reports = verify(tmp_path / "a" / "journal")
    last = reports[-1]
    assert isinstance(last, SoundFile)
    assert (last.head.sequence, last.head.hash.hex()) == (made.chain.count, made.chain.hash)
    assert (made.months, made.set_aside, made.audit.count, made.erasures.count) == (2, 0, 3, 1)
    assert len(last.open_legs) == 1, "what is not settled comes along"


def test_nothing_in_the_folder_tells_of_a_person_or_can_be_read_here(till):
    till.back_up()
    with closing(sqlite3.connect(till.state / "vault.db")) as vault:
        rows = [value for row in vault.execute("SELECT name, box FROM persons") for value in row]
    secrets = [KEY, (till.state / "vault.epoch").read_bytes(), b"CREATE TABLE", b"SQLite format", *rows]
    for path in till.shelf.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        content = path.read_bytes()
        assert not any(secret in content or secret.hex().encode() in content for secret in secrets), path.name


def test_the_manifest_holds_counts_and_hashes_only(till):
    names = set(told(till.back_up().path))
    assert names == set(parse(till.back_up().path.read_bytes()).__struct_fields__)


def test_answers_and_their_keys_are_never_in_a_backup(till, tmp_path):
    answers = till.state / "answers"
    answers.mkdir()
    (answers / "answers.db").write_bytes(b"answers")
    (answers / "day-20000.key").write_bytes(b"k" * 32)
    (till.state / "journal" / "2026-12.db.part").write_bytes(b"half")
    made = till.back_up().manifest
    for part, who in ((made.journal, "office"), (made.vault, "officer"), (made.secret, "officer")):
        found = opened_by_age(till.shelf / part.file, till.identity(who), tmp_path / "all")
        assert not any("answers" in name or "day-" in name or "lock" in name or "part" in name for name in found)


def test_the_state_folder_is_left_as_it_was(till):
    before = tree(till.state)
    till.back_up()
    after = tree(till.state)
    made_by_sqlite = {name for name in after if name.endswith(("-shm", "-wal"))}
    assert {name: raw for name, raw in after.items() if name not in made_by_sqlite} == before
    assert not any(after[name] for name in made_by_sqlite if name.endswith("-wal"))


def test_a_month_that_was_set_aside_comes_along_as_it_lies(till, tmp_path):
    file = till.state / "journal" / "2026-11.db"
    raw = bytearray(file.read_bytes())
    raw[4096 * 3 : 4096 * 3 + 64] = bytes(64)
    file.write_bytes(raw)
    assert refused(till) is BackupFault.JOURNAL_DAMAGED
    assert till.files() == []
    quarantine(till.state / "journal", Clock())
    (till.state / "journal" / "quarantine" / "notes about it.db").write_bytes(b"somebody's own")
    made = till.back_up().manifest
    assert made.set_aside == 1
    opened_by_age(till.shelf / made.journal.file, till.identity("office"), tmp_path / "a")
    assert (tmp_path / "a" / "journal" / "quarantine" / "2026-11.db").read_bytes() == raw


def test_a_journal_of_a_newer_version_is_not_called_damaged(till):
    forge(till.state / "journal" / "2026-11.db", "PRAGMA user_version = 999")
    assert refused(till) is BackupFault.JOURNAL_NEWER
    assert till.files() == []


def test_a_month_that_ends_meanwhile_is_seen(till):
    journal = Journal(till.state)
    members = journal.members()
    next(members)
    next(members)
    clock = Clock()
    clock.turn(days=20)
    with closing(JournalFile.open(till.state / "journal", 1, clock)) as file:
        file.open_leg(cash())
    with pytest.raises(BackupError) as caught:
        list(members)
    assert caught.value.fault is BackupFault.RESTLESS
    assert till.back_up().manifest.months == 3


def test_a_month_that_gets_another_name_meanwhile_is_not_called_damaged(till):
    members = Journal(till.state).members()
    while next(members).name != "journal/2026-10.db":
        continue
    file = till.state / "journal" / "2026-11.db"
    file.rename(file.with_name("2026-12.db"))
    with pytest.raises(BackupError) as caught:
        list(members)
    assert caught.value.fault is BackupFault.RESTLESS


def test_a_month_that_gets_another_name_once_it_was_read_is_not_told_as_a_backup_that_cannot_be_written(
    till, monkeypatch
):
    file = till.state / "journal" / "2026-11.db"

    def read(copy, name):
        if name == file.name and file.exists():
            file.rename(file.with_name("2026-12.db"))
        return check_chain(copy, name)

    monkeypatch.setattr(snapshot, "check_chain", read)
    with pytest.raises(BackupError) as caught:
        list(Journal(till.state).members())
    assert caught.value.fault is BackupFault.RESTLESS
    assert till.back_up().manifest.months == 2


def test_beside_a_vault_that_is_being_renewed_both_secrets_come_along(till, tmp_path):
    (till.state / "vault.epoch.next").write_bytes(os.urandom(32))
    made = till.back_up().manifest
    found = opened_by_age(till.shelf / made.secret.file, till.identity("officer"), tmp_path / "a")
    assert found == ["vault.epoch", "vault.epoch.next"]


def test_a_vault_that_cannot_be_read_takes_no_backup_of_the_journal(till):
    (till.state / "vault.db").write_bytes(b"no vault" * 1000)
    made = till.back_up()
    assert made.persons_unread
    assert made.manifest.vault is None
    assert len(till.files()) == 2
    assert till.run("backup") == 1


def test_a_till_that_keeps_nobody_wants_no_second_key(tmp_path):
    till = Till(tmp_path)
    till.sell()
    made = till.back_up(for_persons=None).manifest
    assert (made.vault, made.secret) == (None, None)
    till.keep_people()
    assert refused(till, for_persons=None) is BackupFault.NO_VAULT_RECIPIENT


# ---- what goes ----


def test_parts_with_persons_are_gone_before_they_are_30_days_old_and_the_journal_stays(till):
    first = till.back_up()
    for _ in range(31):
        till.now += timedelta(days=1)
        made = till.back_up()
        persons = [name for name in till.files() if name.endswith((".vault.age", ".secret.age"))]
        oldest = min(name.split("-")[2].split("T")[0] for name in persons)
        assert oldest > f"{till.now - timedelta(days=30):%Y%m%d}"
    assert made.forgotten == 1
    assert (till.shelf / first.manifest.journal.file).exists()
    assert len(list(till.shelf.glob("*.manifest"))) == 32


def test_they_go_also_where_no_new_backup_can_be_made(till):
    till.back_up()
    till.now += timedelta(days=29)
    (till.state / "journal" / "2026-11.db").write_bytes(b"broken")
    assert refused(till) is BackupFault.JOURNAL_DAMAGED
    assert [name.split(".", 1)[1] for name in till.files()] == ["journal.age", "manifest"]


def test_what_was_made_on_a_day_to_come_goes_once_there_is_another(till):
    """Whose clock was wrong cannot be known: nothing is left whose age is not, and never nothing."""
    till.now = NOW + timedelta(days=400)
    till.back_up()
    till.now = NOW
    made = till.back_up()
    assert made.forgotten == 1
    assert [name for name in till.files() if ".vault." in name] == [made.manifest.vault.file]


def test_files_of_others_are_left_alone(till):
    for name in (
        "till-002-20200101T000000Z.vault.age",
        "notes.txt",
        "till-001-20200101T000000Z.other",
        "till-001-x.part",
    ):
        (till.shelf / name).write_bytes(b"")
    before = till.files()
    till.back_up()
    assert set(before) <= set(till.files())


def test_what_an_unfinished_one_left_is_taken_away(till):
    for name in ("journal.age", "vault.age.part", "manifest.part"):
        (till.shelf / f"till-001-20261122T000000Z.{name}").write_bytes(b"half")
    made = till.back_up()
    assert {name.split(".")[0] for name in till.files()} == {made.path.stem}


def test_the_first_act_that_is_noted_does_not_wait_for_a_backup(tmp_path):
    till = Till(tmp_path)
    till.sell()
    members = Journal(till.state).members()
    with alone(till.state / "journal"):
        next(members)
        TrailFile(till.state / "audit.db").note(read())
        list(members)


def test_two_in_one_second_are_two(till):
    assert till.back_up().path != till.back_up().path
    newest = shelf.newest(till.shelf, 1)
    assert newest is not None
    assert newest[1].time == NOW + timedelta(seconds=1)


# ---- what is refused, with what was there as it was ----


def test_a_folder_that_is_not_there_is_not_made(till):
    assert refused(till, folder=till.folder / "not mounted") is BackupFault.FOLDER_ABSENT
    assert not (till.folder / "not mounted").exists()


def test_not_into_the_state_folder(till):
    (till.state / "shelf").mkdir()
    assert refused(till, folder=till.state / "shelf") is BackupFault.FOLDER_INSIDE


def test_one_at_a_time(till):
    descriptor = os.open(till.state / "journal", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    assert refused(till) is BackupFault.BUSY
    os.close(descriptor)
    assert till.back_up()


def test_a_till_that_never_started(tmp_path):
    till = Till(tmp_path)
    assert refused(till) is BackupFault.NOTHING
    till.state.rmdir()
    assert refused(till) is BackupFault.NOTHING
    assert till.files() == []


@pytest.mark.parametrize(
    ("backup", "said"),
    [
        ("", "no section [backup]"),
        (
            '[backup]\nfolder = "shelf"\njournal_recipient = "age1{}"\nvault_recipient = "age1{}"\n',
            "no public key of age",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_told(till, capsys, backup, said):
    till.settings(backup.format("q" * 58, "p" * 58))
    assert till.run("backup") == 1
    assert said in capsys.readouterr().err


def test_keys_that_are_one_or_missing_are_refused_with_the_settings(till, capsys):
    key = till.office.to_public()
    till.settings(f'[backup]\nfolder = "shelf"\njournal_recipient = "{key}"\nvault_recipient = "{key}"\n')
    assert till.run("backup") == 2
    assert "[recipients_alike]" in capsys.readouterr().err
    till.settings(f'[backup]\nfolder = "shelf"\njournal_recipient = "{key}"\n')
    assert till.run("backup") == 2
    assert "[vault_recipient_missing]" in capsys.readouterr().err
    (till.folder / "terminal.key").chmod(0o644)
    till.settings()
    assert till.run("backup", lang="fr") == 2
    assert "lisible par d'autres" in capsys.readouterr().err


def test_what_sells_does_not_load_the_age_format():
    script = "import sys, pos_bridge.cli.main, pos_bridge.engine.daemon; assert 'pyrage' not in sys.modules"
    children.run(script)
