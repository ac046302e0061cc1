"""`make package-test`, native tills: at the port that systemd holds, and the person in charge at a socket of their own.
And both tills' ports, while the engine cannot start.

docs/install-on-a-till.md, step 4, what not every till wants of it; one machine for all stories, each leaves it selling.
"""

import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import grpc
import pytest

from hw_sim.native_till import NativeTill
from hw_sim.running import running_store
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.package.knocking import knocking, seconds
from tests.package.made_here import ETC, by_root, drop_in, journal_of, port_of, serve_natively, set_in
from tests.package.packages import ROOT, Built
from tests.package.till import ENGINE, MANUAL, Till, fresh, settle_in, where_it_fits
from tests.surfaces.book import until
from tests.surfaces.native import reachable, refused

SETTINGS = ROOT / "docs/configuration.md"
SOCKET = "pos-bridge-native.socket"
HELD = ("pos-bridge.socket", SOCKET)
_RIGHTS = "/run/pos-bridge-privacy/rights.sock"
_ASK = f"""
import grpc
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.protocol.till_v1_pb2_grpc import RightsStub
with grpc.insecure_channel("unix:{_RIGHTS}") as office:
    try:
        RightsStub(office).ListDue(pb.ListDueRequest(operator=7), timeout=60)
        print("answered")
    except grpc.RpcError as error:
        print("Permission denied" if "Permission denied" in error.details() else error)
"""


