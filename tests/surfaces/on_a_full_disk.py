"""Each of IT's operations where the disk that it writes to is full.

Run as `python -m tests.surfaces.on_a_full_disk ROOT HOW URL WORLD`: ROOT is where a small disk is mounted
(tests/small_disk.py says what HOW is); URL and WORLD are an enrolment server's. Prints, as JSON by operation: exit code
and what was said with no room, whether all files stayed as they were, and the code once there is room again.
"""

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from hw_sim.enrolment.folder import Folder
from pos_bridge.backup import restore
from pos_bridge.cli.main import main
from tests.backup.till import Till
from tests.cli.certificates import signed
from tests.config.documents import DOCUMENT
from tests.small_disk import SmallDisk
from tests.surfaces.operations import POIID, answered, setting_up, tree

_MEGABYTES, _LIMIT = 8, 0


def run(words: list[str]) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        code = main([*words, "--lang", "en"])
    return code, said.getvalue()


def operations(till: Till, url: str, world: Folder, elsewhere: Path) -> dict[str, list[str]]:
    """Their words; what each needs is there."""
    config = ["--config", str(till.config)]
    restored = till.folder / "restored.toml"
    restored.write_text(till.config.read_text().replace('state_dir = "state"', 'state_dir = "restored"'))
    (till.folder / "restored").mkdir(mode=0o700)
    (manifest,) = till.shelf.glob("*.manifest")
    keys = [word for name in ("office", "officer") for word in ("--identity", str(till.identity(name)))]
    csr, chain, token, ledger = (elsewhere / name for name in ("till.csr", "chain.pem", "token", "erasures"))
    assert run(["enrol", "--csr", str(csr), *config])[0] == 0
    chain.write_bytes(signed(world, csr.read_bytes()))
    token.write_text(world.make_token(POIID))
    shutil.copyfile(till.ledger, ledger)
    answered(elsewhere / "another", url, world.make_token(POIID))
    return {
        "setup": [*setting_up(elsewhere / "another"), "--config", str(till.folder / "another/pos-bridge.toml")],
        "install": ["enrol", "--install", str(chain), *config],
        "request": ["enrol", "--csr", str(till.folder / "again.csr"), *config],
        "enrol": ["enrol", "--token-file", str(token), *config],
        "backup": ["backup", *config],
        "drill": ["backup", "--drill", *keys, *config],
        "restore": ["restore", "--from", str(manifest), "--erasures", str(ledger), *keys, "--config", str(restored)],
    }


def story(root: Path, how: str, url: str, world: Folder) -> dict[str, dict[str, object]]:
    disk = SmallDisk(root, how, _MEGABYTES, _LIMIT)
    os.umask(0o077)
    till = made(root / "till", url)
    with tempfile.TemporaryDirectory() as elsewhere:
        words = operations(till, url, world, Path(elsewhere))
        restore._MEMORY = root / "till"
        found: dict[str, dict[str, object]] = {}
        disk.fill()
        before = tree(root)
        for name, each in words.items():
            code, said = run(each)
            found[name] = {"code": code, "said": said, "kept": tree(root) == before}
        disk.make_room()
        for name, each in words.items():
            found[name]["then"], found[name]["then_said"] = run(each)
    return found


def made(folder: Path, url: str) -> Till:
    folder.mkdir()
    till = Till(folder)
    text = till.config.read_text()
    one = DOCUMENT.replace('"till.pem"', '"state/pair.pem"').replace('"till.key"', '"state/pair.pem"')
    assert DOCUMENT in text
    till.config.write_text(text.replace(DOCUMENT, one) + f'[enrolment]\nurl = "{url}"\n')
    till.sell()
    till.keep_people()
    assert run(["backup", "--config", str(till.config)])[0] == 0
    return till


if __name__ == "__main__":
    json.dump(story(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Folder(Path(sys.argv[4]))), sys.stdout)
