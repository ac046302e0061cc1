"""A container that shows tables of its own in the place of the kernel's: nothing there is taken for fit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pos_bridge import surroundings
from pos_bridge.checkup import machine
from pos_bridge.domain.surroundings import Unfit
from pos_bridge.surroundings import COVERED, UnseenError, can_hibernate, is_covered, look, swap_areas
from tests.checkup.finds import lines
from tests.machine_tree import HEADER, ROOT_MOUNT, Machine
from tests.small_disk import own_mounts

ANOTHER = os.makedev(0, 99)  # a file system's without a disk
COVER = """
import subprocess, sys
from pathlib import Path
from pos_bridge.checkup import machine
from pos_bridge.domain.surroundings import Unfit
from pos_bridge.surroundings import look
folder = Path(sys.argv[1])
(folder / "swaps").write_text(sys.argv[2])
def said(*accepted):
    reasons = sorted(reason.value for reason in look())
    checks = [f"{found.check}:{found.weight.name}" for found in machine.look_at(Path("/"), frozenset(accepted))]
    print(*reasons, "|", *checks)
subprocess.run(["mount", "--bind", str(folder / "swaps"), "/proc/swaps"], check=True)
said()
said(Unfit.SWAP, Unfit.HIBERNATION)
subprocess.run(["mount", "-t", "tmpfs", "none", "/sys/kernel"], check=True)
said()
"""


def test_tables_over_the_kernels(tmp_path):
    """Where this machine lets a program have mounts of its own."""
    prefix = own_mounts()
    if prefix is None:
        return
    command = [*prefix, sys.executable, "-P", "-c", COVER, str(tmp_path), HEADER]
    first, accepted, more = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert "swap" in first.partition("|")[0].split()
    assert "swap:STOP" in first
    assert "swap:UNSEEN" in accepted
    assert "unseen" in more.partition("|")[0].split()
    assert "surroundings:STOP" in more
    assert "crash_dump:GOOD" not in more


@pytest.fixture
def covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Machine, set[str]]:
    """A machine, and what is of another file system there."""
    made, places = Machine(tmp_path / "machine"), set[str]()
    usual = surroundings._device_number

    def number(path: str) -> int | None:
        return ANOTHER if path.removeprefix(f"{made.root}/") in places else usual(path)

    made.write("proc/sys/kernel/core_pattern", "core\n")
    monkeypatch.setattr(surroundings, "_device_number", number)
    return made, places


def test_parts_of_the_kernels_put_together(covered):
    """systemd-nspawn's /sys is a folder in memory, with parts of the kernel's in it."""
    made, places = covered
    places.update(("sys/kernel", "sys/kernel/kexec_crash_loaded"))
    assert look(made.root) == {Unfit.UNSEEN}
    for kind, found in (("tmpfs", {Unfit.UNSEEN}), ("sysfs", set[Unfit]()), ("fuse.lxcfs", {Unfit.UNSEEN})):
        made.write("proc/self/mountinfo", f"{ROOT_MOUNT}41 40 0:99 /kernel /sys/kernel ro,relatime - {kind} none rw\n")
        assert look(made.root) == found, kind
    made.write("proc/self/mountinfo", "41 40 0:99 -\n- - 0:99\n0:99 - sysfs\n\n")
    assert look(made.root) == {Unfit.UNSEEN}, "lines that are none"


@pytest.mark.parametrize(("kind", "hidden"), [("sysfs", False), ("tmpfs", True)])
def test_what_is_left_out_where_parts_are_put_together(covered, kind, hidden):
    """systemd-nspawn shows no /sys/power: whether the machine hibernates is not known there."""
    made, places = covered
    (made.root / "sys/power/state").unlink()
    (made.root / "sys/power").rmdir()
    places.add("sys")
    made.write("proc/self/mountinfo", f"{ROOT_MOUNT}41 40 0:99 / /sys ro,relatime - {kind} none rw\n")
    assert is_covered(made.root, "sys/power/state") is hidden
    if hidden:
        with pytest.raises(UnseenError):
            can_hibernate(made.root)
    else:
        assert not can_hibernate(made.root), "a kernel that cannot"


def test_the_kernels_own(covered):
    made, _ = covered
    assert look(made.root) == frozenset()
    assert not is_covered(made.root, "sys/power/state")
    assert not is_covered(made.root, "sys/class/usbmon"), "what is not there lies over nothing"


def test_a_table_of_swaps_of_somebody_elses_is_swap_in_clear(covered):
    made, places = covered
    places.add("proc/swaps")
    assert swap_areas(made.root) == (COVERED,)
    assert look(made.root) == {Unfit.SWAP}
    made.hibernates()
    assert look(made.root) == {Unfit.SWAP, Unfit.HIBERNATION}
    assert machine.SWAP_COVERED in lines(machine.look_at(made.root, frozenset()))
    assert machine.SWAP_COVERED_ACCEPTED in lines(machine.look_at(made.root, frozenset({Unfit.SWAP})))


def test_a_size_of_swap_of_somebody_elses_says_nothing(covered):
    made, places = covered
    (made.root / "proc/swaps").unlink()
    made.write("proc/meminfo", "MemTotal: 8 kB\nSwapTotal:             0 kB\n")
    assert look(made.root) == frozenset()
    places.add("proc/meminfo")
    assert look(made.root) == {Unfit.UNSEEN}


@pytest.mark.parametrize("place", ["sys/kernel", "sys/kernel/kexec_crash_loaded", "sys/class", "sys/power"])
def test_folders_over_the_kernels(covered, place):
    made, places = covered
    made.write("sys/module/other/refcnt", "0\n")
    made.device("dm-0", "253:0", "sda2", uuid="CRYPT-PLAIN-swap")
    made.swap("/dev/dm-0")
    assert look(made.root) == frozenset()
    places.add(place)
    assert Unfit.UNSEEN in look(made.root)


def test_a_core_pattern_over_the_kernels(covered):
    made, places = covered
    assert machine.CORES_FIT in lines(machine.look_at(made.root, frozenset()))
    places.add("proc/sys/kernel/core_pattern")
    told = lines(machine.look_at(made.root, frozenset()))
    assert machine.CORES_FIT not in told
    assert machine.NOT_READ in told
