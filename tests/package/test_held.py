"""The ports that systemd holds are held whatever the programs behind them do, until IT puts both away.

natives.py has it carried out; what is looked at here are the rules that it takes.
"""

import re
import subprocess

import pytest

from tests.package.packages import ROOT
from tests.package.test_units import SYSTEM, settings

BEHIND = {
    "pos-bridge.socket": "pos-bridge.service",
    "pos-bridge-native.socket": "pos-bridge.service",
    "pos-bridge-page.socket": "pos-bridge-page.service",
}
held = pytest.mark.parametrize(("socket", "service"), BEHIND.items())


def test_every_port_is_among_them():
    assert BEHIND.keys() == {path.name for path in SYSTEM.glob("*.socket") if "ListenStream" in settings(path)}


@held
def test_what_fails_is_tried_again_by_itself(socket, service):
    """What is not is started by each connection that waits, until systemd has enough of it and ends the socket, too."""
    program = settings(SYSTEM / service)
    assert program["Restart"] == ["on-failure"]
    assert "RestartPreventExitStatus" not in program
    assert program["StartLimitIntervalSec"] == ["0"], "there is no such thing as too many starts"
    assert "StartLimitBurst" not in program


@held
def test_the_pace_of_that_is_far_from_the_limit_that_ends_a_port(socket, service):
    door, program = settings(SYSTEM / socket), settings(SYSTEM / service)
    (burst,), (interval_s,), (pause_s,) = (
        map(int, unit[name])
        for unit, name in (
            (door, "TriggerLimitBurst"),
            (door, "TriggerLimitIntervalSec"),
            (program, "RestartSec"),
        )
    )
    assert burst / interval_s >= 10 / pause_s


@held
def test_nothing_but_the_port_itself_stands_between_a_connection_and_a_start(socket, service):
    """A condition that fails under a live socket is a start that ends at once, each time anew: its end after 0.1 s."""
    told = [
        {name: value for name, value in settings(SYSTEM / unit).items() if "Condition" in name}
        for unit in (socket, service)
    ]
    assert told == [{"ConditionDirectoryNotEmpty": ["/etc/pos-bridge"]}] * 2


@held
def test_what_cannot_start_is_tried_again_seldomer(socket, service):
    """By what the unit's own line does, with what systemd tells it of an end: systemd.exec(5), EXIT_STATUS."""
    program = settings(SYSTEM / service)
    shell, quoted = program["ExecStopPost"][0].split(" -c ")
    script = "sleep() { echo $1; }; " + quoted.strip("'").replace("$$", "$")
    slept = {}
    for status in ("0", "1", "2", "203", "KILL"):
        done = subprocess.run([shell, "-c", script], env={"EXIT_STATUS": status}, stdout=subprocess.PIPE, check=True)
        slept[status] = int(done.stdout or 0)
    assert {status for status, seconds in slept.items() if seconds} == {"1", "2"}
    assert int(program["RestartSec"][0]) < slept["1"] == slept["2"] < int(program["TimeoutStopSec"][0])


def test_the_manual_puts_the_page_away_with_its_port():
    """systemctl(1): disable --now stops what is named, and leaves what Also= names to go on and start it."""
    manual = (ROOT / "docs/status-page.md").read_text()
    (named,) = re.findall(r"`systemctl disable --now ([^`]+)`", manual)
    assert named.split() == ["pos-bridge-page.socket", "pos-bridge-page.service"]
