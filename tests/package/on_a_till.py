"""`make package-test`: a till's life with the package, as docs/install-on-a-till.md has it, on a system with systemd.

Not part of `make test`: it needs root, debootstrap and systemd-nspawn, and takes some minutes. The processor, the
reader and the till's software are the simulated store's; engine and rooms are the package's, under its own units.
"""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hw_sim.running import running_store
from tests.package.machine import Machine, base, machine
from tests.package.packages import ROOT, Built, build, revised
from tests.surfaces.accounts import Row, journal_rows
from tests.surfaces.book import Book, until

MANUAL = ROOT / "docs/install-on-a-till.md"
READER = "/dev/reader0"
ENGINE = "pos-bridge.service"
SECRETS = ("api.key", "nexo.key", "till.key", "terminal.key")
OPEN = ("nexo.pem", "processor-ca.pem", "till.pem", "trust.txt")


@dataclass(frozen=True, slots=True)
class Till:
    """A machine with the package, a book of what was sold at it, and the numbers of its users."""

    machine: Machine
    book: Book
    folder: Path
    built: Built

    def follow(self, *steps: int) -> None:
        """Carry out these steps of the manual, as written."""
        for step in steps:
            self.machine.run("sh", "-eu", "-c", "cd /root\n" + commands()[step])

    def engine(self) -> int:
        return self.machine.main_pid(ENGINE)

    def host_pid(self, pid: int) -> int:
        """Its number out here."""
        for status in Path("/proc").glob("[0-9]*/status"):
            found = re.search(rf"^NSpid:\t(\d+)\t(?:\d+\t)*{pid}$", status.read_text(), re.MULTILINE)
            if found and status.with_name("ns").joinpath("cgroup").readlink() == self._cgroups():
                return int(found[1])
        raise AssertionError(pid)

    def _cgroups(self) -> Path:
        return Path(f"/proc/{self.machine.leader}/ns/cgroup").readlink()

    def python(self) -> str:
        (folder,) = (self.machine.root / "opt/pos-bridge/lib").iterdir()
        return folder.name

    def uid(self, user: str) -> int:
        return int(self.machine.says("id", "-u", user))


def commands() -> dict[int, str]:
    """The manual's numbered steps and the shell commands under each."""
    found: dict[int, str] = {}
    for part in re.split(r"^## (?=\d+\. )", MANUAL.read_text(), flags=re.MULTILINE)[1:]:
        number = int(part.split(".")[0])
        found[number] = "\n".join(re.findall(r"^```sh\n(.*?)^```$", part, re.MULTILINE | re.DOTALL))
    return found


@pytest.fixture(scope="module", name="built")
def one_build(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(name="till")
def a_till(built: Built, tmp_path: Path) -> Iterator[Till]:
    """Fresh, with the package's file and the chain's keys in /root, and nothing installed."""
    release = re.search(r"^VERSION_CODENAME=(\w+)$", Path("/etc/os-release").read_text(), re.MULTILINE)
    assert release is not None
    lower = base(ROOT / ".venv/package", release[1])
    with running_store(tmp_path / "store", "--answer-timeout", "1") as store:
        book = Book(store)
        store.do("engine", "kill")
        pty = os.path.realpath(store.facts["readers"][0]["device"])
        with machine(lower, tmp_path / "machine", [f"{pty}:{READER}"]) as made:
            made.put(built.package)
            for name in (*SECRETS, *OPEN):
                shutil.copyfile(Path(store.facts["config"]).parent / name, made.root / "root" / name)
            yield Till(made, book, tmp_path, built)
        book.mode("up")


def settle_in(till: Till) -> None:
    """Install and configure by the manual, and sell."""
    till.follow(1, 2, 3)
    config = till.machine.root / "etc/pos-bridge/pos-bridge.toml"
    facts = till.book.store.facts
    port = facts["nexo_url"].rsplit(":", 1)[1].split("/")[0]
    text = config.read_text()
    for old, new in {
        '"192.0.2.10:443"': f'"{facts["processor"]}"',
        '"processor.example"': '"processor.pos-bridge.test"',
        "[nexo]": f"[nexo]\nport = {port}",
        '"/dev/serial/by-id/usb-example"': f'"{READER}"',
    }.items():
        assert old in text
        text = text.replace(old, new)
    config.write_text(text)
    till.follow(4, 5)
    for unit, line in {
        ENGINE: f"SocketBindAllow=ipv4:tcp:{port}",
        "pos-bridge-card@.service": "DeviceAllow=char-pts rw",
    }.items():
        folder = till.machine.root / f"etc/systemd/system/{unit}.d"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "simulated.conf").write_text(f"[Service]\n{line}\n")
    till.machine.run("systemctl", "daemon-reload")
    till.machine.run("chgrp", "posb-card", READER)
    till.machine.run("chmod", "660", READER)
    till.follow(6)
    assert till.machine.state(ENGINE) == "active"
    assert till.book.pay().paid


