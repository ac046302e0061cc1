"""`make package-test`, the second half: one till in its shop, its processor across a wire, and all of store IT's around
it: the firewall, who may ask the engine, the status page, doctor and the report, by the manuals' own words.

One machine for all stories, as a till has one life; each leaves it selling.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hw_sim.chip.slot import Slotted
from hw_sim.chip.terminal_data import terminal_data
from hw_sim.store import tether
from tests.package.made_here import ETC, back_up_daily, by_root, commands, journal_of
from tests.package.packages import ROOT, Built, revised
from tests.package.shop import PORT, PROCESSOR, shop
from tests.package.till import ENGINE, MANUAL, UPGRADE, Till, fresh, indented, rows_of, settle_in
from tests.package.upgrade import upgrading
from tests.surfaces.book import until
from tests.surfaces.chip_book import wait_until_it_looked

FIREWALL, STATUS_PAGE, OPERATORS = (ROOT / f"docs/{name}.md" for name in ("firewall", "status-page", "operators"))
FOR_A_SALE = 3  # doctor's exit code for a sale or a card at risk; 1: something to mend, as a connection that was denied
OPERATOR, PASSWORD = 12, "tuque verte quatre-vingts"
ASKS = '[admin]\nsocket = "/run/pos-bridge-admin/admin.sock"\nit = ["pos-bridge-it"]\npage = "posb"\n[operators]\n'


@pytest.fixture(name="till", scope="module")
def a_till(built: Built, system: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    folder = tmp_path_factory.mktemp("shop")
    with shop(folder / "store", "--answer-timeout", "1") as store, fresh(built, system, folder, store) as till:
        settle_in(till, f"{PROCESSOR}:{PORT}")
        yield till


def doctor(till: Till) -> dict[tuple[str, str], list[str]]:
    """What it says to root, by check and weight."""
    findings = json.loads(by_root(till, "pos-bridge doctor --json", check=False).stdout)
    said: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        said.setdefault((finding["check"], finding["weight"]), []).append(finding["en"])
    return said


def sells(till: Till) -> bool:
    return till.book.pay().paid and till.book.pay_cash().paid


def test_the_firewall(till: Till):
    """docs/firewall.md, each command as it stands, under the units themselves; the till sells through the rules."""
    for step in (
        "2. Look at the rules",
        "3. Put them into force",
        "4. A second wall: systemd",
        "5. Count what is denied",
    ):
        by_root(till, commands(step, FIREWALL))
        assert sells(till), step
    by_root(till, "systemctl restart pos-bridge.service")
    assert sells(till), "behind both walls"
    until((till.machine.root / "root/rules.nft").exists)
    assert "ConnectionsDenied" not in journal_of(till, ENGINE)
    until(lambda: till.machine.run("test", "-s", "/run/pos-bridge-watch/denied", check=False).returncode == 0)
    said = by_root(till, commands("6. See that it holds", FIREWALL)).stdout
    assert "\nrefused\n" in said
    assert "counter denied_engine {\n\t\tpackets 1 " in said
    until(lambda: '"event":"ConnectionsDenied","who":"engine","times":1}' in journal_of(till, ENGINE))
    assert sells(till)


def test_who_may_ask_the_engine(till: Till):
    by_root(till, "groupadd --system pos-bridge-it; useradd --groups pos-bridge-it anne; useradd bob")
    with (till.machine.root / ETC / "pos-bridge.toml").open("a") as config:
        config.write(f"\n{ASKS}")
    by_root(till, "systemctl restart pos-bridge.service")
    # It looks at its processor now and then.
    until(lambda: by_root(till, "pos-bridge status", check=False).returncode == 0)
    for user in ("root", "anne"):
        told = json.loads(by_root(till, f"runuser -u {user} -- pos-bridge status --json").stdout)
        assert (told["processor"]["reachable"], told["connections"]["unexpected"]) == (True, 0)
        assert [reader["there"] for reader in told["readers"]] == [True]
    for user in ("bob", "nobody", "posb-card"):
        refused = by_root(till, f"runuser -u {user} -- pos-bridge status --lang en", check=False)
        assert (refused.returncode, refused.stdout.strip()) == (
            1,
            "The engine refuses: ask as root, or from a group named in admin.it.",
        )
    until(lambda: '"event":"AdminDenied"' in journal_of(till, ENGINE))


def test_a_supervisor_at_the_counter(till: Till):
    """docs/operators.md: who is not root approves a refund, in the engine's own unit."""
    part = OPERATORS.read_text().split("## A cash refund without its sale")[1]
    made, settings = (
        re.findall(rf"^```{kind}\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)[0] for kind in ("sh", "toml")
    )
    by_root(till, "useradd carl\n" + made.replace("TILL-USER", "carl"))
    config = till.machine.root / ETC / "pos-bridge.toml"
    named = settings.splitlines()[-1]
    assert named.startswith("counter = ")
    config.write_text(config.read_text().replace("\n[admin]\n", f"\n[admin]\n{named}\n"))
    by_root(till, f"echo '{PASSWORD}' | pos-bridge operator add --operator 13 --name 'Léa Roy' --role supervisor")
    by_root(till, "systemctl restart pos-bridge.service")
    assert till.book.till.login().result == "Success"
    assert till.book.till.refund("45.00", cash=True).error == "Refusal"
    approve = "pos-bridge operator approve-refund --operator 13 --amount 45.00 --lang en"
    said = by_root(till, f"echo '{PASSWORD}' | runuser -u carl -- {approve}").stdout
    assert said.startswith("Approved: one refund")
    assert till.book.till.refund("45.00", cash=True).result == "Success"
    assert till.book.till.refund("45.00", cash=True).error == "Refusal"
    refused = by_root(till, f"echo '{PASSWORD}' | runuser -u bob -- {approve}", check=False)
    assert refused.returncode == 1
    assert "usermod --append --groups pos-bridge-counter bob" in refused.stdout


def test_the_status_page(till: Till):
    """docs/status-page.md, with the firewall's rules in force."""
    shutil.copyfile(till.book.store.facts["ca"], till.machine.root / "root/store-ca.pem")
    roles = "--role it --role supervisor --role privacy --role cashier"
    name = f"pos-bridge operator add --operator {OPERATOR} --name 'Anne Roy' {roles}"
    by_root(till, f"echo '{PASSWORD}' | {name}\nsystemctl enable --now pos-bridge-page")
    get = "curl --silent --show-error --max-time 60 --cacert store-ca.pem --cookie jar --cookie-jar jar"
    page = "https://localhost:8445"
    form = by_root(till, f"{get} {page}/en/login").stdout
    (token,) = re.findall(r'name="token" value="([^"]+)"', form)
    fields = {"number": OPERATOR, "password": PASSWORD, "token": token}
    words = " ".join(f"--data-urlencode '{name}={value}'" for name, value in fields.items())
    by_root(till, f"{get} --header 'Origin: {page}' {words} {page}/en/login")
    shown = re.sub(r"<[^>]*>", " ", by_root(till, f"{get} {page}/en/").stdout)
    assert "Status of the till" in shown
    assert re.search(r"counter\s+there", shown)
    assert re.search(r"Processor\s+reached", shown)
    all_of_it = re.sub(r"<[^>]*>", " ", by_root(till, f"{get} {page}/en/findings").stdout)
    assert "STOP" not in all_of_it
    assert not re.search(r"\slook\s", all_of_it), "each look was taken, in the page's own unit"
    assert "Log out" not in by_root(till, f"curl --silent --cacert store-ca.pem --location {page}/en/").stdout

    by_root(till, "systemctl stop pos-bridge-page")
    squat = "import socket; socket.socket().bind(('127.0.0.1', 8445))"
    assert "Address already in use" in till.machine.says("setpriv", "--reuid=nobody", "python3", "-c", squat)
    assert "Log in" in by_root(till, f"{get} {page}/en/login").stdout, "whoever asks has it started"
    (moved,) = re.findall(r"^```\n(.*?)^```$", STATUS_PAGE.read_text(), re.MULTILINE | re.DOTALL)
    with (till.machine.root / ETC / "pos-bridge.toml").open("a") as config:
        config.write("\n[page]\nport = 8446\n")
    (rules,) = re.findall(r"`(systemctl restart pos-bridge-firewall)`", STATUS_PAGE.read_text())
    by_root(till, moved.replace("PORT", "8446") + rules)
    assert "Log in" in by_root(till, f"{get} https://localhost:8446/en/login").stdout


def test_doctor_and_the_report(till: Till):
    """By root, on a till that sells: what is good, what this machine lacks, and nothing that was not looked at."""
    back_up_daily(till)
    by_root(till, "systemctl start pos-bridge-backup.service\npos-bridge firewall --load\n")
    said = doctor(till)
    assert [each for each in said if each[0] == "look" or each[1] == "stop"] == []
    # The one connection of *See that it holds*; and the simulated store's authority keeps its newest backup's persons.
    assert {check for check, weight in said if weight == "mend"} <= {"denied", "backup_persons"}, said
    assert len(said["locks", "good"]) == 2, "the engine and the room that waits"
    assert {"engine", "processor", "firewall", "users", "backup", "key_file", "journal_chain"} <= {
        check for check, weight in said if weight == "good"
    }, said
    by_root(till, "pos-bridge evidence --json till-1.json --page till-1.html", check=False)
    report = json.loads((till.machine.root / "root/till-1.json").read_text())
    spoilt = [
        line["number"]
        for line in report["requirements"]
        if line["state"] == "not_shown" and {"denied", "backup_persons"}.isdisjoint(line["checks"] + line["spoilt_by"])
    ]
    assert spoilt == []
    assert "It is this till's." in by_root(till, "pos-bridge evidence --verify till-1.json --lang en").stdout


def test_the_manual_of_upgrades(till: Till):
    """docs/upgrade.md: a till asks while the program is replaced, and is answered by the new one."""
    looks, backup = indented(UPGRADE, "Before")
    assert by_root(till, looks.splitlines()[0], check=False).returncode & FOR_A_SALE != FOR_A_SALE
    by_root(till, looks.splitlines()[1])
    by_root(till, backup)
    later = revised(till.built, till.folder, 2)
    till.machine.put(later)
    before, rows = till.engine(), len(rows_of(till))
    with till.book.asking(card=None) as first:
        until(lambda: len(rows_of(till)) > rows)
        with upgrading(till, later.name) as upgrade:
            until(lambda: "waiting for the payment" in upgrade.told())
            assert till.engine() == before
            with till.book.store.customer("visa"):
                told = first.end()
            until(lambda: till.machine.state(ENGINE) not in {"active", "deactivating"})
            with till.book.asking(till.book.new(cash=True), card=None) as second:
                until(lambda: till.machine.state(ENGINE) == "activating")
                assert not second.answered, "it waits at the port, which nobody else could take meanwhile"
                upgrade.end()
    assert told is not None
    assert told.paid
    assert second.sale.told is not None
    assert second.sale.told.paid
    (after,) = indented(UPGRADE, "After")
    said = [by_root(till, line, check=False) for line in after.splitlines()]
    assert said[0].stdout == "pos-bridge 0.1.0\n"
    assert [each.returncode & FOR_A_SALE != FOR_A_SALE for each in said] == [True, True, True]
    assert (till.machine.root / "root/after-upgrade.html").exists()
    assert re.search(r"PCI DSS 11\.5\.2\s:\smontré", said[2].stdout), "nothing of the version before is left"
    assert by_root(till, "pos-bridge firewall --check").returncode == 0
    assert sells(till)

    (back,) = indented(UPGRADE, "Back")
    till.machine.put(till.built.package)
    by_root(till, back.replace("pos-bridge_OLDER.deb", till.built.package.name))
    assert till.machine.says("dpkg-query", "--show", "--showformat=${Version}", "pos-bridge") == "0.1.0-1"
    assert sells(till)


def test_stopped_for_good(till: Till):
    """docs/install-on-a-till.md, step 4."""
    (stop,) = re.findall(r"`(systemctl stop pos-bridge\.socket [^`]+)`", MANUAL.read_text())
    by_root(till, stop)
    sale = till.book.new(cash=True)
    with till.book.asking(sale, card=None):
        pass
    assert sale.told is None, "nobody is there, and nobody is started"
    assert till.machine.state(ENGINE) == till.machine.state("pos-bridge.socket") == "inactive"
    by_root(till, "systemctl start pos-bridge.service")
    assert till.machine.state("pos-bridge.socket") == "active"
    assert sells(till)


def test_the_firewalls_rules_taken_away(till: Till):
    by_root(till, commands("Take the rules away", FIREWALL))
    assert "pos_bridge" not in by_root(till, "nft list tables").stdout
    assert sells(till)


def test_a_chip(till: Till):
    """Debian's own pcscd, asked by a room under its own unit; the reader and the card are the simulated store's."""
    etc, drivers = till.machine.root / ETC, Path("usr/lib/pcsc/drivers/serial")
    (etc / "emv.toml").write_text(terminal_data())
    (library,) = Path("/", drivers).glob("libifdvpcd.so.0.*")
    (till.machine.root / drivers).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(library, till.machine.root / drivers / "libifdvpcd.so")
    shutil.copyfile("/etc/reader.conf.d/vpcd", till.machine.root / "etc/reader.conf.d/vpcd")
    sockets = '[card_room]\nemv = "emv.toml"\nchip_socket = "/run/pos-bridge/chip.sock"'
    reader = '\n[[reader]]\nname = "chip"\ndriver = "pcsc_emv"\ndevice = "Virtual PCD 00 00"\n'
    config = etc / "pos-bridge.toml"
    config.write_text(config.read_text().replace("[card_room]", sockets) + reader)
    by_root(till, f"systemctl start pos-bridge-chip.socket\nsystemctl restart pcscd.service {ENGINE}")
    with till.book.asking(card=None) as asking:
        wait_until_it_looked(till.machine.leader)
        with _inserted(till, "visa"):
            told = asking.end()
    assert told is not None
    assert told.paid
    assert till.book.ledger(asking.sale)[0]["entry_mode"] == "chip"


@contextmanager
def _inserted(till: Till, card: str) -> Iterator[None]:
    slotted = Slotted(card, str(till.folder / "card.memory"))
    words = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), sys.executable, "-P", "-m"]
    words += ["hw_sim.chip.slot", str(till.machine.leader), "0", str(slotted)]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("")  # an abstract name of the kernel's choice
        name = ear.getsockname()[1:].decode()
        with subprocess.Popen(words, env={**os.environ, "NOTIFY_SOCKET": f"@{name}"}) as process:
            ear.settimeout(60)
            ear.recv(64)
            try:
                yield
            finally:
                process.kill()
