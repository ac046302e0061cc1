"""SIGKILL at each touch of the disk, and a disk that takes no more: what was there is there, and the next run is whole.

Backup and restore run in children of one program, each killed one step later than the one before. A step is whatever
Python's own audit hook tells of files: opened, renamed, made, removed, or a database connected.
"""

import pytest

from tests.backup.till import Till, opened_by_age, tree
from tests.journal import children

DRIVER = """
import json, os, signal, sys
from pathlib import Path
from pos_bridge.cli import backup_acts
from pos_bridge.cli.main import main
from pos_bridge.registers import trail_file

STEPS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "sqlite3.connect", "shutil.rmtree"}

def forked(before, words):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            before()
            os._exit(main(words))
        except BaseException:
            os._exit(99)
    return os.waitpid(child, 0)[1]

def dies_at(step):
    left = [step]
    def hook(event, arguments):
        if event in STEPS:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
    return lambda: sys.addaudithook(hook)
"""
BACKUP = (
    DRIVER
    + """
shelf, words = Path(sys.argv[1]), sys.argv[2:]
step, killed = 0, 0
while True:
    step += 1
    status = forked(dies_at(step), words)
    if not os.WIFSIGNALED(status):
        break
    killed += 1
    made = list(shelf.glob("*.manifest"))
    if made:  # killed on its way out
        assert len(made) == 1 and len(list(shelf.glob(made[0].stem + ".*.age"))) == 3, sorted(shelf.iterdir())
        for path in shelf.glob(made[0].stem + "*"):
            path.unlink()
assert os.waitstatus_to_exitcode(status) == 0
print(killed, sorted({path.name.split(".", 1)[1] for path in shelf.iterdir()}))
"""
)
RESTORE = (
    DRIVER
    + """
import shutil
state, words = Path(sys.argv[1]), sys.argv[2:]
step, killed, finished = 0, 0, 0
while True:
    step += 1
    status = forked(dies_at(step), words)
    if not os.WIFSIGNALED(status):
        break
    killed += 1
    there = {path.name for path in state.iterdir()}
    if "restore.ready" in there:
        finished += 1
        assert forked(lambda: None, words) == 0
    elif "journal" not in there:
        assert there <= {"restore.part"}, there
        if step % 10 == 0:  # on what it left
            assert forked(lambda: None, words) == 0
    if step % 10 == 0 or "restore.ready" in there:
        names = {path.name for path in state.iterdir()}
        assert {"journal", "vault.db", "vault.epoch", "audit.db", "erasures"} <= names, names
        assert not any(name.startswith("restore") for name in names), names
    shutil.rmtree(state)
    state.mkdir()
assert os.waitstatus_to_exitcode(status) == 0
print(killed, finished)
"""
)
FULL = (
    DRIVER
    + """
import resource
folder, words = Path(sys.argv[1]), sys.argv[2:]
def full(limit):
    def before():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    return before
there = sorted(folder.iterdir()) if folder.exists() else []
for limit in (0, 1, 500, 2000, 9000, 40_000, 70_000):
    assert os.waitstatus_to_exitcode(forked(full(limit), words)) == 1, limit
    assert (sorted(folder.iterdir()) if folder.exists() else []) == there, (limit, sorted(folder.iterdir()))
assert os.waitstatus_to_exitcode(forked(lambda: None, words)) == 0
"""
)


def words(till: Till, *more: object) -> list[str]:
    return [*map(str, more), "--config", str(till.config), "--lang", "en"]


def restoring(till: Till) -> list[str]:
    (manifest,) = till.shelf.glob("*.manifest")
    keys = ("--identity", till.identity("office"), "--identity", till.identity("officer"))
    return words(till, "restore", "--from", manifest, *keys, "--erasures", till.folder / "desk" / "erasures")


def test_a_backup_killed_anywhere_leaves_none_or_a_whole_one(till, tmp_path):
    before = {name: raw for name, raw in tree(till.state).items() if not name.endswith(("-shm", "-wal"))}
    told = children.run(BACKUP, till.shelf, *words(till, "backup"))
    killed, _, left = told.partition(" ")
    assert int(killed) > 20
    assert left.strip() == str(["journal.age", "manifest", "secret.age", "vault.age"])
    after = {name: raw for name, raw in tree(till.state).items() if not name.endswith(("-shm", "-wal"))}
    assert after == before
    (vault,) = till.shelf.glob("*.vault.age")
    assert opened_by_age(vault, till.identity("officer"), tmp_path / "a") == ["vault.db", "audit.db"]


@pytest.mark.timeout(300)
def test_a_restore_killed_anywhere_leaves_nothing_or_is_finished_by_the_next(till):
    assert till.run("backup") == 0
    till.erase("M-1")
    till.lose()
    till.state.mkdir()
    killed, finished = map(int, children.run(RESTORE, till.state, *restoring(till)).split())
    assert killed > 40
    assert finished >= 5
    assert not till.has("M-1")
    assert till.has("M-2")


def test_a_full_disk_takes_no_backup_and_leaves_what_was_there(till):
    assert till.run("backup") == 0
    children.run(FULL, till.shelf, *words(till, "backup"))
    assert len(list(till.shelf.glob("*.manifest"))) == 2


def test_a_restore_onto_a_full_disk_leaves_an_empty_folder(till):
    assert till.run("backup") == 0
    till.lose()
    till.state.mkdir()
    children.run(FULL, till.state, *restoring(till))
    assert till.has("M-1")