@pytest.fixture(name="till", scope="module")
def a_till(built: Built, system: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    """One that keeps persons and knows the authority of native tills."""
    folder = tmp_path_factory.mktemp("natives")
    with (
        running_store(folder / "store", "--answer-timeout", "1", "--native") as store,
        fresh(built, system, folder, store) as till,
    ):
        settle_in(till)
        authority = store.folder / "engine" / "native-clients.pem"
        shutil.copyfile(authority, till.machine.root / ETC / "tills-ca.pem")
        (make_key,) = re.findall(r"head -c 32 \S+ > vault\.key", SETTINGS.read_text())
        by_root(till, f"{make_key}\ninstall -o posb -g posb -m 0600 -t /{ETC} vault.key\nshred -u vault.key")
        with (till.machine.root / ETC / "pos-bridge.toml").open("a") as config:
            config.write(re.sub(r"^erasures_copy.*$", "", part("identity"), flags=re.MULTILINE))
        yield till


def part(name: str) -> str:
    """Of the manual's settings, as written there."""
    (text,) = re.findall(rf"^(\[{name}\].*?\n)\n", SETTINGS.read_text(), re.MULTILINE | re.DOTALL)
    return f"\n{text}"


def native_port(till: Till) -> int:
    return int(till.book.store.facts["native_address"].split(":")[1])


def sells(till: Till) -> bool:
    """At nexo's port, and at the native one."""
    with NativeTill.of(till.book.store.facts, over_tls=True) as lane:
        until(lambda: reachable(lane))
        return lane.pay(1003, cash=True).result == pb.RESULT_APPROVED and till.book.pay().paid


def listens_there_too(till: Till) -> bool:
    """Whether another program can take the port."""
    take = f"import socket; socket.create_server(('127.0.0.1', {native_port(till)}))"
    said = till.machine.run("setpriv", "--reuid=nobody", "--clear-groups", "python3", "-c", take, check=False)
    assert said.returncode == 0 or "Address already in use" in said.stdout, said.stdout
    return said.returncode == 0


def test_the_port_that_systemd_holds(till: Till):
    serve_natively(till)
    told = re.findall(r"^(?:certificate|key|clients) .*$", part("native"), re.MULTILINE)
    set_in(till, "[native]\n", "\n".join(["[native]", f"port = {native_port(till)}", *told, ""]))
    by_root(till, where_it_fits(f"{SOCKET}.d").replace("PORT", str(native_port(till))))
    by_root(till, where_it_fits(f"enable --now {SOCKET}"))
    assert not listens_there_too(till), "nobody takes it from the engine that is down"
    (start,) = re.findall(r"`(systemctl start pos-bridge\.socket [^`]+)`", MANUAL.read_text())
    by_root(till, start)
    assert sells(till)

    facts = till.book.store.facts
    with NativeTill.at_port(facts["native_address"], Path(facts["native_ca"]).read_bytes(), None, None) as stranger:
        assert refused(stranger.health)[0] is grpc.StatusCode.UNAVAILABLE
    before = till.engine()
    till.machine.run("systemctl", "stop", ENGINE)
    assert not listens_there_too(till)
    assert sells(till), "who asks meanwhile has it started, and is answered"
    assert till.engine() != before


def ended_with(till: Till, code: int) -> bool:
    return till.machine.says("systemctl", "show", "--value", "--property=ExecMainStatus", ENGINE) == str(code)


def test_a_port_is_held_whatever_the_engine_does(till: Till):
    """While tills connect all the time, longer than any limit of systemd's that once let a port go: without settings at
    all (at once), with unfit ones (25 s), and with an engine that cannot start (70 s). Who waited is served then.
    """
    ports = port_of(till), native_port(till)
    settings = till.machine.root / ETC / "pos-bridge.toml"
    fit = settings.read_text()
    elsewhere = fit.replace(f"[nexo]\nport = {ports[0]}", "[nexo]\nport = 1")
    faults = {"none": (None, 2, 5), "unfit": (f"nonsense = 1\n{fit}", 2, 35), "elsewhere": (elsewhere, 1, 80)}
    for fault, (text, code, long_s) in faults.items():
        if text is None:
            settings.unlink()
        else:
            settings.write_text(text)
        assert till.machine.run("systemctl", "restart", ENGINE, check=False).returncode != 0
        with knocking(*ports) as knocks:
            for _ in seconds(long_s):
                assert [till.machine.state(unit) for unit in HELD] == ["active", "active"], fault
            until(partial(ended_with, till, code))  # between two tries
            assert till.machine.state(ENGINE) in {"activating", "deactivating"}, "it is tried again"
            with till.book.asking(till.book.new(cash=True), card=None) as asking:
                assert not asking.answered
                settings.write_text(fit)
                told = asking.end()
        assert told is not None, fault
        assert told.paid, "and nobody had to start it"
        assert min(knocks.connected.values()) > long_s / 3
        assert knocks.refused == knocks.taken == dict.fromkeys(ports, 0), fault
    assert sells(till)


def test_the_office_at_a_socket_of_its_own(till: Till):
    by_root(till, "useradd anne\nuseradd bob")
    by_root(till, where_it_fits("pos-privacy").replace("OFFICE-USER", "anne"))
    drop_in(till, ENGINE, "ReadWritePaths=/run/pos-bridge-privacy")
    (line,) = re.findall(r"`(privacy_socket = [^`]+)`", MANUAL.read_text())
    set_in(till, "[native]\n", f"[native]\n{line}\n")
    till.machine.run("systemctl", "restart", ENGINE)
    made = [till.machine.says("stat", "--format=%U %G %a", path) for path in (_RIGHTS.rpartition("/")[0], _RIGHTS)]
    assert made == ["posb pos-privacy 2750", "posb pos-privacy 660"]
    told = {
        user: till.machine.says(
            "setpriv", f"--reuid={user}", "--init-groups", "/opt/pos-bridge/bin/python3", "-sP", "-c", _ASK
        )
        for user in ("anne", "bob", "nobody", "posb-card")
    }
    nobody_else = dict.fromkeys(("bob", "nobody", "posb-card"), "Permission denied")
    assert told == {"anne": "answered"} | nobody_else, "a till's software is no office"
    assert sells(till)


def test_the_port_without_its_unit(till: Till):
    """The engine makes it, where it is let; stopped for good, nobody starts it again."""
    by_root(till, f"systemctl stop pos-bridge.socket {SOCKET} pos-bridge\nsystemctl disable {SOCKET}")
    assert till.machine.state(ENGINE) == "inactive"
    assert listens_there_too(till)
    if "+BPF_FRAMEWORK" in till.machine.says("systemctl", "--version").split():
        assert till.machine.run("systemctl", "start", ENGINE, check=False).returncode != 0
        assert f"native.port {native_port(till)} est inutilisable (Operation not permitted)" in journal_of(till, ENGINE)
    (allow,) = re.findall(r"`(SocketBindAllow=[^`]+PORT)`", MANUAL.read_text())
    drop_in(till, ENGINE, allow.replace("PORT", str(native_port(till))))
    till.machine.run("systemctl", "start", ENGINE)
    assert port_of(till) != native_port(till)
    assert sells(till)
