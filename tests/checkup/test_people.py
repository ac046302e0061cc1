"""What is owed to persons, counted in a real vault; nothing of them is told."""

import os
import time
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pos_bridge.checkup import erasures, people
from pos_bridge.config.file import read
from pos_bridge.config.settings import Config
from pos_bridge.domain.person import Person, PersonFault, Right
from pos_bridge.domain.person_change import received
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.renewing import OWED, owe
from tests.backup.till import Till
from tests.checkup.finds import line, lines
from tests.config.documents import IDENTITY
from tests.identity.peopled import PEOPLE

TODAY = date(2026, 11, 23)


@pytest.fixture
def till(tmp_path: Path) -> Till:
    made = Till(tmp_path)
    made.keep_people()
    return made


@pytest.fixture
def config(till: Till, monkeypatch: pytest.MonkeyPatch) -> Config:
    on(TODAY, monkeypatch)
    return read(till.config)


def on(day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pos_bridge.clock.today", lambda: day)


def test_nobody(config, tmp_path):
    config.vault.unlink()
    assert lines(people.look(config)) == [people.NOBODY_YET]
    assert lines(people.look(replace(config, identity=None))) == [people.NOBODY]


def test_all_is_done(config, monkeypatch, till):
    with closing(till.vault()) as vault:
        days = [person.keep_until for person in PersonFile(vault).page(b"", 100) if person.keep_until]
    on(min(days), monkeypatch)
    assert lines(people.look(config)) == [people.RENEWED, people.RETAINED, people.REQUESTS_NONE]


def test_who_should_have_been_forgotten(config, monkeypatch, till):
    with closing(till.vault()) as vault:
        days = [person.keep_until for person in PersonFile(vault).page(b"", 100) if person.keep_until]
    on(max(days) + timedelta(days=1), monkeypatch)
    assert people.RETAINED in lines(people.look(config)), "the engine has two days"
    on(max(days) + timedelta(days=4), monkeypatch)
    (_, found, _) = people.look(config)
    assert line(found) == people.RETENTION_LATE
    assert found.text("en").count(f": {len(days)}.") == 1


def test_requests(config, monkeypatch, till):
    def asked(person: Person | None) -> Person | PersonFault:
        return received(person, Right.ACCESS, TODAY, TODAY)

    with closing(till.vault()) as vault:
        changed = PersonFile(vault, today=lambda: TODAY).change(PEOPLE[0], asked)
    assert isinstance(changed, Person)
    found = list(people.look(config))[-1]
    assert line(found) == people.REQUESTS_WAIT
    assert "answer: 1." in found.text("en")
    on(date(2026, 12, 24), monkeypatch)
    assert line(list(people.look(config))[-1]) == people.REQUESTS_LATE


def test_a_renewal_that_is_late(config):
    owe(config.state)
    assert line(next(people.look(config))) == people.RENEWED
    since = time.time() - people.RENEWED_WITHIN_S - 60
    os.utime(config.state / OWED, (since, since))
    assert line(next(people.look(config))) == people.RENEWAL_LATE


def test_another_key(config, till):
    (till.folder / "vault.key").write_bytes(bytes(32))
    found = list(people.look(config))[-1]
    assert line(found) == people.VAULT_UNUSABLE
    assert "WRONG_KEY" in found.text("fr")


# ---- the ledger of erasures and its copy ----


@pytest.fixture
def copied(till: Till, config: Config) -> tuple[Config, Path]:
    """With its copy in a folder beside it."""
    till.settings(identity=IDENTITY + 'erasures_copy = "desk/till-1.erasures"\n')
    return read(till.config), till.folder / "desk" / "till-1.erasures"


def test_without_a_copy(config):
    assert lines(erasures.look(config)) == [erasures.NO_COPY]
    assert list(erasures.look(replace(config, identity=None))) == []


def test_copies_that_are_owed(copied, till):
    config, copy = copied
    (found,) = erasures.look(config)
    assert line(found) == erasures.COPIES_OWED
    assert ": 1." in found.text("en")
    copy.write_bytes(till.ledger.read_bytes())
    assert lines(erasures.look(config)) == [erasures.COPY_HERE], "this copy is on the same disk"


def test_a_copy_elsewhere(copied, till, monkeypatch):
    config, copy = copied
    copy.write_bytes(till.ledger.read_bytes())
    reached = erasures._within(copy)
    assert isinstance(reached, tuple)
    monkeypatch.setattr(erasures, "_within", lambda _: (reached[0], reached[1] + 1))
    assert lines(erasures.look(config)) == [erasures.COPY_WHOLE]


def test_a_copy_that_two_tills_share(copied, till, tmp_path):
    config, copy = copied
    other = Till(_folder(tmp_path / "other"))
    other.keep_people()
    copy.write_bytes(other.ledger.read_bytes())
    assert lines(erasures.look(config)) == [erasures.COPY_OF_ANOTHER]
    copy.write_bytes(b"no ledger\n")
    assert lines(erasures.look(config)) == [erasures.COPY_OF_ANOTHER]


def test_a_copy_that_is_ahead_is_this_tills(copied, till):
    config, copy = copied
    before = till.ledger.read_bytes()
    till.erase("M-1")
    copy.write_bytes(till.ledger.read_bytes())
    till.ledger.write_bytes(before)
    assert lines(erasures.look(config)) == [erasures.COPY_HERE]


def test_a_copy_out_of_reach(copied, till):
    config, _ = copied
    (till.folder / "desk").rename(till.folder / "gone")
    assert lines(erasures.look(config)) == [erasures.COPY_UNREACHED]


def test_a_ledger_that_was_changed(copied, till):
    config, _ = copied
    till.ledger.write_bytes(till.ledger.read_bytes().replace(b"1 ", b"2 ", 1))
    assert lines(erasures.look(config)) == [erasures.LEDGER_DAMAGED]


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
