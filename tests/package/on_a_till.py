"""`make package-test`: a till's life with the package, as docs/install-on-a-till.md has it, on a system with systemd.

Not part of `make test`: it needs root, debootstrap and systemd-nspawn, and takes some minutes. The processor, the
reader and the till's software are the simulated store's; engine and rooms are the package's, under its own units.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hw_sim.running import running_store
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.package.made_here import (
    BACKUP,
    BACKUPS,
    ETC,
    KEPT,
    SHELF,
    back_up_daily,
    by_root,
    commands,
    enrolment_server,
    journal_of,
    native,
    put_token,
    reaches_the_native_socket,
    seal_the_vault_key,
    serve_natively,
    set_up,
    with_the_vault_key,
)
from tests.package.packages import ROOT, Built, revised
from tests.package.till import ENGINE, Till, charged, facts_of, fresh, rows_of, settle_in, settled_rows
from tests.package.upgrade import upgrading
from tests.surfaces.book import until


@pytest.fixture(name="till")
def a_till(built: Built, system: Path, tmp_path: Path) -> Iterator[Till]:
    """Fresh, with the package's file and the chain's keys in /root, and nothing installed."""
    with (
        running_store(tmp_path / "store", "--answer-timeout", "1") as store,
        fresh(built, system, tmp_path, store) as till,
    ):
        yield till


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

    rows = settled_rows(till)
    till.follow(9)
    assert till.machine.state(ENGINE) != "active"
    assert rows_of(till) == rows
    assert not (till.machine.root / "opt/pos-bridge").exists()
    assert (till.machine.root / "etc/pos-bridge/terminal.key").exists()
    assert till.machine.run("test", "-e", "/run/pos-bridge/card.sock", check=False).returncode == 1

    till.follow(1)
    until(lambda: till.machine.state(ENGINE) == "active")
    assert till.book.pay().paid
    rows = settled_rows(till)

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
with socket.socket() as door:
    try:
        door.bind(("127.0.0.1", 50999))
        print("another door")
    except PermissionError:
        print("no other door")
"""
    (till.machine.root / "root/probe.py").write_text(probe)
    joined = "echo $$ > /sys/fs/cgroup/system.slice/pos-bridge.service/cgroup.procs\n"
    network = "ip link set lo up; for a in 192.0.2.10 198.51.100.1; do ip address add $a/32 dev lo; done; "
    words = ("sh", "-eu", "-c", f"cd /root; unshare --net sh -euc '{network}{{}}python3 probe.py'")
    outside = till.machine.run(*words[:-1], words[-1].format("")).stdout.splitlines()
    assert outside == ["127.0.0.1 reached", "192.0.2.10 reached", "198.51.100.1 reached", "another door"]
    inside = till.machine.run(*words[:-1], words[-1].format(joined)).stdout.splitlines()
    # SocketBindDeny= is a program of the kernel's that Debian 12 builds its systemd without, and 13 with.
    knows = "+BPF_FRAMEWORK" in till.machine.says("systemctl", "--version").split()
    door = "no other door" if knows else "another door"
    assert inside == ["127.0.0.1 reached", "192.0.2.10 reached", "198.51.100.1 refused", door]


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
    with till.book.asking(card=None) as asking:
        until(lambda: "reader_absent" in journal_of(till, ENGINE))
        with till.book.store.customer("visa"):
            told = asking.end()
    assert told is not None
    assert told.paid, "the one that is there sells"

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
    said = till.machine.says("journalctl", "--no-pager", "--unit", "pcscd.service", "--unit", "pos-bridge-chip@*")
    assert "Started" not in said, "when a chip was presented stands in no log"


def test_keys_made_here_and_a_disk_that_is_lost(till: Till):
    """Set up by token, enrolled again while it sells, its vault key sealed, native tills, backups, and all restored."""
    root = till.machine.root
    with enrolment_server(till) as url:
        said = set_up(till, url)
        assert said.splitlines()[-1] == "/etc/pos-bridge/pos-bridge.toml: good"
        pair = root / KEPT / "processor-pair.pem"
        assert (pair.stat().st_uid, pair.stat().st_mode & 0o777) == (till.uid("posb"), 0o600)
        seal_the_vault_key(till)
        serve_natively(till)
        back_up_daily(till)
        till.follow(6)
        assert till.book.pay().paid, "with what it made itself"

        before, engine = pair.read_bytes(), till.engine()
        secret = put_token(till).rpartition(".")[2]
        by_root(till, commands("By token, later") + "systemctl reload pos-bridge.service")
        until(lambda: journal_of(till, ENGINE).count("TillCertificateTaken") == 1)
        assert till.engine() == engine
        assert pair.read_bytes() != before
        assert till.book.pay().paid
        assert secret not in till.machine.says("journalctl", "--no-pager")
    assert not (root / ETC / "vault.key").exists()

    with native(till) as lane:
        assert lane.pay(1003, cash=True, member="CH-0042").result == pb.RESULT_APPROVED
    tills = ("--reuid=nobody", "--init-groups")
    assert reaches_the_native_socket(till, *tills)
    assert not reaches_the_native_socket(till, "--reuid=nobody", "--clear-groups")

    rows = settled_rows(till)
    by_root(till, "systemctl enable --now pos-bridge-backup.timer")
    assert "pos-bridge-backup.timer" in till.machine.says("systemctl", "list-timers", "--no-pager")
    by_root(till, "systemctl start pos-bridge-backup.service")
    assert till.machine.says("systemctl", "show", "--value", "--property=Result", BACKUP) == "success"
    parts = sorted(path.name.split(".", 1)[1] for path in (root / SHELF).iterdir())
    assert parts == ["journal.age", "manifest", "secret.age", "vault.age"]
    keys = "--identity office.txt --identity officer.txt"
    drilled = by_root(till, f"pos-bridge backup --drill {keys} --lang en").stdout
    assert f"Restored into a throw-away folder, and verified: journal up to row {len(rows)}." in drilled
    assert "The persons are there" in drilled

    steps = commands("6. Restore", BACKUPS).replace("pos-bridge restore", with_the_vault_key("pos-bridge restore"))
    by_root(till, "touch none\n" + steps.replace("--from", "--erasures none --from"))
    assert till.machine.state(ENGINE) == "active"
    assert rows_of(till)[: len(rows)] == rows
    assert till.book.pay().paid, "and the processor knows its journal"
    with native(till) as lane:
        assert lane.pay(1004, cash=True, member="CH-0042").result == pb.RESULT_APPROVED
