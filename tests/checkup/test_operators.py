"""Who works with a till, as doctor sees it."""

from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from pos_bridge.checkup import cut_off
from pos_bridge.checkup import operators as topic
from pos_bridge.config import settings
from pos_bridge.config.upkeep import Operators as OperatorSettings
from pos_bridge.domain.audit import Role
from pos_bridge.domain.operator import HELD, Operator
from pos_bridge.operators import file, password
from pos_bridge.operators.store import Operators
from tests.checkup.finds import lines
from tests.operators import former

PASSWORD = "une girafe à vélo"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Small parameters: the work is not what is tried here."""
    monkeypatch.setattr(password, "_HASHER", PasswordHasher(1, 64, 1, 32, 16))


@pytest.fixture
def till(config):
    return replace(config, operators=OperatorSettings())


def add(till: settings.Config, number: int, *roles: Role) -> None:
    Operators(till.operator_store).add(Operator(number, "Marie Tremblay", frozenset(roles)), PASSWORD)


def test_without_the_section(config):
    assert lines(topic.look(config)) == [topic.NOT_USED]


def test_nobody_yet_and_nothing_is_made(till):
    assert lines(topic.look(till)) == [topic.NOBODY] * len(HELD) + [topic.SUPERVISED]
    assert not till.operator_store.exists()


def test_a_role_that_nobody_has(till):
    add(till, 7, Role.CASHIER, Role.SUPERVISOR, Role.PRIVACY_OFFICER)
    found = list(topic.look(till))
    assert lines(found) == [topic.NOBODY, topic.OF_TODAY, topic.SUPERVISED]
    assert "`informatique`" in found[0].text("fr")
    add(till, 8, Role.IT)
    found = list(topic.look(till))
    assert lines(found) == [topic.EACH_ROLE, topic.OF_TODAY, topic.SUPERVISED]
    assert "entered: 2" in found[0].text("en")
    assert "Marie" not in "".join(each.text("en") for each in found)


def test_older_hashes_and_refunds_open_to_everybody(till, monkeypatch):
    add(till, 7, *HELD)
    monkeypatch.setattr(password, "_HASHER", PasswordHasher(2, 64, 1, 32, 16))
    opened = replace(till, operators=OperatorSettings(refund_without_sale="open"))
    assert lines(topic.look(opened)) == [topic.EACH_ROLE, topic.OLD, topic.OPEN]


def test_a_store_that_is_none(till):
    till.operator_store.parent.mkdir(parents=True, exist_ok=True)
    till.operator_store.write_bytes(bytes(4096))
    assert lines(topic.look(till)) == [topic.UNREADABLE]


@pytest.mark.parametrize("version", [1, 2])
def test_a_store_of_a_version_before_is_told_of_and_left_as_it_lies(till, version):
    path = till.operator_store
    former.lay(path, version)
    before, modified = path.read_bytes(), path.stat().st_mtime_ns
    found = list(topic.look(till))
    assert lines(found) == [topic.OF_BEFORE, topic.EACH_ROLE, topic.OF_TODAY, topic.SUPERVISED]
    assert f"version {version}," in found[0].text("en")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, modified)
    assert list(path.parent.iterdir()) == [path]
    assert len(Operators(path).all()) == 2
    assert topic.OF_BEFORE not in lines(topic.look(till)), "made anew by whoever acts on it"


def test_a_change_that_was_cut_off_is_left_as_it_is(till, monkeypatch):
    monkeypatch.setattr(cut_off, "_WRITTEN_WITHIN_S", 0.05)
    add(till, 7, *HELD)
    path, journal = till.operator_store, till.operator_store.with_name("operators.db-journal")
    journal.write_bytes(b"half of a page")
    before = path.read_bytes()
    assert lines(topic.look(till)) == [topic.CUT_OFF]
    assert (path.read_bytes(), journal.read_bytes()) == (before, b"half of a page")


def test_beside_whoever_writes_it(till):
    """No lock is waited for that a writer has while it prepares."""
    add(till, 7, *HELD)
    with file.transaction(till.operator_store):
        assert lines(topic.look(till)) == [topic.EACH_ROLE, topic.OF_TODAY, topic.SUPERVISED]
