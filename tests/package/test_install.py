"""dpkg with the package on a layer over this machine's own disk: no network, no systemd that runs, nothing stays.

A till's whole life with systemd, sales in the middle of upgrades among it, is `make package-test` (on_a_till.py).
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.package.packages import Built, revised

# Its own mounts, network and processes; all of them are gone with its first.
_SPACES = ("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child")
_LAYER = """
set -eu
mount -t tmpfs none "$LAYER"
mkdir "$LAYER/up" "$LAYER/work" "$LAYER/root"
mount -t overlay none -o "lowerdir=/,upperdir=$LAYER/up,workdir=$LAYER/work" "$LAYER/root"
cd "$LAYER/root"
mount -t proc none proc
mount --rbind /dev dev
mount -t tmpfs none run
mount -t tmpfs none tmp
cp "$FIRST" tmp/first.deb
cp "$LATER" tmp/later.deb
exec chroot . /bin/sh -eu -c "$STORY"
"""
_STORY = """
dpkg() { command dpkg --force-unsafe-io "$@" >/tmp/said 2>&1 || { cat /tmp/said >&2; exit 1; }; }
state() {
    echo "== $1"
    for f in /opt/pos-bridge/bin/pos-bridge /etc/pos-bridge /var/lib/pos-bridge /var/lib/pos-bridge/* \\
        /var/log/pos-bridge \\
        /usr/lib/systemd/system/pos-bridge.service /usr/bin/pos-bridge \\
        /etc/systemd/system/multi-user.target.wants/pos-bridge.service; do
        if [ -e "$f" ] || [ -L "$f" ]; then stat -c '%U %a %n' "$f"; fi
    done
}
dpkg --install /tmp/first.deb
state installed
runuser -u posb -- pos-bridge --version
runuser -u posb-card -- /opt/pos-bridge/bin/python3 -sP -c '
import pos_bridge.card.program, drivers.registry
from drivers.pcsc.pcscd import load_scard
print("room", load_scard().__name__)'
runuser -u posb -- /opt/pos-bridge/bin/python3 -sP -c '
import pos_bridge.engine.daemon, sys
print("engine", "drivers" in sys.modules)'
id -nG posb-card
mkdir /var/lib/pos-bridge/journal
for f in journal/2026-11.db vault.db till.secret; do echo kept > /var/lib/pos-bridge/$f; done
echo key > /etc/pos-bridge/terminal.key
command dpkg --verify pos-bridge && echo verified
dpkg --install /tmp/later.deb
state upgraded
dpkg-query --show --showformat '${Version}\\n' pos-bridge
dpkg --remove pos-bridge
state removed
cat /etc/pos-bridge/terminal.key /var/lib/pos-bridge/journal/2026-11.db
dpkg --install /tmp/first.deb
dpkg --purge pos-bridge
state purged
cat /tmp/said
cat /var/lib/pos-bridge/journal/2026-11.db
rm -r /var/lib/pos-bridge/journal
dpkg --install /tmp/first.deb
mkdir -p /var/lib/pos-bridge
echo entered > /var/lib/pos-bridge/incidents
dpkg --purge pos-bridge
state register
cat /var/lib/pos-bridge/incidents
rm /var/lib/pos-bridge/incidents
dpkg --install /tmp/first.deb
dpkg --purge pos-bridge
state nothing
"""
# The first of them waits until the libraries are there and the package is built.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module", name="told")
def one_life(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What was there after each step, by the step."""
    folder = tmp_path_factory.mktemp("layer")
    later = revised(built, tmp_path_factory.mktemp("later"), 2)
    user = () if os.geteuid() == 0 else ("--map-root-user", "--map-auto")
    environment = {
        **os.environ,
        "LAYER": str(folder),
        "FIRST": str(built.package),
        "LATER": str(later),
        "STORY": _STORY,
    }
    environment |= {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        [*_SPACES, *user, "sh", "-c", _LAYER], env=environment, capture_output=True, text=True, check=False, timeout=150
    )
    assert done.returncode == 0, done.stdout + done.stderr
    parts = [part.splitlines() for part in done.stdout.split("== ")[1:]]
    return {part[0]: part[1:] for part in parts}


def test_installed(told):
    said = told["installed"]
    assert {
        "root 755 /opt/pos-bridge/bin/pos-bridge",
        "root 755 /etc/pos-bridge",
        "posb 700 /var/log/pos-bridge",
        "root 644 /usr/lib/systemd/system/pos-bridge.service",
        "root 777 /etc/systemd/system/multi-user.target.wants/pos-bridge.service",
    } <= set(said)
    assert "pos-bridge 0.1.0" in said
    assert "room _scard" in said
    assert "engine False" in said
    assert "posb-card dialout" in said
    assert "verified" in said


def test_upgraded(told):
    assert told["upgraded"][-1] == "0.1.0-2"
    assert "posb 700 /var/log/pos-bridge" in told["upgraded"]


def test_removed_keeps_the_journal_and_the_keys(told):
    names = {line.split()[-1] for line in told["removed"]}
    assert {"/etc/pos-bridge", "/var/lib/pos-bridge/journal", "/var/lib/pos-bridge/vault.db"} <= names
    assert not any("opt/pos-bridge" in name or name == "/usr/bin/pos-bridge" for name in names)
    assert told["removed"][-2:] == ["key", "kept"]


def test_purged_keeps_the_journal_alone_and_says_so(told):
    found = [line.split()[-1] for line in told["purged"] if line.split()[-1].startswith("/")]
    assert found == ["/var/lib/pos-bridge", "/var/lib/pos-bridge/journal", "/var/lib/pos-bridge"], (
        "the last is the hint"
    )
    assert any("is kept: the tax law asks for it. To destroy it: rm -r" in line for line in told["purged"])
    assert told["purged"][-1] == "kept"


def test_purged_keeps_the_register_of_incidents_too(told):
    names = {line.split()[-1] for line in told["register"]}
    assert {"/var/lib/pos-bridge/incidents", "entered"} <= names


def test_purged_without_a_journal_leaves_nothing(told):
    assert told["nothing"] == []


def test_this_machine_was_left_alone(told):
    assert told
    assert not Path("/etc/pos-bridge").exists()
    assert not Path("/opt/pos-bridge").exists()
