"""A till to throw away: Debian's own base system with a running systemd, in namespaces of this machine.

Needs root, debootstrap and systemd-nspawn. The base is made once and kept with the virtual environment; each till is
a layer over it that is gone afterwards. It has this machine's loopback network.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from till_package import release

from tests.package.control_group import control_group, enter
from tests.processes import descendants, survivors

_BASE_PACKAGES = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "udev",
    "python3",
    "libpcsclite1",
    "pcscd",
    "libpam-systemd",  # polkitd wants a logind; debootstrap does not look for who provides one
    "polkitd",
    "iproute2",
    "nftables",  # as the package recommends it
    "curl",  # for whoever looks at the status page from here
)
# systemd-nspawn takes more from its guest than a till's own kernel does: what the rooms lock themselves down with.
_LEFT_TO_THE_GUEST = (
    "--capability=CAP_IPC_LOCK,CAP_NET_ADMIN,CAP_BPF,CAP_PERFMON",
    "--system-call-filter=@memlock bpf memfd_secret landlock_create_ruleset landlock_add_rule landlock_restrict_self",
)
_ENVIRONMENT = ("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive")
_LIMIT_S = 120.0
_STATES = {"running", "degraded"}  # degraded: a unit of Debian's own that has no use in namespaces


def base(cache: Path, named: str) -> Path:
    """The base system of that release, made if it is not there: a minute and some 300 MB. One of other packages is
    another one.
    """
    root = cache / f"till-{named}-{zlib.crc32(' '.join(_BASE_PACKAGES).encode()):08x}"
    return release.made(root, named, _BASE_PACKAGES)


@dataclass(frozen=True, slots=True)
class Machine:
    """`root` is its disk; `leader` its process 1, as we number it."""

    root: Path
    leader: int

    def run(self, *words: str, check: bool = True, limit_s: float = _LIMIT_S) -> "subprocess.CompletedProcess[str]":
        """A command as its root, with all its namespaces."""
        spaces = ("--mount", "--pid", "--ipc", "--uts", "--cgroup", "--root", "--wd")
        done = subprocess.run(
            ["nsenter", "--target", str(self.leader), *spaces, "env", "-i", *_ENVIRONMENT, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=limit_s,
            check=False,
        )
        assert done.returncode == 0 or not check, f"{words}: {done.returncode}\n{done.stdout}"
        return done

    def says(self, *words: str) -> str:
        return self.run(*words, check=False).stdout.strip()

    def put(self, file: Path) -> str:
        """A copy in its /tmp, which is named."""
        shutil.copyfile(file, self.root / "root" / file.name)
        return f"/root/{file.name}"

    def dpkg(self, *words: str, limit_s: float = _LIMIT_S) -> str:
        """With no network at all: what a package needs, it brings or Debian has."""
        return self.run("unshare", "--net", "dpkg", *words, limit_s=limit_s).stdout

    def main_pid(self, unit: str) -> int:
        return int(self.says("systemctl", "show", "--value", "--property=MainPID", unit))

    def state(self, unit: str) -> str:
        return self.says("systemctl", "is-active", unit)


@contextmanager
def machine(lower: Path, folder: Path, binds: Sequence[str] = ()) -> Iterator[Machine]:
    """Booted on entry, gone on exit, as when its power fails; in the same folder again, with its disk. `binds`: as
    systemd-nspawn's --bind has it.
    """
    layers = [folder / name for name in ("changes", "work", "root")]
    for layer in layers:
        layer.mkdir(parents=True, exist_ok=True)
    changes, work, root = layers
    options = f"lowerdir={lower},upperdir={changes},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, str(root)], check=True)
    try:
        with (
            (folder / "console").open("wb") as console,
            control_group() as group,
            _booting(root, group, console.fileno(), binds) as nspawn,
        ):
            try:
                yield _booted(root, nspawn, folder / "console")
            finally:
                inside = descendants(nspawn.pid)
                for leader in _children(nspawn.pid):
                    os.kill(leader, signal.SIGKILL)  # and with a namespace's process 1 go all others
                nspawn.terminate()
                nspawn.wait(_LIMIT_S)
                assert not survivors(inside, _LIMIT_S)
    finally:
        subprocess.run(["umount", "--lazy", str(root)], check=True)


def _booting(root: Path, group: Path, console: int, binds: Sequence[str]) -> "subprocess.Popen[bytes]":
    words = ["systemd-nspawn", "--quiet", "--directory", str(root), "--boot", "--register=no", "--keep-unit"]
    words += ["--resolv-conf=off", "--timezone=off", f"--machine=till-{os.getpid()}", *_LEFT_TO_THE_GUEST]
    words += [f"--bind={bind}" for bind in binds]
    return subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=console,
        stderr=console,
        env={**os.environ, "UNIFIED_CGROUP_HIERARCHY": "1"},  # as Debian has it: rules on addresses and devices need it
        preexec_fn=partial(_prepare, group),  # noqa: PLW1509 - one thread, and nothing else dies with us
    )


def _booted(root: Path, nspawn: "subprocess.Popen[bytes]", console: Path) -> Machine:
    until = time.monotonic() + _LIMIT_S
    while time.monotonic() < until and nspawn.poll() is None:
        children = _children(nspawn.pid)
        if children:
            made = Machine(root, children[-1])
            if made.says("systemctl", "is-system-running") in _STATES:
                return made
        time.sleep(0.2)
    raise AssertionError(console.read_text(errors="replace"))


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _prepare(group: Path) -> None:
    """To die with us, by SIGTERM: systemd-nspawn then ends what it has booted, which SIGKILL would leave behind."""
    enter(group)
    ctypes.CDLL(None).prctl(1, ctypes.c_ulong(signal.SIGTERM))
