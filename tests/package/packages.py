"""The package under test, built as `make package` builds it, less the compression, which takes longest."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from till_package.release import here

ROOT = Path(__file__).parents[2]
PYTHON = Path("/usr/bin/python3")
RELEASE = os.environ.get("TILL_RELEASE") or here()  # `make package-test RELEASE=`


@dataclass(frozen=True, slots=True)
class Built:
    """One build of it."""

    package: Path
    wheel: Path
    bill: Path


def build(into: Path, revision: int = 1, release: str = RELEASE) -> Built:
    words = [sys.executable, "-m", "till_package", "--into", str(into), "--compress=none", f"--revision={revision}"]
    words += [f"--release={release}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / ".ci")}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Built(*map(Path, done.stdout.split()))


def revised(built: Built, into: Path, revision: int) -> Path:
    """The same package under a later version, without building it again."""
    tree = into / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", built.package, tree], check=True)
    control = tree / "DEBIAN/control"
    lines = control.read_text().splitlines(keepends=True)
    control.write_text(
        "".join(f"Version: 0.1.0-{revision}\n" if line.startswith("Version:") else line for line in lines)
    )
    later = into / f"pos-bridge_0.1.0-{revision}_later.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, later], check=True, stdout=subprocess.DEVNULL
    )
    return later
