"""What IT does beside a till that sells, with everything wrong that can be: each operation, and each fault of it.

Always: one clear line, its exit code, no file changed, and the engine beside it takes the next customer's money.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyrage import x25519

from hw_sim.enrolment.faults import Fault
from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from hw_sim.store.layout import Layout
from pos_bridge.backup import age
from pos_bridge.backup.make import Plan, make
from pos_bridge.config import credentials
from pos_bridge.config.file import read
from tests.journal import children
from tests.small_disk import own_mounts
from tests.stores import whole_store
from tests.surfaces.bad_cases import SETUP, TABLE, anew
from tests.surfaces.book import Book
from tests.surfaces.operations import DUE_S, LONG_S, Scene, tree

HOUR = timedelta(hours=1)


@pytest.fixture(name="scene", scope="module")
def one_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("it")
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        desk = Folder(Layout(store.folder).world)
        with serving(desk) as url:
            scene = Scene(Book(store), desk, url, folder)
            yield scene
            assert scene.book.pay().paid


@pytest.fixture(autouse=True)
def the_till_sells(scene: Scene) -> Iterator[None]:
    pid = scene.book.engine_pid
    yield
    scene.forget()
    assert scene.book.pay_cash().paid
    assert scene.book.engine_pid == pid


@pytest.mark.parametrize("name", TABLE)
def test_nothing_is_changed(scene: Scene, name: str):
    said, case = TABLE[name]
    wrong, do = case(scene)
    with wrong:
        before = tree(scene.layout.engine), tree(scene.shelf)
        outcome = do()
        scene.layout.engine.joinpath("restored.toml").unlink(missing_ok=True)
        assert (tree(scene.layout.engine), tree(scene.shelf)) == before
    settings = any(word in name for word in ("signing key", "half a vault key"))
    assert outcome.code == (2 if settings else 1), outcome
    assert said in outcome.wrong
    assert len(outcome.wrong.splitlines()) == 1


# ---- the engine's own renewal ----

RENEWAL = {
    Fault.REFUSE: "refused",
    Fault.EXPIRED: "ended",
    Fault.OTHER_ISSUER: "other_authority",
    Fault.HALF: "bad_answer",
    Fault.CLOCK_AHEAD: "clock_off",
    Fault.CLOCK_BEHIND: "clock_off",
}


@pytest.mark.parametrize("fault", RENEWAL)
def test_a_renewal_that_fails_is_told_and_changes_nothing(scene: Scene, fault: Fault):
    scene.desk.set_life(DUE_S)
    assert scene.enrol(scene.token()).code == 0
    before = scene.pair.read_bytes()
    with scene.fault(fault):
        assert scene.look("RenewalFailed")["reason"] == RENEWAL[fault]
        assert scene.pair.read_bytes() == before
        assert scene.book.pay_cash().paid
    scene.desk.set_life(LONG_S)
    scene.look("TillCertificateTaken")
    assert scene.pair.read_bytes() != before


def test_a_half_written_pair_beside_the_engine(scene: Scene):
    with scene.holding(scene.pair):
        assert scene.look("RenewalFailed")["reason"] == "key_unusable"
        assert scene.book.pay().paid
        told = scene.run("check")
        assert told.code == 2
        assert "is not the private key of" in told.wrong


# ---- another till, set up beside ----


@pytest.mark.parametrize("name", SETUP)
def test_a_setup_that_fails_goes_on_where_it_stopped(scene: Scene, name: str):
    said, case = SETUP[name]
    wrong, do = case(scene)
    till = scene.folder / "another/till"
    try:
        with wrong:
            failed = do()
            left = tree(till)
            again = do()
        assert (failed.code, again.code) == (1, 1)
        assert said in failed.wrong
        assert len(failed.wrong.splitlines()) == 1
        assert tree(till) == left, "done again, nothing that was made is made anew"
        assert not any(name.endswith(("pair.pem", "ca.pem")) for name in left if "store-ca" not in name)
        assert anew(scene, scene.token()).code == 0
        assert left.items() <= tree(till).items()
    finally:
        shutil.rmtree(scene.folder / "another")


def test_a_setup_over_a_half_written_key(scene: Scene):
    """What is there is never replaced: it says which file, and a whole one, or none, mends it."""
    try:
        assert anew(scene, scene.token()).code == 0
        key = scene.folder / "another/till/terminal.key"
        with scene.holding(key):
            before = tree(key.parent)
            failed = anew(scene, scene.token())
            assert failed.code == 2
            assert str(key) in failed.wrong
            assert len(failed.wrong.splitlines()) == 1
            assert tree(key.parent) == before
        assert anew(scene, scene.token()).code == 0
    finally:
        shutil.rmtree(scene.folder / "another")


# ---- a clock that is an hour off ----


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_a_backup_by_a_clock_that_is_an_hour_off_is_a_backup(scene: Scene, off: timedelta):
    made = Plan(
        scene.layout.state,
        scene.shelf,
        1,
        age.recipient(public(scene, "office")),  # type: ignore[arg-type] # it is one
        age.recipient(public(scene, "officer")),
        credentials.terminal_key(read(scene.layout.config)),
    )
    path = make(made, lambda: datetime.now(UTC) + off).path
    try:
        scene_manifest = scene.manifest
        assert (path == scene_manifest) is (off > timedelta())
        tried = scene.drill()
        assert tried.code == 0
        assert ", less than an hour ago" in tried.said
        assert scene.restore().code == 0
    finally:
        for file in scene.shelf.glob(f"{path.stem}*"):
            file.unlink()


def public(scene: Scene, name: str) -> str:
    return str(x25519.Identity.from_str((scene.stick / name).read_text().strip()).to_public())


# ---- a full disk ----


def test_a_full_disk(scene: Scene, tmp_path: Path):
    """One of its own for everything that is written; the engine's is another, and it sells."""
    prefix = own_mounts() or ()
    how = "tmpfs" if prefix else "limit"
    words = (sys.executable, "-m", "tests.surfaces.on_a_full_disk", tmp_path, how, scene.url, scene.desk.world)
    done = subprocess.run(
        [*prefix, *map(str, words)], env=children.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"setup", "install", "request", "enrol", "backup", "drill", "restore"}
    for name, told in found.items():
        assert (name, told["code"], told["kept"], told["then"]) == (name, 1, True, 0), told["then_said"]
        assert len(told["said"].splitlines()) == 1, told
        assert str(tmp_path) in told["said"]
        assert ("No space left" if prefix else "File too large") in told["said"], told
