"""The units that systemd is given: what it finds wrong with them, and how much it says they leave open."""

import json
import re
import subprocess
from pathlib import Path

import msgspec
import pytest

import pos_bridge
from pos_bridge.config.devices import Network
from pos_bridge.config.file import load
from pos_bridge.config.settings import CardRoom, Nexo
from pos_bridge.config.upkeep import USUAL_PAGE
from pos_bridge.engine.front import NEXO
from pos_bridge.engine.native_front import NATIVE
from pos_bridge.page.program import PAGE
from tests.package.packages import Built

SYSTEM = Path(pos_bridge.__file__).parent / "system"
SCRIPTS = Path(__file__).parents[2] / ".ci/till_package/debian"
SERVICES = (
    "pos-bridge.service",
    "pos-bridge-card@.service",
    "pos-bridge-chip@.service",
    "pos-bridge-firewall.service",
    "pos-bridge-counters.service",
    "pos-bridge-page.service",
    "pos-bridge-backup.service",
)
MOST_EXPOSED = 1.5
# The first of them waits until the libraries are there and the package is built.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module", name="root")
def with_users(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's files, with what its units want of a system around them."""
    root = tmp_path_factory.mktemp("units")
    subprocess.run(["dpkg-deb", "--extract", built.package, root], check=True)
    for program in ("usr/bin/sh", "opt/pos-bridge/bin/python3"):
        path = root / program
        path.unlink(missing_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    return root


def units(root: Path) -> Path:
    return root / "usr/lib/systemd/system"


@pytest.mark.parametrize("name", SERVICES)
def test_little_is_left_open(root, name):
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", "--json=short", units(root) / name],
        capture_output=True,
        text=True,
        check=True,
    )
    checks = json.loads(said.stdout)
    assert len(checks) > 50
    overall = re.search(r"exposure level for \S+: ([0-9.]+)", plain(root, name))
    assert overall is not None
    assert float(overall[1]) <= MOST_EXPOSED


def plain(root: Path, name: str) -> str:
    words = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(units(root) / name)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_systemd_understands_them(root):
    """Every word of every unit; what it says of Debian's own units that are not in this root is not ours."""
    names = [
        SERVICES[0],
        *SERVICES[-2:],
        "pos-bridge.socket",
        "pos-bridge-native.socket",
        "pos-bridge-page.socket",
        "pos-bridge-card.socket",
        "pos-bridge-chip.socket",
        "pos-bridge-backup.timer",
    ]
    names += ["pos-bridge-firewall.service", "pos-bridge-firewall.timer", "pos-bridge-counters.service"]
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", f"--root={root}", *names],
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    ours = [line for line in said.splitlines() if "pos-bridge" in line]
    assert ours == []


def test_a_mistake_in_a_unit_would_be_told(root, tmp_path):
    copy = tmp_path / "usr/lib/systemd/system"
    copy.mkdir(parents=True)
    text = (units(root) / SERVICES[0]).read_text()
    (copy / SERVICES[0]).write_text(text.replace("ProtectSystem=strict", "ProtectSystem=striced"))
    words = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", f"--root={tmp_path}", SERVICES[0]]
    assert "striced" in subprocess.run(words, capture_output=True, text=True, check=False).stderr


@pytest.mark.parametrize(("kind", "families"), [("card", "none"), ("chip", "AF_UNIX")])
def test_a_room_has_no_network_and_sees_two_files_of_this_till(kind, families):
    unit = settings(SYSTEM / f"pos-bridge-{kind}@.service")
    assert unit["User"] == ["posb-card"]
    assert unit["PrivateNetwork"] == ["yes"]
    assert unit["RestrictAddressFamilies"] == [families]
    bound = [word for line in unit["BindReadOnlyPaths"] for word in line.split()]
    assert [path for path in bound if path.startswith("/etc/pos-bridge")] == (
        ["/etc/pos-bridge/trust.txt"] + (["/etc/pos-bridge/emv.toml"] if kind == "chip" else [])
    )
    assert "BindPaths" not in unit or unit["BindPaths"] == ["-/run/pcscd"]
    assert "--engine posb" in unit["ExecStart"][0]
    assert {"Environment", "LogLevelMax"} <= unit.keys()
    assert unit["LogLevelMax"] == ["notice"], "or systemd's journal says when each card was presented"


@pytest.mark.parametrize(("kind", "setting"), [("card", "socket"), ("chip", "chip_socket")])
def test_a_socket_is_for_the_engines_user_and_where_the_settings_say(kind, setting):
    unit = settings(SYSTEM / f"pos-bridge-{kind}.socket")
    assert (unit["SocketUser"], unit["SocketMode"], unit["Accept"]) == (["posb"], ["0600"], ["yes"])
    (path,) = unit["ListenSequentialPacket"]
    assert setting in CardRoom.__struct_fields__
    example = (SYSTEM / "pos-bridge.toml").read_text()
    assert kind == "chip" or f'{setting} = "{path}"' in example


def test_the_tills_port_is_systemds_and_the_engine_is_handed_it():
    unit, engine = settings(SYSTEM / "pos-bridge.socket"), settings(SYSTEM / "pos-bridge.service")
    (usual,) = (field.default for field in msgspec.structs.fields(Nexo) if field.name == "port")
    assert unit["ListenStream"] == [f"127.0.0.1:{usual}"]
    assert unit["FileDescriptorName"] == [NEXO]
    assert "Accept" not in unit
    assert engine["Requires"] == ["pos-bridge.socket"]
    assert engine["After"][0].split()[:2] == ["pos-bridge.socket", "pos-bridge-native.socket"]
    assert engine["SocketBindDeny"] == ["any"]
    assert "SocketBindAllow" not in engine


def test_the_native_port_is_systemds_too_where_it_was_enabled():
    unit, engine = settings(SYSTEM / "pos-bridge-native.socket"), settings(SYSTEM / "pos-bridge.service")
    tills = settings(SYSTEM / "pos-bridge.socket")
    assert (unit["Service"], unit["FileDescriptorName"]) == (["pos-bridge.service"], [NATIVE])
    (address,) = unit["ListenStream"]
    assert re.fullmatch(r"127\.0\.0\.1:\d+", address)
    assert address not in tills["ListenStream"]
    for name in ("Backlog", "NoDelay", "TriggerLimitIntervalSec", "TriggerLimitBurst", "WantedBy"):
        assert unit[name] == tills[name]
    pulled = [
        word for name in ("Requires", "Wants", "Sockets") for line in engine.get(name, []) for word in line.split()
    ]
    assert "pos-bridge-native.socket" not in pulled, "it comes up where IT enabled it, and nowhere else"
    assert "pos-bridge-native.socket" not in (SYSTEM / "tmpfiles.conf").read_text()


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_the_packages_scripts_know_every_unit_that_can_be_enabled(script):
    """But for the backup's service, which its timer starts."""
    text = (SCRIPTS / script).read_text()
    enabled = [path.name for path in SYSTEM.iterdir() if path.suffix in {".service", ".socket", ".timer"}]
    for name in enabled:
        if "@" not in name and "Install" in sections(SYSTEM / name):
            assert name in text, name


def sections(unit: Path) -> set[str]:
    return set(re.findall(r"^\[(\w+)\]$", unit.read_text(), re.MULTILINE))


def test_an_engine_that_is_asked_during_an_upgrade_waits_for_what_the_package_says():
    (wait,) = settings(SYSTEM / "pos-bridge.service")["ExecStartPre"]
    scripts = Path(__file__).parents[2] / ".ci/till_package/debian"
    file = "/run/pos-bridge/upgrading"
    assert f"while [ -e {file} ]" in wait
    assert f": > {file}" in (scripts / "prerm").read_text()
    postinst = (scripts / "postinst").read_text()
    assert 0 < postinst.index(f"rm -f {file}") < postinst.index("deb-systemd-invoke start pos-bridge.service")


def test_the_engine_can_tell_who_asks_it():
    engine = settings(SYSTEM / "pos-bridge.service")
    assert "PrivateUsers" not in engine
    assert (engine["RuntimeDirectory"], engine["RuntimeDirectoryMode"]) == (["pos-bridge-admin"], ["0755"])


def test_a_backup_has_no_network_and_writes_to_its_own_folders():
    unit = settings(SYSTEM / "pos-bridge-backup.service")
    assert unit["User"] == ["posb"]
    assert unit["PrivateNetwork"] == ["yes"]
    assert unit["RestrictAddressFamilies"] == ["none"]
    (folder,) = unit["ReadWritePaths"]
    assert f'folder = "{folder.removeprefix("-")}"' in (SYSTEM / "pos-bridge.toml").read_text()
    assert f"d {folder.removeprefix('-')} 0700 posb posb -" in (SYSTEM / "tmpfiles.conf").read_text()


@pytest.mark.parametrize("name", ["firewall", "counters"])
def test_who_may_change_the_firewall_may_nothing_else(name):
    unit = settings(SYSTEM / f"pos-bridge-{name}.service")
    assert unit["User"] == ["posb-watch"]
    assert unit["CapabilityBoundingSet"] == unit["AmbientCapabilities"] == ["CAP_NET_ADMIN"]
    (families,) = unit["RestrictAddressFamilies"]
    assert families == ("AF_NETLINK" if name == "counters" else "AF_NETLINK AF_UNIX AF_INET AF_INET6")
    assert "u posb-watch -" in (SYSTEM / "sysusers.conf").read_text()
    assert "Before" not in unit or unit["Before"] == ["pos-bridge.service"]


def test_the_counters_are_left_where_the_engine_reads_them():
    (folder,) = settings(SYSTEM / "pos-bridge-counters.service")["RuntimeDirectory"]
    assert Network().denied == f"/run/{folder}/denied"


def test_the_status_page_talks_to_this_machine_alone():
    unit = settings(SYSTEM / "pos-bridge-page.service")
    assert (unit["IPAddressDeny"], unit["IPAddressAllow"]) == (["any"], ["localhost"])
    assert unit["SocketBindDeny"] == ["any"]
    assert "SocketBindAllow" not in unit
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["ReadWritePaths"] == ["/var/lib/pos-bridge/operators"], "who tried to log in, and nothing else"
    assert "d /var/lib/pos-bridge/operators 0700 posb posb -" in (SYSTEM / "tmpfiles.conf").read_text()


def test_the_status_pages_port_is_systemds_as_the_tills_is():
    held, page = settings(SYSTEM / "pos-bridge-page.socket"), settings(SYSTEM / "pos-bridge-page.service")
    assert held["ListenStream"] == [f"127.0.0.1:{USUAL_PAGE.port}"]
    assert held["FileDescriptorName"] == [PAGE]
    assert page["Requires"] == page["Also"] == ["pos-bridge-page.socket"], "enabled with it, and never without"
    assert page["After"][0].split()[0] == "pos-bridge-page.socket"
    tills = settings(SYSTEM / "pos-bridge.socket")
    for name in ("NoDelay", "TriggerLimitIntervalSec", "TriggerLimitBurst", "WantedBy"):
        assert held[name] == tills[name]
    engine = settings(SYSTEM / "pos-bridge.service")
    assert page["ExecStartPre"] == engine["ExecStartPre"], "an upgrade replaces what it is made of"


def test_the_example_is_a_configuration(tmp_path):
    text = (SYSTEM / "pos-bridge.toml").read_text()
    for name in re.findall(r'"([a-z-]+\.(?:key|pem|txt))"', text):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o600 if name.endswith(".key") else 0o644)
    file = tmp_path / "pos-bridge.toml"
    file.write_text(text)
    assert load(file).till.state_dir == "/var/lib/pos-bridge"


def settings(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found
