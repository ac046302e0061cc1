"""The locks of processes as /proc tells them; real ones are looked at in tests/surfaces/test_surroundings.py."""

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_bridge.checkup import processes as told
from pos_bridge.checkup.finding import Finding
from pos_bridge.config.settings import CardRoom, Config
from tests.checkup.finds import lines
from tests.checkup.processes import process

ENTRY = "/opt/pos-bridge/lib/python3.11/site-packages/pos_bridge/card/entry.py"
ROOM_UID = "64002\t64002\t64002\t64002"


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files put no lock on later."""
    monkeypatch.setattr(told, "_WITHIN_S", 0.0)


@pytest.fixture(autouse=True)
def init(tmp_path: Path) -> None:
    """Whom everybody sees who sees others."""
    process(tmp_path, 1, "/sbin/init", comm="systemd")


@pytest.fixture(name="till")
def one_till(config: Config) -> Config:
    return replace(config, card_room=CardRoom(trust="trust.txt", socket="card.sock"))


def an_engine(root: Path, config: Config, **differs: str) -> None:
    words = ("/opt/pos-bridge/bin/python3", "/opt/pos-bridge/bin/pos-bridge", "run", "--config", str(config.file))
    process(root, 10, *words, **differs)


def a_room(root: Path, pid: int = 11, **differs: str) -> None:
    words = ("/opt/pos-bridge/bin/python3", "-I", "-S", "-B", ENTRY, "--trust", "/etc/t", "--engine", "posb")
    process(root, pid, *words, **({"Uid": ROOM_UID} | differs))


def found(root: Path, config: Config) -> list[Finding]:
    return list(told.look_at(root, config))


def test_an_engine_and_a_room_that_are_locked(tmp_path, till):
    an_engine(tmp_path, till)
    a_room(tmp_path)
    assert lines(found(tmp_path, till)) == [told.LOCKED, told.LOCKED]


def test_an_engine_of_another_configuration_is_not_ours(tmp_path, till):
    an_engine(tmp_path, replace(till, file=tmp_path / "other.toml"))
    process(tmp_path, 12, "/usr/bin/vi", str(till.file))
    process(tmp_path, 13, "pos-bridge", "doctor", "--config", str(till.file))
    process(tmp_path, 14)
    assert lines(found(tmp_path, till)) == [told.NO_ENGINE]


def test_processes_that_do_not_show(tmp_path, till):
    """As to whoever is not root where /proc is mounted with hidepid."""
    shutil.rmtree(tmp_path / "proc/1")
    assert lines(found(tmp_path, till)) == [told.HIDDEN, told.SWAP_HIDDEN]


def test_an_engine_that_does_not_show_where_it_runs(tmp_path, till, monkeypatch):
    """As to whoever is neither root nor its user."""
    process(tmp_path, 10, "python3", "-m", "pos_bridge", "run", "--config", "pos-bridge.toml")

    def closed(_: Path) -> Path:
        raise PermissionError

    monkeypatch.setattr(Path, "readlink", closed)
    assert lines(found(tmp_path, till)) == [told.HIDDEN, told.SWAP_HIDDEN]


def test_an_engine_without_a_room(tmp_path, till):
    an_engine(tmp_path, till)
    assert lines(found(tmp_path, till)) == [told.LOCKED, told.NO_ROOM]


def test_an_engine_whose_rooms_are_hidden(tmp_path, till):
    """As its own user sees it with hidepid=: card rooms are another's."""
    an_engine(tmp_path, till)
    shutil.rmtree(tmp_path / "proc/1")
    assert lines(found(tmp_path, till)) == [told.LOCKED, told.HIDDEN, told.SWAP_HIDDEN]


@pytest.mark.parametrize(
    ("differs", "lock"),
    [
        ({"core": "0 unlimited"}, "no core file"),
        ({"core": "unlimited unlimited"}, "no core file"),
        ({"file": "unlimited unlimited"}, "no file written"),
        ({"NoNewPrivs": "0"}, "no new privileges"),
        ({"Seccomp": "0"}, "system calls filtered"),
        ({"Seccomp": "1"}, "system calls filtered"),
        ({"CapEff": "0000000000000001"}, "no capabilities"),
        ({"CapPrm": "000001ffffffffff"}, "no capabilities"),
    ],
)
def test_a_room_without_a_lock(tmp_path, till, differs, lock):
    an_engine(tmp_path, till)
    a_room(tmp_path, **differs)
    engine, room = found(tmp_path, till)
    assert lines([engine, room]) == [told.LOCKED, told.UNLOCKED]
    assert room.text("en").startswith(f"A card room, process 11: without the locks {lock}. ")
    assert room.text("fr").startswith("Une chambre des cartes, processus 11 : sans les verrous ")


