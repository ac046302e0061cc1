"""The files of the Debian package as they lie on a till: /opt/pos-bridge is an environment that needs no installing."""

import base64
import compileall
import gzip
import hashlib
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PREFIX = Path("opt/pos-bridge")
_DOC = Path("usr/share/doc/pos-bridge")
_CHIPS = Path("drivers/pcsc/emv-canada.toml")  # what a shop's terminal data begin with
_ROOMS_DISK = Path("usr/lib/pos-bridge/room")  # empty: what a card room sees of the disk is laid over it by its unit
_UNITS = Path("usr/lib/systemd/system")
# What lies in pos_bridge/system/, and where Debian wants it.
_PLACES = {
    "sysusers.conf": Path("usr/lib/sysusers.d/pos-bridge.conf"),
    "tmpfiles.conf": Path("usr/lib/tmpfiles.d/pos-bridge.conf"),
    "modules-load.conf": Path("usr/lib/modules-load.d/pos-bridge.conf"),
    "udev.rules": Path("usr/lib/udev/rules.d/60-pos-bridge.rules"),
    "polkit.rules": Path("usr/share/polkit-1/rules.d/pos-bridge.rules"),
    "pcscd-socket.conf": _UNITS / "pcscd.socket.d/pos-bridge.conf",
    "pcscd-service.conf": _UNITS / "pcscd.service.d/pos-bridge.conf",
    "pos-bridge.toml": _DOC / "examples/pos-bridge.toml",
}
# No user's packages, no folder of the script's. Not -I: the engine starts itself anew with a PYTHONMALLOC (memory.py).
_COMMAND = """#!/opt/pos-bridge/bin/python3 -sP
import sys

from pos_bridge.__main__ import main

sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Debian's own python3: where it lies, and its version, as `3.11`."""

    path: Path
    version: str

    @property
    def name(self) -> str:
        return f"python{self.version}"

    @property
    def minor(self) -> int:
        return int(self.version.split(".")[1])


def interpreter(path: Path) -> Interpreter:
    """Asks it."""
    words = [str(path), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return Interpreter(path.resolve(), subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip())


def lay_out(root: Path, python: Interpreter, wheels: Iterable[Path], source: Path) -> Path:
    """Fill `root`. Gives the folder that the wheels were unpacked to."""
    packages = root / PREFIX / "lib" / python.name / "site-packages"
    packages.mkdir(parents=True)
    for wheel in wheels:
        _unpack(wheel, packages)
    commands = root / PREFIX / "bin"
    commands.mkdir()
    (commands / "python3").symlink_to(Path("/usr/bin") / python.name)
    (commands / "pos-bridge").write_text(_COMMAND)
    (commands / "pos-bridge").chmod(0o755)
    (root / PREFIX / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/pos-bridge").symlink_to("/opt/pos-bridge/bin/pos-bridge")
    (root / _ROOMS_DISK).mkdir(parents=True)
    _place_system_files(root, packages / "pos_bridge/system", python)
    _document(root, source)
    _compile(packages, root, python)
    return packages


def tidy(root: Path, epoch: int) -> None:
    """Nothing of the builder's own: modes as they should be, one time for all files."""
    for path in sorted(root.rglob("*"), reverse=True):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _unpack(wheel: Path, packages: Path) -> None:
    """Modules only: what a wheel has beside them (*.data) are commands and headers, which a till has no use for."""
    with zipfile.ZipFile(wheel) as files:
        files.extractall(packages, [name for name in files.namelist() if ".data/" not in name])


def _place_system_files(root: Path, files: Path, python: Interpreter) -> None:
    for file in sorted(files.iterdir()):
        target = root / _PLACES.get(file.name, _UNITS / file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.read_text().replace("@PYTHON@", python.name))


def _document(root: Path, source: Path) -> None:
    doc = root / _DOC
    doc.mkdir(parents=True, exist_ok=True)
    for page in sorted((source / "docs").rglob("*.md")):
        copy = doc / page.relative_to(source / "docs")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(page, copy)
    shutil.copyfile(source / _CHIPS, doc / "examples" / _CHIPS.name)
    shutil.copyfile(source / "LICENSE", doc / "copyright")
    with (doc / "changelog.gz").open("wb") as file, gzip.GzipFile("", "wb", mtime=0, fileobj=file) as packed:
        packed.write((source / "CHANGELOG.md").read_bytes())


def _compile(packages: Path, root: Path, python: Interpreter) -> None:
    """Bytecode that is believed unasked: its source changes with the package only, and a room writes none."""
    words = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/", str(packages)]
    subprocess.run([python.path, "-m", compileall.__name__, *words], check=True, env={"PYTHONHASHSEED": "0"})
    for record in packages.glob("*.dist-info/RECORD"):
        _list_bytecode(packages, record)


def _list_bytecode(packages: Path, record: Path) -> None:
    """With the sources in their list, so that a till can hold it against that: a later Python of the same bytecode may
    compile in another way.
    """
    sources = [packages / line.split(",")[0] for line in record.read_text().splitlines() if ".py," in line]
    made = sorted(path for source in sources for path in source.parent.glob(f"__pycache__/{source.stem}.*.pyc"))
    with record.open("a", encoding="utf-8") as listed:
        for path in made:
            content = path.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            listed.write(f"{path.relative_to(packages).as_posix()},sha256={digest},{len(content)}\n")
