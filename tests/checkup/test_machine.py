"""What doctor says of a machine: each thing that refuses cards, accepted or not, and what refuses nothing."""

from pathlib import Path

import pytest

from pos_bridge.checkup import machine as told
from pos_bridge.checkup.finding import Line, Weight
from pos_bridge.domain.surroundings import ACCEPTABLE, Unfit
from tests.checkup.finds import lines
from tests.machine_tree import Machine

ALL_FIT = [told.SWAP_FIT, told.HIBERNATION_FIT, told.CRASH_DUMP_FIT, told.USB_MONITOR_FIT]
REST = [told.CORES_FIT, told.REAL, told.WIPED_ON_FREE]
NOBODY: frozenset[Unfit] = frozenset()


@pytest.fixture(name="machine")
def one_machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def found(machine: Machine, accepted: frozenset[Unfit] = NOBODY) -> list[Line]:
    return lines(told.look_at(machine.root, accepted))


def make_unfit(machine: Machine) -> None:
    machine.swap("/dev/sda2", "/swap\\040file")
    machine.hibernates()
    machine.write("sys/kernel/kexec_crash_loaded", "1\n")
    machine.write("sys/module/usbmon/refcnt", "0\n")


def test_a_machine_that_is_fit(machine):
    assert found(machine) == ALL_FIT + REST


def test_each_that_refuses_cards_is_told_with_what_to_do(machine):
    make_unfit(machine)
    findings = list(told.look_at(machine.root, NOBODY))
    assert lines(findings)[:4] == [told.SWAP, told.HIBERNATION, told.CRASH_DUMP, told.USB_MONITOR]
    assert {finding.weight for finding in findings[:4]} == {Weight.STOP}
    assert "to /dev/sda2, /swap file." in findings[0].text("en")


def test_what_the_shop_accepts_is_told_each_time(machine):
    make_unfit(machine)
    accepted = [told.SWAP_ACCEPTED, told.HIBERNATION_ACCEPTED, told.CRASH_DUMP_ACCEPTED, told.USB_MONITOR_ACCEPTED]
    assert found(machine, ACCEPTABLE)[:4] == accepted
    assert found(machine, frozenset({Unfit.SWAP}))[:2] == [told.SWAP_ACCEPTED, told.HIBERNATION]


def test_what_is_accepted_and_not_there_is_fit(machine):
    assert found(machine, ACCEPTABLE) == ALL_FIT + REST


def test_what_cannot_be_seen_is_not_told_as_fit(machine):
    (machine.root / "proc/swaps").unlink()
    machine.write("dev/usbmon0", "")
    assert found(machine) == [told.UNSEEN, told.USB_MONITOR, *REST]


@pytest.mark.parametrize(
    ("pattern", "program"),
    [
        ("|/usr/share/apport/apport -p%p -s%s\n", "apport"),
        ("|/usr/lib/systemd/systemd-coredump %P\n", "systemd-coredump"),
        ("|\n", "?"),
        ("core\n", None),
        ("", None),
    ],
)
def test_who_takes_core_dumps(machine, pattern, program):
    machine.write("proc/sys/kernel/core_pattern", pattern)
    machine.write("proc/sys/fs/suid_dumpable", "0\n")
    if program is None:
        assert told.CORES_FIT in found(machine)
    else:
        (finding,) = (one for one in told.look_at(machine.root, NOBODY) if one.check == "core_dumps")
        assert finding == told.CORES_TAKEN(program=program)
    machine.write("proc/sys/fs/suid_dumpable", "1\n")
    assert told.CORES_OF_ALL in found(machine)


@pytest.mark.parametrize(
    ("place", "text", "virtual"),
    [
        ("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse hypervisor lm\n", True),
        ("proc/cpuinfo", "model name\t: hypervisor\nflags\t\t: fpu hypervisors\n", False),
        ("sys/hypervisor/type", "xen\n", True),
        ("sys/class/dmi/id/sys_vendor", "QEMU\n", True),
        ("sys/class/dmi/id/sys_vendor", "LENOVO\n", False),
    ],
)
def test_a_virtual_machine(machine, place, text, virtual):
    machine.write(place, text)
    assert (told.VIRTUAL if virtual else told.REAL) in found(machine)


@pytest.mark.parametrize(
    ("cmdline", "built", "wipes"),
    [
        ("quiet init_on_free=1", "", True),
        ("init_on_free=on", "", True),
        ("init_on_free=1 init_on_free=0", "CONFIG_INIT_ON_FREE_DEFAULT_ON=y\n", False),
        ("quiet", "CONFIG_X=y\nCONFIG_INIT_ON_FREE_DEFAULT_ON=y\n", True),
        ("quiet", "# CONFIG_INIT_ON_FREE_DEFAULT_ON is not set\n", False),
        ("xinit_on_free=1", "", False),
    ],
)
def test_whether_memory_is_overwritten_when_given_back(machine, cmdline, built, wipes):
    machine.write("proc/cmdline", cmdline)
    machine.write("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n")
    machine.write("boot/config-6.1.0-18-amd64", built)
    assert (told.WIPED_ON_FREE if wipes else told.KEPT_ON_FREE) in found(machine)


def test_this_machine_is_looked_at(config):
    checks = {finding.check for finding in told.look(config)}
    assert {"core_dumps", "virtual_machine", "init_on_free"} <= checks
