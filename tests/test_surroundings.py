"""The machine as /proc and /sys tell it: what is unfit for cards, and that nothing odd in there is taken for fit."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_bridge.domain.surroundings import Unfit
from pos_bridge.surroundings import look, swap_areas, unescaped
from tests.machine_tree import HEADER, ROOT_MOUNT, Machine

LUKS = "CRYPT-LUKS2-0123456789abcdef0123456789abcdef-swap"
PLAIN = "CRYPT-PLAIN-swap"
SWAP = frozenset({Unfit.SWAP})
FIT: frozenset[Unfit] = frozenset()


@pytest.fixture(name="machine")
def one_machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_machine_with_nothing_of_it_is_fit(machine):
    assert look(machine.root) == FIT


def test_this_machine_can_be_looked_at():
    assert Unfit.UNSEEN not in look()


# ---- swap ----


@pytest.mark.parametrize("name", ["/dev/sda2", "/dev/sda", "/dev/nowhere", "/dev/sda2 (deleted)", "(unreachable)/x"])
def test_swap_on_a_bare_disk(machine, name):
    machine.swap(name.replace(" ", "\\040"))
    assert look(machine.root) == SWAP
    assert [swap.name for swap in swap_areas(machine.root)] == [name]


@pytest.mark.parametrize("uuid", [LUKS, PLAIN, "CRYPT-LUKS1-0123-x", "CRYPT-BITLK-0123-x"])
def test_swap_on_an_encrypted_device(machine, uuid):
    machine.device("dm-0", "253:0", "sda2", uuid=uuid)
    machine.swap("/dev/dm-0")
    assert look(machine.root) == FIT


@pytest.mark.parametrize(
    "uuid",
    ["", "LVM-abc", "CRYPT-", "CRYPT-VERITY-0123-x", "CRYPT-INTEGRITY-0123-x", "CRYPT-SUBDEV-1-x", "xCRYPT-LUKS2-"],
)
def test_a_device_mapper_that_encrypts_nothing(machine, uuid):
    machine.device("dm-0", "253:0", "sda2", uuid=uuid)
    machine.swap("/dev/dm-0")
    assert look(machine.root) == SWAP


def test_a_device_mapper_that_does_not_say_what_it_is(machine):
    machine.device("dm-0", "253:0", "sda2")
    machine.swap("/dev/dm-0")
    assert look(machine.root) == SWAP


def test_a_volume_on_an_encrypted_device(machine):
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    machine.device("dm-1", "253:1", "dm-0", uuid="LVM-abc")
    machine.swap("/dev/dm-1")
    assert look(machine.root) == FIT


def test_a_volume_of_which_a_part_is_in_clear(machine):
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    machine.device("dm-1", "253:1", "dm-0", "sda1", uuid="LVM-abc")
    machine.swap("/dev/dm-1")
    assert look(machine.root) == SWAP


def test_a_partition_on_an_encrypted_array(machine):
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    machine.device("md0", "9:0", "dm-0")
    machine.device("md0p1", "259:0", inside="md0/")
    machine.write("sys/devices/md0/md0p1/partition", "1\n")
    machine.swap("/dev/md0p1")
    assert look(machine.root) == FIT


def test_one_encrypted_area_does_not_answer_for_another(machine):
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    machine.swap("/dev/dm-0", "/dev/sda1")
    assert look(machine.root) == SWAP
    assert [swap.fit for swap in swap_areas(machine.root)] == [True, False]


def test_a_device_by_the_name_it_is_mapped_under(machine):
    machine.device("dm-3", "253:3", "sda2", uuid=LUKS)
    machine.swap("/dev/mapper/dm-3-name")
    assert look(machine.root) == FIT
    machine.swap("/dev/mapper/dm-3")
    assert look(machine.root) == SWAP, "there is none of that name"


def test_devices_that_lie_on_each_other_in_a_circle(machine):
    machine.device("dm-1", "253:1")
    machine.device("dm-0", "253:0", "dm-1", uuid="LVM-a")
    machine._link("sys/devices/dm-1/slaves/dm-0", machine.root / "sys/devices/dm-0")
    machine.swap("/dev/dm-0")
    assert look(machine.root) == SWAP
    (machine.root / "sys/class/block/loop").symlink_to("loop")
    machine.swap("/dev/loop")
    assert look(machine.root) == SWAP


@pytest.mark.parametrize("name", ["/dev/..", "/dev/.", "/dev/../../etc", "/dev/", "dm-0", "/dev/a/../dm-0"])
def test_a_name_that_leads_elsewhere(machine, name):
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    machine.swap(name)
    assert look(machine.root) == SWAP


# ---- zram, loop devices, swap files ----


@pytest.mark.parametrize(
    ("behind", "found"), [(None, FIT), ("none\n", FIT), ("/dev/sda2\n", SWAP), ("/dev/dm-0\n", FIT)]
)
def test_zram_is_memory_unless_a_disk_is_behind_it(machine, behind, found):
    machine.device("dm-0", "253:0", "sda1", uuid=LUKS)
    machine.device("zram0", "252:0")
    if behind is not None:
        machine.write("sys/devices/zram0/backing_dev", behind)
    machine.swap("/dev/zram0")
    assert look(machine.root) == found


def test_a_file_is_as_encrypted_as_what_it_is_in(machine):
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    machine.write(
        "proc/self/mountinfo", ROOT_MOUNT + "30 22 253:0 / /safe\\040place rw,relatime - ext4 /dev/mapper/a rw\n"
    )
    machine.swap("/safe\\040place/swapfile", kind="file")
    assert look(machine.root) == FIT
    for elsewhere in ("/swapfile", "/safe\\040placeswap", "/safe", "/safe\\134040place/swapfile"):
        machine.swap(elsewhere, kind="file")
        assert look(machine.root) == SWAP, elsewhere


def test_the_mount_on_top_counts(machine):
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    encrypted, bare = "30 22 253:0 / /s rw - ext4 a rw\n", "31 30 8:1 / /s rw - ext4 b rw\n"
    machine.swap("/s/swapfile", kind="file")
    machine.write("proc/self/mountinfo", ROOT_MOUNT + encrypted + bare)
    assert look(machine.root) == SWAP
    machine.write("proc/self/mountinfo", ROOT_MOUNT + bare + encrypted)
    assert look(machine.root) == FIT


def test_a_file_system_without_a_device_counts_as_bare(machine):
    machine.write("proc/self/mountinfo", "22 1 0:31 / / rw - btrfs /dev/dm-0 rw\n")
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    machine.swap("/swapfile", kind="file")
    assert look(machine.root) == SWAP


def test_a_loop_device_is_its_file(machine):
    machine.device("loop0", "7:0")
    machine.write("sys/devices/loop0/loop/backing_file", "/disk.img\n")
    machine.swap("/dev/loop0")
    assert look(machine.root) == SWAP
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    machine.write("proc/self/mountinfo", "22 1 253:0 / / rw - ext4 /dev/mapper/a rw\n")
    assert look(machine.root) == FIT


# ---- what is not as it should be ----


@pytest.mark.parametrize("text", ["", "\n", "nothing\n", "/dev/dm-0 partition 1 0 -2\n"])
def test_a_table_of_swaps_that_is_none(machine, text):
    machine.write("proc/swaps", text)
    assert look(machine.root) == {Unfit.UNSEEN}


@pytest.mark.parametrize(
    "line", ["/dev/dm-0", "/dev/dm-0 partition", "partition 1 0 -2", "/dev/dm-0 network 1 0 -2", "x y z"]
)
def test_a_line_that_is_no_swap_is_one_in_clear(machine, line):
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    machine.write("proc/swaps", f"{HEADER}{line}\n")
    assert look(machine.root) == SWAP


def test_where_proc_shows_processes_alone(machine):
    """ProcSubset=pid: then there is no /proc/meminfo either."""
    (machine.root / "proc/swaps").unlink()
    assert look(machine.root) == {Unfit.UNSEEN}
    machine.write("proc/meminfo", "MemTotal: 8 kB\nSwapTotal:       8388604 kB\n")
    assert look(machine.root) == {Unfit.UNSEEN}
    machine.write("proc/meminfo", "MemTotal: 8 kB\nSwapTotal:             0 kB\n")
    assert look(machine.root) == FIT, "a kernel without swap"


def test_without_sys(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/swaps").write_text(HEADER)
    assert look(tmp_path) == {Unfit.UNSEEN}


def test_with_nothing(tmp_path):
    assert look(tmp_path / "none") == {Unfit.UNSEEN}


def test_what_is_there_and_cannot_be_read(machine):
    for place in ("proc/swaps", "sys/kernel/kexec_crash_loaded"):
        path = machine.root / place
        text = path.read_text()
        path.unlink()
        path.mkdir()
        assert look(machine.root) == {Unfit.UNSEEN}, place
        path.rmdir()
        path.write_text(text)
    assert look(machine.root) == FIT


# ---- hibernation, kdump, usbmon ----


def test_hibernation_needs_a_disk_to_go_to(machine):
    machine.hibernates()
    assert look(machine.root) == FIT
    machine.device("zram0", "252:0")
    machine.swap("/dev/zram0")
    assert look(machine.root) == FIT
    machine.device("dm-0", "253:0", "sda2", uuid=LUKS)
    machine.swap("/dev/zram0", "/dev/dm-0")
    assert look(machine.root) == {Unfit.HIBERNATION}, "locked pages are written down, too"
    machine.swap("/dev/sda2")
    assert look(machine.root) == {Unfit.HIBERNATION, Unfit.SWAP}


@pytest.mark.parametrize(
    ("state", "ways"), [("freeze mem disk", "[disabled]\n"), ("freeze mem", "[platform]"), ("", None)]
)
def test_a_kernel_that_does_not_hibernate(machine, state, ways):
    machine.write("sys/power/state", state)
    if ways is not None:
        machine.write("sys/power/disk", ways)
    machine.swap("/dev/sda2")
    assert look(machine.root) == SWAP


@pytest.mark.parametrize(("told", "unfit"), [("1\n", True), ("0\n", False), ("", True), ("yes", True), ("10", True)])
@pytest.mark.parametrize("place", ["kexec_crash_loaded", "kexec/crash_loaded"])
def test_a_kernel_that_waits_for_a_crash(machine, place, told, unfit):
    machine.write(f"sys/kernel/{place}", told)
    assert look(machine.root) == ({Unfit.CRASH_DUMP} if unfit else FIT)


@pytest.mark.parametrize("place", ["sys/module/usbmon/refcnt", "sys/class/usbmon/usbmon0", "dev/usbmon0"])
def test_usbmon_as_a_module_and_built_in(machine, place):
    machine.write(place, "")
    assert look(machine.root) == {Unfit.USB_MONITOR}


# ---- whatever stands there ----

WORDS = st.sampled_from(
    [b"/dev/dm-0", b"/dev/sda2", b"partition", b"file", b"\t", b" ", b"\n", b"\\040", b"\\777", b"-2", b"9"]
)
ANYTHING = st.lists(WORDS | st.binary(max_size=6), max_size=24).map(b"".join)
FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@FUZZ
@given(swaps=ANYTHING, mounts=ANYTHING, uuid=ANYTHING)
def test_no_text_is_an_error_and_no_swap_line_is_lost(machine, swaps, mounts, uuid):
    machine.device("dm-0", "253:0", uuid="") if not (machine.root / "sys/devices/dm-0").exists() else None
    (machine.root / "sys/devices/dm-0/dm/uuid").write_bytes(uuid)
    (machine.root / "proc/self/mountinfo").write_bytes(mounts)
    (machine.root / "proc/swaps").write_bytes(HEADER.encode() + swaps)
    lines = [line for line in (HEADER.encode() + swaps).split(b"\n")[1:] if line.strip()]
    assert len(swap_areas(machine.root)) == len(lines)
    assert look(machine.root) <= SWAP
    if lines and not uuid.startswith(b"CRYPT-"):
        assert look(machine.root) == SWAP


@FUZZ
@given(st.binary(max_size=40))
def test_every_name_survives_the_kernels_escapes(machine, name):
    name = name.replace(b"\0", b"")
    written = b"".join(b"\\%03o" % byte if byte in b" \t\n\\" else bytes([byte]) for byte in name)
    assert os.fsencode(unescaped(written)) == name
    if written.strip(b" \t"):
        (machine.root / "proc/swaps").write_bytes(HEADER.encode() + written + b" file\t1\t\t0\t\t-2\n")
        (swap,) = swap_areas(machine.root)
        assert os.fsencode(swap.name) == name
