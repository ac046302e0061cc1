"""docs/firewall.md, carried out as it stands, in a network of the test's own. `systemctl` stands in: what it is told to
start is started here, by the units' own command lines; `runuser` makes another user of whoever runs a command.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pos_bridge
from hw_sim.store import tether
from pos_bridge.domain.connection import Who
from pos_bridge.network import denied, nft
from pos_bridge.network.destination import Setting
from pos_bridge.network.ruleset import USERS
from tests.config.documents import DOCUMENT
from tests.network.namespaces import ENGINE, apart, with_users
from tests.network.test_on_a_network import until

MANUAL = (Path(__file__).parents[2] / "docs" / "firewall.md").read_text()
SYSTEM = Path(pos_bridge.__file__).parent / "system"
PROGRAM = "/opt/pos-bridge/bin/pos-bridge"
UNITS = "pos-bridge-firewall.service pos-bridge-firewall.timer pos-bridge-counters.service"
PROGRAMS = {
    "pos-bridge": '#!/bin/sh\nexec {python} -m pos_bridge "$@" --config {config} --lang en\n',
    "python3": '#!/bin/sh\nexec {python} "$@"\n',
    "systemctl": '#!/bin/sh\necho "$@" >> {folder}/asked\n',
    "runuser": """#!/bin/sh
[ "$1 $2 $3" = "-u posb --" ] || exit 1
shift 3
rights=+dac_override,+dac_read_search
exec setpriv --reuid={user} --clear-groups --inh-caps=-all,$rights --ambient-caps=$rights "$@"
""",
}


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", MANUAL, re.DOTALL)


class Desk:
    """A folder as IT's shell stands in it, and what systemd would have running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "pos-bridge.toml"
        (toml,) = blocks("toml")
        assert "127.0.0.1:50051" in DOCUMENT
        text = DOCUMENT.replace("127.0.0.1:50051", "localhost:443")
        self.config.write_text(text + toml + 'denied = "denied"\n')
        self.programs = folder / "bin"
        self.programs.mkdir()
        values = {"python": sys.executable, "config": self.config, "folder": folder, "user": ENGINE}
        for name, content in PROGRAMS.items():
            (self.programs / name).write_text(content.format(**values))
            (self.programs / name).chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{self.programs}:{os.environ['PATH']}"}

    def follow(self, block: str) -> str:
        """Gives what it printed, on both outputs."""
        command = with_users(self.folder, "sh", "-eu", "-c", block.replace("/etc/systemd", str(self.folder)))
        pipe, both = subprocess.PIPE, subprocess.STDOUT
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, stdout=pipe, stderr=both, text=True, check=False
        )
        assert done.returncode == 0, (block, done.stdout)
        return done.stdout

    @property
    def asked(self) -> list[str]:
        """Of systemctl, since it was asked last."""
        file = self.folder / "asked"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines

    def command(self, unit: str) -> str:
        (line,) = re.findall(r"^ExecStart=(.*)$", (SYSTEM / unit).read_text(), re.MULTILINE)
        assert line.startswith(PROGRAM)
        return str(line).replace(PROGRAM, str(self.programs / "pos-bridge"))

    @contextmanager
    def runs(self, unit: str) -> Iterator[None]:
        words = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *self.command(unit).split()]
        with subprocess.Popen(words, env=self.environment) as process:
            yield
            process.terminate()
            assert process.wait(30) == 0


def test_each_step(tmp_path):
    desk = Desk(tmp_path)
    look, enable, load, wall, count, see, away = blocks("sh")
    with apart(), ExitStack() as services:
        desk.follow(look)
        assert nft.loaded() is None

        desk.follow(enable)
        assert desk.asked == ["enable --now pos-bridge-firewall.service pos-bridge-firewall.timer"]
        assert "The rules are in force." in desk.follow(desk.command("pos-bridge-firewall.service"))
        assert nft.loaded() is not None
        assert "The rules in force are the configuration's." in desk.follow(load)

        desk.follow(wall)
        made = (tmp_path / "system" / "pos-bridge.service.d" / "firewall.conf").read_text()
        assert made == "[Service]\nIPAddressAllow=192.0.2.53\nSocketBindAllow=ipv4:tcp:8443\n"
        assert desk.asked == ["daemon-reload"]

        desk.follow(count)
        assert desk.asked == ["enable --now pos-bridge-counters.service"]
        services.enter_context(desk.runs("pos-bridge-counters.service"))
        until((tmp_path / "denied").exists)

        said = desk.follow(see)
        assert said.splitlines()[0] == "The rules in force are the configuration's."
        assert "\nrefused\n" in said
        until(lambda: left(tmp_path) == 1)

        desk.follow(away)
        assert desk.asked == [f"disable --now {UNITS}"]
        assert nft.loaded() is None


def left(folder: Path) -> int:
    found = denied.read(folder / "denied")
    return 0 if found is None else found.of(Who.ENGINE)


def test_each_user_and_place_is_in_the_table():
    rows = [line for line in MANUAL.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(USERS.values())
    assert all(f"`{setting.value}`" in rows[0] for setting in Setting)
