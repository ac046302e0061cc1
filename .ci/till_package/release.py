"""Other Debian releases than this machine's: a root of one, and the package built with its Python and compiler.

A root is made with debootstrap, from wherever that finds Debian, and kept.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_BUILDERS_PACKAGES = ("python3-venv", "python3-dev", "gcc", "libc6-dev", "swig", "libpcsclite-dev", "pkg-config")
_WITH_ITS_USR = 'mount --bind "$0" /usr && exec /usr/bin/python3 -m till_package "$@"'


def here() -> str:
    """The release of this machine, as debootstrap names it."""
    (name,) = re.findall(r"^VERSION_CODENAME=(\w+)$", Path("/etc/os-release").read_text(), re.MULTILINE)
    return str(name)


def made(root: Path, release: str, packages: Sequence[str]) -> Path:
    """`root`, with the release's smallest system and these packages, unless it is there already."""
    if not root.exists():
        if shutil.which("debootstrap") is None:
            sys.exit("another Debian release needs: sudo apt-get install debootstrap")
        part = root.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        words = ["debootstrap", "--variant=minbase", f"--include={','.join(packages)}", release, str(part)]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        part.rename(root)
    return root


def build_with(release: str, cache: Path, words: Sequence[str], epoch: int) -> int:
    """The same command again, for it alone on this machine with that release's /usr: the network, its certificates and
    pip's settings stay this machine's. Needs root. Gives its exit code.
    """
    root = made(cache / f"builder-{release}", release, _BUILDERS_PACKAGES)
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", _WITH_ITS_USR, root / "usr", *words],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},  # git stays behind
        stdout=sys.stdout,
        check=False,
    ).returncode
