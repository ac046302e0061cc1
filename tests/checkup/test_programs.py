"""Programs that take a reader's serial port: running, to be started, and consoles put there."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pos_bridge.checkup import programs as told
from pos_bridge.checkup.finding import Line
from pos_bridge.config.settings import Config
from tests.checkup.finds import CHIP, lines
from tests.checkup.processes import process

READER = Path("/dev/ttyS0")


def closed(_: Path) -> Path:
    raise PermissionError


@pytest.fixture(autouse=True)
def init(tmp_path: Path) -> None:
    """Whom everybody sees who sees others."""
    process(tmp_path, 1, "/sbin/init", comm="systemd")


def found(root: Path, device: Path = READER) -> list[Line]:
    return lines(told.look_at(root, {device: "counter"}))


def wants(root: Path, unit: str, target: str = "multi-user.target") -> None:
    folder = root / f"etc/systemd/system/{target}.wants"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / unit).symlink_to(f"/lib/systemd/system/{unit}")


def test_nobody(tmp_path):
    assert found(tmp_path) == [told.FREE]


@pytest.mark.parametrize("program", ["ModemManager", "brltty", "gpsd"])
def test_one_that_runs(tmp_path, program):
    process(tmp_path, 7, f"/usr/sbin/{program}", comm=program)
    process(tmp_path, 8, f"/usr/sbin/{program}", comm=program)
    wants(tmp_path, f"{program}.service")
    (finding,) = told.look_at(tmp_path, {READER: "counter"})
    assert finding == told.RUNS(program=program, unit=f"{program}.service")


@pytest.mark.parametrize("unit", ["ModemManager.service", "brltty.service", "gpsd.service", "gpsd.socket"])
def test_one_that_starts_with_the_machine(tmp_path, unit):
    wants(tmp_path, unit)
    assert found(tmp_path) == [told.STARTS]
    (tmp_path / "etc/systemd/system" / unit).symlink_to("/dev/null")
    assert found(tmp_path) == [told.FREE], "masked"


@pytest.mark.parametrize(
    ("words", "takes"),
    [
        (("/sbin/agetty", "--keep-baud", "115200", "ttyS0", "vt220"), True),
        (("/sbin/agetty", "-L", "/dev/ttyS0"), True),
        (("/sbin/agetty", "-o", "tty1", "linux"), False),
        (("/sbin/agetty", "ttyS01"), False),
    ],
)
def test_a_login_prompt(tmp_path, words, takes):
    process(tmp_path, 7, *words, comm="agetty")
    assert found(tmp_path) == [told.GETTY if takes else told.FREE]


def test_a_login_prompt_that_has_its_terminal_as_input(tmp_path):
    process(tmp_path, 7, "/sbin/agetty", "-", "vt220", comm="agetty")
    (tmp_path / "proc/7/fd").mkdir()
    (tmp_path / "proc/7/fd/0").symlink_to("/dev/ttyS0")
    assert found(tmp_path) == [told.GETTY]
    assert found(tmp_path, Path("/dev/ttyUSB0")) == [told.FREE]


def test_programs_that_do_not_show(tmp_path):
    """As to whoever is not root where /proc is mounted with hidepid."""
    shutil.rmtree(tmp_path / "proc/1")
    assert found(tmp_path) == [told.HIDDEN]


def test_a_login_prompt_whose_terminal_does_not_show(tmp_path, monkeypatch):
    """As to whoever is not root."""
    process(tmp_path, 7, "/sbin/agetty", "-", "vt220", comm="agetty")
    monkeypatch.setattr(Path, "readlink", closed)
    assert found(tmp_path) == [told.HIDDEN]


def test_a_login_prompt_that_is_to_come(tmp_path):
    wants(tmp_path, "serial-getty@ttyS0.service", "getty.target")
    wants(tmp_path, "serial-getty@ttyS1.service", "getty.target")
    assert found(tmp_path) == [told.GETTY]


@pytest.mark.parametrize("word", ["console=ttyS0", "console=ttyS0,115200n8"])
def test_the_kernels_console(tmp_path, word):
    (tmp_path / "proc/cmdline").write_text(f"quiet {word} console=tty0\n")
    assert found(tmp_path) == [told.CONSOLE]
    assert found(tmp_path, Path("/dev/ttyS1")) == [told.FREE]


@pytest.mark.parametrize("device", ["/dev/pts/3", "/dev/null", "/dev/ttyX"])
def test_where_no_reader_has_a_serial_port_nobody_is_looked_for(tmp_path, device):
    process(tmp_path, 7, "/usr/sbin/ModemManager", comm="ModemManager")
    assert found(tmp_path, Path(device)) == []


def test_a_chip_reader_has_none_but_its_pin_pads(config: Config):
    assert list(told.look(replace(config, readers=(CHIP,)))) == []
