"""The wheels a till gets: locked libraries, and our own without the simulator. The only step that may use a network."""

import base64
import csv
import hashlib
import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

from till_package import lock

_NEVER_ON_A_TILL = ("hw_sim/",)
_SIMULATORS_COMMAND = "pos-bridge-sim"
_OLDEST_EPOCH = "315532800"
_OLDEST_ZIP = (1980, 1, 1, 0, 0, 0)


def libraries(python: Path, cache: Path) -> list[Path]:
    """The locked wheels for that interpreter, downloaded and compiled once for each content of the locks."""
    content = lock.RUNTIME.read_bytes() + lock.BUILD.read_bytes() + str(python.resolve()).encode()
    folder = cache / f"wheels-{hashlib.sha256(content).hexdigest()[:16]}"
    if not folder.exists():
        tools = _tools(python, cache)
        part = folder.with_name(f"{folder.name}.{os.getpid()}")
        _pip(
            tools,
            "wheel",
            "--no-deps",
            "--no-build-isolation",
            "--require-hashes",
            "--wheel-dir",
            part,
            "-r",
            lock.RUNTIME,
        )
        _settle(part, folder)
    return sorted(folder.glob("*.whl"))


def own(python: Path, cache: Path, source: Path, into: Path) -> Path:
    """Our wheel, as `make package` gives it: without the simulator and its command."""
    whole = cache / f"own-{os.getpid()}"
    shutil.rmtree(whole, ignore_errors=True)
    try:
        _pip(_tools(python, cache), "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", whole, source)
        (built,) = whole.glob("*.whl")
        return without_simulator(built, into)
    finally:
        shutil.rmtree(whole, ignore_errors=True)


def without_simulator(wheel: Path, into: Path) -> Path:
    """A copy of the wheel in which no till finds a simulator; the same bytes for the same content."""
    with zipfile.ZipFile(wheel) as whole:
        kept = {name: whole.read(name) for name in whole.namelist() if not name.startswith(_NEVER_ON_A_TILL)}
    (record,) = (name for name in kept if name.endswith(".dist-info/RECORD"))
    (commands,) = (name for name in kept if name.endswith(".dist-info/entry_points.txt"))
    lines = kept[commands].splitlines(keepends=True)
    kept[commands] = b"".join(line for line in lines if not line.startswith(_SIMULATORS_COMMAND.encode()))
    kept[record] = _record({name: content for name, content in kept.items() if name != record}, record)
    copy = into / wheel.name
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as till:
        for name in sorted(kept):
            entry = zipfile.ZipInfo(name, _OLDEST_ZIP)
            entry.external_attr = 0o644 << 16
            till.writestr(entry, kept[name], zipfile.ZIP_DEFLATED)
    return copy


def _record(files: dict[str, bytes], record: str) -> bytes:
    """Binary distribution format, "The .dist-info directory": each file's hash and size, none for itself."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for name in sorted(files):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        rows.writerow((name, f"sha256={digest}", len(files[name])))
    rows.writerow((record, "", ""))
    return text.getvalue().encode()


def _tools(python: Path, cache: Path) -> Path:
    """An interpreter with what builds wheels, pinned like what it builds."""
    content = lock.BUILD.read_bytes() + str(python.resolve()).encode()
    folder = cache / f"tools-{hashlib.sha256(content).hexdigest()[:16]}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, "-m", "venv", folder], check=True)
        _pip(folder / "bin/python", "install", "--no-deps", "--require-hashes", "-r", lock.BUILD)
        (folder / "ready").touch()
    return folder / "bin/python"


def _pip(python: Path, command: str, *words: Path | str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check")
    # What is compiled tells neither when nor in which folder of pip's it was.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": _OLDEST_EPOCH, "CFLAGS": "-O2 -g0"}
    subprocess.run([python, "-m", "pip", command, *quiet, *map(str, words)], check=True, env=environment, stdout=2)


def _settle(part: Path, folder: Path) -> None:
    """Two builders at once make the same: the first one's stays."""
    try:
        part.rename(folder)
    except OSError:
        shutil.rmtree(part)
