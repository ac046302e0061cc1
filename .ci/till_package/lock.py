"""`make lock`: what pyproject.toml asks for, resolved and pinned with the hashes of every file that may be installed.

One file for all supported interpreters and machines, in pip's own --require-hashes format. It says what, never from
where: whoever builds has a registry or a folder of files of their own.
"""

import hashlib
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = Path(__file__).parent / "locks"
RUNTIME, BUILD = LOCKS / "runtime.txt", LOCKS / "build.txt"
PYTHONS = ("3.11", "3.12", "3.13")  # Debian 12, Ubuntu 24.04, Debian 13
MACHINES = ("x86_64", "aarch64")
_GLIBCS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux1", "linux")
# Published as source only, so that it is compiled here, with what build.txt pins.
FROM_SOURCE = "pyscard"
_BUILDERS = ("hatchling>=1.27", "setuptools>=80")
_HEAD = "# Made by `make lock`. Exact versions and the SHA-256 of each file that pip may take for them.\n"


def main() -> int:
    """Rewrite both files. Takes a minute and the network."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    binary = [wanted for wanted in project["dependencies"] if not wanted.startswith(FROM_SOURCE)]
    source = [wanted for wanted in project["dependencies"] if wanted.startswith(FROM_SOURCE)]
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        for python in PYTHONS:
            for machine in MACHINES:
                _download(files, _only_wheels(python, machine), binary)
        _download(files, ["--no-deps", "--no-build-isolation", "--no-binary=:all:"], source)
        RUNTIME.write_text(_HEAD + locked(files.iterdir()))
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        for python in PYTHONS:
            _download(files, _only_wheels(python, MACHINES[0]), _BUILDERS)
        BUILD.write_text(_HEAD + locked(files.iterdir()))
    return 0


def locked(files: Iterable[Path]) -> str:
    """Requirement lines for these wheels and source archives. ValueError for two versions of one name."""
    versions: dict[str, str] = {}
    hashes: dict[str, set[str]] = {}
    for file in files:
        name, version = _name_and_version(file.name)
        if versions.setdefault(name, version) != version:
            raise ValueError(f"{name}: {version} here and {versions[name]} there")
        hashes.setdefault(name, set()).add(hashlib.sha256(file.read_bytes()).hexdigest())
    lines = []
    for name in sorted(versions):
        each = "".join(f" \\\n    --hash=sha256:{digest}" for digest in sorted(hashes[name]))
        lines.append(f"{name}=={versions[name]}{each}\n")
    return "".join(lines)


def read(lock: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Name to version and hashes."""
    found = {}
    for entry in lock.read_text().replace("\\\n", " ").splitlines():
        if entry.startswith("#"):
            continue
        pin, *hashes = entry.split()
        name, _, version = pin.partition("==")
        found[name] = (version, frozenset(word.removeprefix("--hash=sha256:") for word in hashes))
    return found


def _name_and_version(file: str) -> tuple[str, str]:
    name, version = file.removesuffix(".tar.gz").split("-")[:2]
    return name.lower().replace("_", "-"), version


def _only_wheels(python: str, machine: str) -> list[str]:
    platforms = [f"--platform={glibc}_{machine}" for glibc in _GLIBCS]
    return ["--only-binary=:all:", f"--python-version={python}", "--implementation=cp", *platforms]


def _download(into: Path, options: Iterable[str], wanted: Iterable[str]) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", f"--dest={into}"]
    subprocess.run([*command, *options, *wanted], check=True)


if __name__ == "__main__":
    sys.exit(main())
