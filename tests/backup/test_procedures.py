"""docs/backup-and-restore.md, carried out as it stands: step by step, on a simulated store instead of Debian's paths.

`runuser` and `systemctl` are stand-ins: the first runs the command, the second stops and starts the store's engine.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.stores import whole_store
from tests.surfaces.shop import Shop

DOCUMENT = Path(__file__).parents[2] / "docs" / "backup-and-restore.md"
PROGRAM = """#!/bin/sh
exec {python} -m pos_bridge "$@" --config {config} --lang en
"""
SYSTEMCTL = """#!/bin/sh
case "$1" in
stop) exec {python} -m hw_sim engine {store} kill ;;
start) exec {python} -m hw_sim engine {store} restart ;;
enable) exit 0 ;;
esac
exit 1
"""
RUNUSER = """#!/bin/sh
[ "$1 $2 $3" = "-u posb --" ] || exit 1
shift 3
exec "$@"
"""
INSTALL = """#!/bin/sh
[ "$1 $2 $3 $4 $5" = "-d -o posb -g posb" ] || exit 1
shift 5
exec /usr/bin/install -d "$@"
"""


def steps() -> list[tuple[str, str]]:
    """Each block of commands, with the heading that it stands under."""
    found, heading = [], ""
    for part in re.split(r"^(## .*)$", DOCUMENT.read_text(), flags=re.MULTILINE):
        if part.startswith("## "):
            heading = part
        found += [(heading, block) for block in re.findall(r"```sh\n(.*?)```", part, re.DOTALL)]
    return found


def test_every_step(tmp_path):
    with whole_store(tmp_path / "store", "--answer-timeout", "1") as store:
        shop = Shop(store)
        paid = shop.pay("visa", member="CH-0042")
        commands, shelf, desk = (tmp_path / name for name in ("bin", "shelf", "desk"))
        for folder in (commands, shelf, desk):
            folder.mkdir()
        values = {"python": sys.executable, "config": shop.layout.config, "store": store.folder}
        programs = {"pos-bridge": PROGRAM, "systemctl": SYSTEMCTL, "runuser": RUNUSER, "install": INSTALL}
        for name, text in programs.items():
            (commands / name).write_text(text.format(**values))
            (commands / name).chmod(0o755)
        said: list[str] = []
        for heading, block in steps():
            if heading.startswith("## 4") and not (desk / "set").exists():
                keys = re.findall(r"^age1\w+$", said[0], re.MULTILINE)
                text = shop.layout.config.read_text()
                copied = text.replace("[identity]\n", '[identity]\nerasures_copy = "erasures-copy"\n')
                shop.layout.config.write_text(copied + as_set(shelf, *keys))
                (desk / "set").touch()
            if heading.startswith("## 6"):
                (shop.layout.engine / "erasures-copy").touch()  # nobody was erased: the file is a person's word for it
            commanded = block
            for path, ours in (
                ("/var/lib/pos-bridge", shop.layout.state),
                ("/var/backups/pos-bridge", shelf),
                ("/etc/pos-bridge", shop.layout.engine),
            ):
                commanded = commanded.replace(path, str(ours))
            environment = {**os.environ, "PATH": f"{commands}:{os.environ['PATH']}"}
            command = ["sh", "-eu", "-c", commanded]
            done = subprocess.run(command, cwd=desk, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (heading, done.stdout, done.stderr)
            said.append(done.stdout)
        assert "Backup made" in "".join(said)
        assert "Restored into a throw-away folder" in "".join(said)
        assert "The persons are there" in "".join(said)
        assert shop.known(paid)
        shutil.rmtree(shop.layout.state.with_name("state.before"))
        assert shop.pay(member="CH-0042").result == "Success"


def as_set(shelf: Path, journal: str, vault: str) -> str:
    """The settings of step 3, with the ledger's copy that it asks for."""
    text = DOCUMENT.read_text().partition("```toml\n")[2].partition("```")[0]
    assert 'folder = "/var/backups/pos-bridge"' in text
    text = text.replace("/var/backups/pos-bridge", str(shelf))
    for key in (journal, vault):
        text = text.replace("age1...", key, 1)
    return "\n" + text