def rows_of(till: Till) -> list[Row]:
    return journal_rows(till.machine.root / "var/lib/pos-bridge/journal")


def test_from_the_first_sale_to_the_purge(till: Till):
    settle_in(till)
    assert till.book.pay_cash().paid
    till.follow(7)

    engine = facts_of(till.host_pid(till.engine()))
    assert engine["Uid"].split()[0] == str(till.uid("posb"))
    room_unit = till.machine.says("systemctl", "list-units", "--plain", "--no-legend", "pos-bridge-card@*").split()[0]
    room_pid = till.host_pid(till.machine.main_pid(room_unit))
    room = facts_of(room_pid)
    assert room["Uid"].split()[0] == str(till.uid("posb-card"))
    for facts in (engine, room):
        assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2")
        assert int(facts["CapEff"], 16) == int(facts["CapPrm"], 16) == int(facts["CapBnd"], 16) == 0
    ours, theirs = (Path(f"/proc/{pid}/ns/net").readlink() for pid in (till.machine.leader, room_pid))
    assert ours != theirs, "a network of its own, with nothing in it"
    devices = Path(f"/proc/{room_pid}/net/dev").read_text().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]
    disk = Path(f"/proc/{room_pid}/root")
    assert sorted(path.name for path in (disk / "etc/pos-bridge").iterdir()) == ["trust.txt"]
    assert not (disk / "var/lib/pos-bridge").exists()

    said = till.machine.says("journalctl", "--no-pager", "--unit", "pos-bridge-card@*")
    assert "Started" not in said, "when a card was presented stands in no log"
    stranger = (
        "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect('/run/pos-bridge/card.sock')"
    )
    for user in ("nobody", "posb-card"):
        refused = till.machine.run(
            "setpriv", f"--reuid={user}", "--clear-groups", "python3", "-c", stranger, check=False
        )
        assert "PermissionError" in refused.stdout

    rows = rows_of(till)
    till.follow(9)
    assert till.machine.state(ENGINE) != "active"
    assert rows_of(till) == rows
    assert not (till.machine.root / "opt/pos-bridge").exists()
    assert (till.machine.root / "etc/pos-bridge/terminal.key").exists()
    assert not (till.machine.root / "run/pos-bridge/card.sock").exists()

    till.follow(1)
    until(lambda: till.machine.state(ENGINE) == "active")
    assert till.book.pay().paid
    rows = rows_of(till)

    till.follow(10)
    state = till.machine.root / "var/lib/pos-bridge"
    assert [path.name for path in state.iterdir()] == ["journal"]
    assert rows_of(till) == rows
    for gone in (
        "etc/pos-bridge",
        "var/log/pos-bridge",
        "opt/pos-bridge",
        "etc/systemd/system/multi-user.target.wants/pos-bridge.service",
    ):
        assert not (till.machine.root / gone).exists(), gone


def test_an_upgrade_waits_for_the_card(till: Till):
    settle_in(till)
    before, rows = till.engine(), len(rows_of(till))
    later = revised(till.built, till.folder, 2)
    till.machine.put(later)
    with till.book.asking(card=None) as asking:
        until(lambda: len(rows_of(till)) > rows)
        with upgrading(till, later.name) as upgrade:
            until(lambda: "waiting for the payment" in upgrade.told())
            assert till.engine() == before, "it waits for its customer"
            with till.book.store.customer("visa"):
                told = asking.end()
    assert told is not None
    assert told.paid
    assert till.machine.says("dpkg-query", "--show", "--showformat=${Version}", "pos-bridge") == "0.1.0-2"
    assert till.machine.state(ENGINE) == "active"
    assert till.engine() != before
    assert till.book.status(asking.sale) == told
    assert till.book.pay().paid
    until(lambda: charged(till) == {"captured": 3})


def test_an_upgrade_while_the_processor_says_nothing(till: Till):
    """The sale ends as it would have: not paid, and taken back by whichever run can."""
    settle_in(till)
    till.book.in_session()
    later = revised(till.built, till.folder, 2)
    till.machine.put(later)
    till.book.mode("drop-response")
    with till.book.asking() as asking:
        until(lambda: len(till.book.held()) == 2)
        with upgrading(till, later.name):
            told = asking.end()
    assert told is not None
    assert (told.result, told.error) == ("Failure", "UnreachableHost")
    till.book.mode("approve")
    until(lambda: charged(till) == {"captured": 1, "reversed": 1})
    until(lambda: till.book.status(asking.sale) == told)
    assert till.book.pay().paid


