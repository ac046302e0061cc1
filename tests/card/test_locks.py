"""Each lock, shown by trying to break it: from inside a room at both of its stages, and from a process beside it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import drivers.pcsc
from pos_bridge.wire.cardlink import Armed, Read, Ready, Sealed
from pos_bridge.wire.locks import Lock
from tests.card.keys import CAD, CENTS, LEG_KEY, LOCAL_TIME, ProcessorKeys
from tests.card.room_process import HERE, RoomProcess, room_command, without
from tests.drivers.line import GREEN, VISA, Line
from tests.wire.swipes import swipe

PROBE = HERE / "probe.py"
EMV = Path(drivers.pcsc.__path__[0]) / "emv-canada.toml"
ATTACKS = 27
# Attacks that any user's process can carry out on any kernel; the others depend on privileges and settings.
ALWAYS_POSSIBLE = {
    *("write-file", "read-file", "list-folder", "create-file", "create-shared-memory", "truncate-file", "delete-file"),
    *("rename-file", "make-folder", "unix-socket", "internet-socket", "new-program", "new-process", "new-thread"),
    *("ptrace", "signal-parent", "become-dumpable", "raise-limit", "executable-page", "executable-later"),
    "open-device",
}
# What a room has no use for. Its engine has: so none of it may come in by a library's side door.
FORBIDDEN = (
    *("_socket", "_sqlite3", "_ssl", "asyncio", "concurrent", "cryptography.x509", "email", "google", "grpc", "http"),
    *("httptools", "hw_sim", "json", "logging", "msgspec", "multiprocessing", "pathlib", "pickle", "shelve", "socket"),
    *("sqlite3", "ssl", "structlog", "subprocess", "tempfile", "traceback", "urllib", "uvicorn", "uvloop"),
    *("pos_bridge.cardlink", "pos_bridge.checkout", "pos_bridge.identity", "pos_bridge.journal", "pos_bridge.pos_api"),
    *("pos_bridge.processor", "pos_bridge.protocol"),
)


def ask(driver: str, line: Line, keys: ProcessorKeys) -> Read:
    return Read(driver, line.device, 60_000, LEG_KEY, CENTS, CAD, keys.sealing_key(), LOCAL_TIME)


def probed(command: list[str], line: Line, keys: ProcessorKeys) -> list[str]:
    """What a probe wrote, as lines. The room around it must still take a card after that."""
    with RoomProcess(command) as room:
        room.let_go()
        assert isinstance(room.hear(), Ready)
        room.say(ask("probe", line, keys))
        report = line.hear(b"\nend").replace(GREEN, b"").decode().splitlines()
        assert room.hear() == Armed()
        line.send(swipe(VISA))
        assert isinstance(room.hear(), Sealed)
        assert room.exit_code() == 0
    return report


def prepare(keys: ProcessorKeys, folder: Path) -> Path:
    trust = keys.write_trust(folder)
    target = folder / "trust.txt.target"
    target.write_bytes(b"untouched")
    target.chmod(0o666)
    folder.chmod(0o777)
    return trust


@pytest.mark.parametrize("missing", [None, "landlock_create_ruleset"])
def test_nothing_that_a_room_should_not_do_can_be_done_from_inside(keys, line, tmp_path, missing):
    trust = prepare(keys, tmp_path)
    command = room_command(trust, PROBE)
    report = probed(without([missing], command) if missing else command, line, keys)
    done = {entry for entry in report if entry.endswith(" done")}
    allowed = {"open open-device done"}
    if missing:
        allowed |= {"open read-file done"}  # without Landlock, as long as there is no card yet
    assert done == allowed
    refused = {entry for entry in report if entry.endswith(" refused")}
    assert len(refused) == 2 * ATTACKS - len(allowed)
    assert (tmp_path / "trust.txt.target").read_bytes() == b"untouched"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trust.txt", "trust.txt.target"]


def test_a_chip_room_may_besides_make_a_socket_of_this_machine_before_there_is_a_card(keys, line, tmp_path):
    report = probed(room_command(prepare(keys, tmp_path), PROBE, EMV), line, keys)
    done = {entry for entry in report if entry.endswith(" done")}
    assert done == {"open open-device done", "open unix-socket done"}
    assert sum(entry.endswith(" refused") for entry in report) == 2 * ATTACKS - len(done)
    assert (tmp_path / "trust.txt.target").read_bytes() == b"untouched"


def test_the_same_attacks_succeed_where_there_are_no_locks(keys, tmp_path):
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-B", PROBE, "--without-locks", prepare(keys, tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout.splitlines()
    done = {entry.split()[1] for entry in told if entry.endswith(" done")}
    assert done >= ALWAYS_POSSIBLE


@pytest.mark.parametrize("emv", [None, EMV])
def test_the_room_loads_no_network_no_database_and_no_logging(keys, line, tmp_path, emv):
    report = probed(room_command(prepare(keys, tmp_path), PROBE, emv), line, keys)
    modules = {entry.removeprefix("module ") for entry in report if entry.startswith("module ")}
    assert {"drivers.serial.msr_plain", "pos_bridge.card.room", "serial"} <= modules
    found = {name for name in modules for word in FORBIDDEN if name == word or name.startswith(word + ".")}
    assert found == set()
    assert ("drivers.pcsc.pcscd" in modules) is (emv is not None)
    assert not any(name.startswith("smartcard") for name in modules), "the C module alone"


def test_what_the_kernel_says_of_a_room_with_its_doors_shut(keys, line, tmp_path):
    with RoomProcess(room_command(keys.write_trust(tmp_path))) as room:
        ready = room.hear()
        assert isinstance(ready, Ready)
        room.say(ask("msr_plain", line, keys))
        assert room.hear() == Armed()
        facts = Path(f"/proc/{room.pid}/status").read_text()
        status = dict(fact.split(":\t", 1) for fact in facts.splitlines() if ":\t" in fact)
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
        assert int(status["CapPrm"], 16) == int(status["CapEff"], 16) == int(status["CapInh"], 16) == 0
        assert int(status["CapAmb"], 16) == 0
        limits = Path(f"/proc/{room.pid}/limits").read_text().splitlines()
        values = {limit[:26].strip(): limit[26:].split()[:2] for limit in limits}
        for limit in ("Max core file size", "Max file size", "Max open files"):
            assert values[limit] == ["0", "0"]
        if os.geteuid() == 0:
            assert Path(f"/proc/{room.pid}/environ").read_bytes() == b"LD_BIND_NOW=1\0"
            opened = {path.name: str(path.readlink()) for path in Path(f"/proc/{room.pid}/fd").iterdir()}
            assert [opened[name] for name in "012"] == ["/dev/null"] * 3
            others = {target.split(":")[0] for name, target in opened.items() if name not in "0123"}
            # pyserial keeps two pipes to itself; the page is a file of its own where it is secret.
            assert others - {"/secretmem (deleted)"} == {line.device, "pipe"}


@pytest.mark.parametrize("armed", [False, True])
def test_another_process_of_the_same_user_reads_no_memory(keys, line, tmp_path, armed):
    """The same attack on an unhidden process succeeds, so it is the room's lock that refuses it."""
    with RoomProcess(room_command(keys.write_trust(tmp_path))) as room:
        room.hear()
        if armed:
            room.say(ask("msr_plain", line, keys))
            assert room.hear() == Armed()
        told = subprocess.run(
            [sys.executable, HERE / "neighbour.py", str(room.pid)],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout.splitlines()
    ways = ("mem", "process_vm_readv", "ptrace")
    assert told == [*(f"{way} victim read" for way in ways), *(f"{way} room refused" for way in ways)]


def test_a_room_without_landlock_still_has_every_required_lock(keys, tmp_path):
    with RoomProcess(without(["landlock_create_ruleset"], room_command(keys.write_trust(tmp_path)))) as room:
        ready = room.hear()
        assert isinstance(ready, Ready)
        assert not Lock(ready.locks) & Lock.FILES_FENCED
