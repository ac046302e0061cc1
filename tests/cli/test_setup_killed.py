"""SIGKILL at each touch of the disk by `setup`: whatever it leaves, the same command goes on with it to a working till.

It runs in children of one program, each killed two steps later than the one before, otherwise as in
tests/backup/test_killed.py.
"""

import pytest

from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from tests.backup.test_killed import DRIVER
from tests.journal import children

SCRIPT = (
    DRIVER
    + """
import shutil
from hw_sim.enrolment.folder import Folder
from pos_bridge.config.file import load
from tests.surfaces.operations import POIID, answered, setting_up

root, url, world = Path(sys.argv[1]), sys.argv[2], Folder(Path(sys.argv[3]))
STEPS |= {"os.link", "os.chmod", "os.chown"}

def ours(step):
    left = [step]
    def hook(event, arguments):
        if event in STEPS and any(str(argument).startswith(str(root / "till")) for argument in arguments):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
    return lambda: sys.addaudithook(hook)

words = [*setting_up(root), "--config", str(root / "till/pos-bridge.toml")]
step, killed, before = 0, 0, None
while True:
    step += 2
    answered(root, url, world.make_token(POIID))
    status = forked(ours(step), words)
    if not os.WIFSIGNALED(status):
        break
    killed += 1
    found = {str(path): path.stat().st_size for path in root.rglob("*")}
    if found == before:  # nothing else than two steps earlier: a sync
        shutil.rmtree(root / "till")
        shutil.rmtree(root / "medium")
        continue
    before = found
    whole = {path: path.read_bytes() for path in (root / "till").rglob("*.key")}
    (root / "token").write_text(world.make_token(POIID))
    assert os.waitstatus_to_exitcode(forked(lambda: None, words)) == 0, step
    load(root / "till/pos-bridge.toml")
    assert all(path.read_bytes() == content for path, content in whole.items()), "made anew"
    left = [path.name for path in (root / "till").rglob("*") if path.suffix in {".new", ".trial", ".asked"}]
    assert not left, (step, left)
    shutil.rmtree(root / "till")
    shutil.rmtree(root / "medium")
assert os.waitstatus_to_exitcode(status) == 0
print(killed)
"""
)


@pytest.mark.timeout(300)
def test_it_goes_on_wherever_it_was_killed(tmp_path):
    world = Folder(tmp_path / "world")
    with serving(world) as url:
        root = tmp_path / "it"
        root.mkdir()
        assert int(children.run(SCRIPT, root, url, world.world)) > 20
