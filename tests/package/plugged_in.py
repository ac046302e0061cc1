"""`make package-test`, readers on USB: whose they are by the package's rules and by those of docs/install-on-a-till.md.

Debian's own udevadm is asked about serial lines that are nowhere but in the files it reads: a /sys of its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hw_sim.running import running_store
from tests.package.packages import Built
from tests.package.till import MANUAL, Till, fresh

_KNOWN, _OTHER = "0acd", "0403"  # ID TECH, and a maker that no rule knows
_PLUGGED = f"""
export SYSTEMD_DEVICE_VERIFY_SYSFS=0
mount -t tmpfs none /sys
mkdir -p /sys/bus/usb /sys/bus/usb-serial /sys/class/tty /sys/dev/char
plug() {{
    usb=/sys/devices/pci0000:00/usb1/1-$1
    line=$usb/1-$1:1.0/ttyUSB$1
    tty=$line/tty/ttyUSB$1
    mkdir -p "$tty"
    echo DEVTYPE=usb_device > "$usb/uevent"
    echo "$2" > "$usb/idVendor"
    echo DEVTYPE=usb_interface > "$usb/1-$1:1.0/uevent"
    : > "$line/uevent"
    printf 'MAJOR=188\\nMINOR=%s\\nDEVNAME=ttyUSB%s\\n' "$1" "$1" > "$tty/uevent"
    echo "188:$1" > "$tty/dev"
    ln -s /sys/bus/usb "$usb/subsystem"
    ln -s /sys/bus/usb "$usb/1-$1:1.0/subsystem"
    ln -s /sys/bus/usb-serial "$line/subsystem"
    ln -s /sys/class/tty "$tty/subsystem"
    ln -s "$tty" "/sys/class/tty/ttyUSB$1"
    ln -s "$tty" "/sys/dev/char/188:$1"
    test -e "/dev/ttyUSB$1" || mknod -m 660 "/dev/ttyUSB$1" c 188 "$1"
}}
plug 0 {_OTHER}
plug 1 {_KNOWN}
"""


@pytest.fixture(name="till", scope="module")
def a_till(built: Built, system: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    """With the package, and no settings yet."""
    folder = tmp_path_factory.mktemp("usb")
    with running_store(folder / "store") as store, fresh(built, system, folder, store) as till:
        till.follow(1)
        yield till


def plugged(till: Till, command: str) -> str:
    """What it says where both are plugged in."""
    return till.machine.run("unshare", "--mount", "sh", "-eu", "-c", _PLUGGED + command).stdout


def owned(till: Till, line: str) -> tuple[str, bool]:
    """The group that the device is given, and whether a modem manager leaves it alone."""
    said = plugged(till, f"udevadm test --action=add /sys/class/tty/{line} 2>&1")
    group = re.findall(r" GROUP (\d+)$", said, re.MULTILINE)[-1]
    return till.machine.says("getent", "group", group).split(":")[0], "ID_MM_DEVICE_IGNORE=1" in said


def test_readers_on_usb(till: Till):
    assert owned(till, "ttyUSB1") == ("posb-card", True)
    assert owned(till, "ttyUSB0") == ("dialout", False)

    (look, known, local) = re.findall(r"`(udevadm info [^`]+|/(?:usr/lib|etc)/udev/[^`]+)`", MANUAL.read_text())
    (number,) = re.findall(r'ATTRS{idVendor}=="(\w+)"', plugged(till, look))
    assert number == _OTHER
    (line,) = re.findall(rf"^.*{_KNOWN}.*\n", (till.machine.root / known[1:]).read_text(), re.MULTILINE)
    (till.machine.root / local[1:]).write_text(line.replace(_KNOWN, number))
    assert owned(till, "ttyUSB0") == ("posb-card", True)
    if till.machine.run("udevadm", "verify", "--help", check=False).returncode == 0:  # systemd 254
        said = till.machine.run("udevadm", "verify", known, local).stdout
        assert re.search(r"Fail:\s+0$", said, re.MULTILINE)