def test_the_engines_way_out(till: Till):
    """A program in the engine's own place: what the unit lets it do does not depend on whose code it is."""
    settle_in(till)
    probe = """
import socket
for address in ("127.0.0.1", "192.0.2.10", "198.51.100.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        try:
            out.sendto(b"x", (address, 9))
            print(address, "reached")
        except PermissionError:
            print(address, "refused")
"""
    (till.machine.root / "root/probe.py").write_text(probe)
    joined = "echo $$ > /sys/fs/cgroup/system.slice/pos-bridge.service/cgroup.procs\n"
    network = "ip link set lo up; for a in 192.0.2.10 198.51.100.1; do ip address add $a/32 dev lo; done; "
    words = ("sh", "-eu", "-c", f"cd /root; unshare --net sh -euc '{network}{{}}python3 probe.py'")
    outside = till.machine.run(*words[:-1], words[-1].format("")).stdout.splitlines()
    assert outside == ["127.0.0.1 reached", "192.0.2.10 reached", "198.51.100.1 reached"]
    inside = till.machine.run(*words[:-1], words[-1].format(joined)).stdout.splitlines()
    assert inside == ["127.0.0.1 reached", "192.0.2.10 reached", "198.51.100.1 refused"]


def test_chips_are_for_rooms_alone(till: Till):
    """A chip reader that is not plugged in, beside a stripe reader that is: as far as one gets without hardware."""
    settle_in(till)
    etc = till.machine.root / "etc/pos-bridge"
    shutil.copyfile(ROOT / "drivers/pcsc/emv-canada.toml", etc / "emv.toml")
    config = etc / "pos-bridge.toml"
    sockets = '[card_room]\nemv = "emv.toml"\nchip_socket = "/run/pos-bridge/chip.sock"'
    reader = '\n[[reader]]\nname = "chip"\ndriver = "pcsc_emv"\ndevice = "Reader 00 00"\n'
    config.write_text(config.read_text().replace("[card_room]", sockets) + reader)
    till.machine.run("systemctl", "start", "pos-bridge-chip.socket")
    till.machine.run("systemctl", "restart", ENGINE)
    seen = till.book.till.diagnosis().additional
    assert (seen["reader.counter"], seen["reader.chip"]) == ("ok", "down")
    assert till.book.pay().paid, "the one that is there sells"
    assert "reader_absent" in till.machine.says("journalctl", "--no-pager", "--unit", ENGINE)

    packages = f"/opt/pos-bridge/lib/{till.python()}/site-packages"
    ask = f"import sys; sys.path.insert(0, {packages!r}); from drivers.pcsc.pcscd import load_scard; "
    ask += "print(load_scard().SCardEstablishContext(2)[0] == 0)"
    allowed = {
        user: till.machine.says("setpriv", f"--reuid={user}", "--init-groups", "/opt/pos-bridge/bin/python3", "-c", ask)
        for user in ("posb-card", "posb", "nobody")
    }
    assert allowed == {"posb-card": "True", "posb": "False", "nobody": "False"}

    folder = till.machine.root / "etc/systemd/system/pcscd.service.d"
    folder.mkdir()
    (folder / "log.conf").write_text("[Service]\nExecStart=\nExecStart=/usr/sbin/pcscd --foreground --apdu\n")
    till.machine.run("systemctl", "daemon-reload")
    till.machine.run("systemctl", "restart", "pcscd.service")
    refused = till.book.pay(card=None)
    assert not refused.paid
    assert "is%20not%20protected" in refused.message, "seen, though the engine may not ask pcscd itself"
    told = till.machine.says("journalctl", "--no-pager", "--unit", "pcscd.service", "--unit", "pos-bridge-chip@*")
    assert "Started" not in told, "when a chip was presented stands in no log"


def charged(till: Till) -> dict[str, int]:
    states = [row["state"] for row in till.book.held()]
    return {state: states.count(state) for state in sorted(set(states))}


def facts_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


class Upgrade:
    """The manual's step at work on a thread of its own; what it has said so far stands in a file of the machine."""

    def __init__(self, till: Till, package: str) -> None:
        self._log = till.machine.root / "root/upgrade.log"
        for older in till.machine.root.glob("root/*.deb"):
            if older.name != package:
                older.unlink()
        words = ("sh", "-euc", f"cd /root; exec > upgrade.log 2>&1\n{commands()[8]}")
        self._thread = threading.Thread(target=lambda: till.machine.run(*words))
        self._thread.start()

    def told(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def end(self) -> None:
        self._thread.join()
        assert "Setting up pos-bridge" in self.told(), self.told()


@contextmanager
def upgrading(till: Till, package: str) -> Iterator[Upgrade]:
    upgrade = Upgrade(till, package)
    try:
        yield upgrade
    finally:
        upgrade.end()