def test_a_room_that_can_be_read_by_its_user(tmp_path, till):
    """What is in the folder of a dumpable process is its user's, in that of another root's; the folder is the user's
    of both.
    """
    an_engine(tmp_path, till)
    owner = (tmp_path / "proc").stat().st_uid
    if owner != 0:
        a_room(tmp_path, Uid="\t".join([str(owner)] * 4))
        assert "memory closed to others" in found(tmp_path, till)[1].text("en")
    else:
        a_room(tmp_path)
        (tmp_path / "proc/11").chmod(0o755)
        os.chown(tmp_path / "proc/11", 64002, -1)
        assert lines(found(tmp_path, till)) == [told.LOCKED, told.LOCKED]
        os.chown(tmp_path / "proc/11/status", 64002, -1)
        assert "memory closed to others" in found(tmp_path, till)[1].text("en")


def test_what_systemd_promises_is_asked_of_an_engine_that_it_started(tmp_path, config, till):
    an_engine(tmp_path, config, Seccomp="0", NoNewPrivs="0", CapEff="000001ffffffffff")
    assert lines(found(tmp_path, config))[0] == told.LOCKED, "a developer's"
    assert lines(found(tmp_path, till))[0] == told.UNLOCKED


def test_a_room_is_the_engines_child_or_systemds(tmp_path, config, till):
    an_engine(tmp_path, config)
    a_room(tmp_path, 11, PPid="10", Uid="64001\t64001\t64001\t64001")
    a_room(tmp_path, 12, PPid="1")
    assert lines(found(tmp_path, config)) == [told.LOCKED, told.LOCKED, told.ROOM_IS_ENGINE]
    assert lines(found(tmp_path, till)).count(told.LOCKED) == 2, "what is alike of both rooms is said once"


def test_a_room_that_is_traced_and_an_engine_in_swap(tmp_path, till):
    an_engine(tmp_path, till, VmSwap="  128 kB")
    a_room(tmp_path, TracerPid="99")
    engine, swapped, room, traced = found(tmp_path, till)
    assert lines([engine, swapped, room, traced]) == [told.LOCKED, told.SWAPPED, told.LOCKED, told.TRACED]
    assert not re.search(r"\d", swapped.text("en") + swapped.text("fr")), "it goes into reports"
    assert "process 99" in traced.text("en")
    accepting = replace(till, card_room=CardRoom(trust="t", socket="s", accepts=("swap",)))
    assert lines(found(tmp_path, accepting))[1] == told.SWAPPED_ACCEPTED


@pytest.mark.parametrize("broken", ["", "Uid:\tnobody\n", "Uid:\t1 1 1 1\n", "\0\xff", "PPid:\t1\n"])
def test_a_process_that_cannot_be_read_is_none(tmp_path, till, broken):
    an_engine(tmp_path, till)
    (tmp_path / "proc/10/status").write_text(broken)
    assert lines(found(tmp_path, till)) == [told.NO_ENGINE]


PIECES = st.sampled_from(
    ["Uid:", "PPid:", "\t", "1 1 1 1", "0", "\n", "CapEff:", "TracerPid:", "VmSwap:", "kB", "Max "]
)
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=20).map("".join)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(status=TEXTS, limits=TEXTS)
def test_whatever_stands_there_is_no_error_and_no_lock(tmp_path, till, status, limits):
    if not (tmp_path / "proc/10").exists():
        an_engine(tmp_path, till)
    (tmp_path / "proc/10/status").write_text(f"Uid:\t1 1 1 1\nPPid:\t1\n{status}")
    (tmp_path / "proc/10/limits").write_text(limits)
    assert set(lines(found(tmp_path, till))) & {told.UNLOCKED, told.NO_ENGINE}
    assert told.LOCKED not in lines(found(tmp_path, till))


def test_a_limit_that_is_not_told_is_no_lock(tmp_path, till):
    an_engine(tmp_path, till)
    (tmp_path / "proc/10/limits").unlink()
    assert lines(found(tmp_path, till))[0] == told.UNLOCKED
