"""`make package`: dist/ with a .deb, a wheel and a bill of materials. `--revision N` tells builds apart."""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from till_package import deb, release, sbom, tree, wheels

ROOT = Path(__file__).parents[2]
_CACHE = ROOT / ".venv/package"  # goes with `make clean`


def main() -> int:
    parser = argparse.ArgumentParser(prog="till_package", description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "dist")
    parser.add_argument("--python", type=Path, default=Path("/usr/bin/python3"), help="the system's own interpreter")
    parser.add_argument("--revision", type=int, default=1)
    parser.add_argument("--compress", choices=("xz", "gzip", "none"), default="xz")
    parser.add_argument("--release", default=release.here(), help="the Debian release it is for, made with debootstrap")
    args = parser.parse_args()
    _CACHE.mkdir(parents=True, exist_ok=True)
    if args.release != release.here():
        return release.build_with(args.release, _CACHE, sys.argv[1:], _epoch())
    for path in build(args.into, args.python, args.revision, args.compress):
        print(path)
    return 0


def build(into: Path, python: Path, revision: int, compress: str) -> tuple[Path, Path, Path]:
    """The package, the wheel and the bill of materials."""
    epoch = _epoch()
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch)
    into.mkdir(parents=True, exist_ok=True)
    used = tree.interpreter(python)
    libraries = wheels.libraries(used.path, _CACHE)
    ours = wheels.own(used.path, _CACHE, ROOT, into)
    version = f"{tomllib.loads((ROOT / 'pyproject.toml').read_text())['project']['version']}-{revision}"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        packages = tree.lay_out(root, used, [*libraries, ours], ROOT)
        digests = {_name_of(wheel): hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in [*libraries, ours]}
        bill = into / f"pos-bridge_{version}.cdx.json"
        bill.write_text(sbom.of(packages, digests, epoch, version))
        (root / "usr/share/doc/pos-bridge/sbom.cdx.json").write_bytes(bill.read_bytes())
        package = deb.pack(root, into, deb.Facts(version, used), epoch, compress)
    return package, ours, bill


def _epoch() -> int:
    """Of the last commit, unless whoever builds says another: the same source gives the same package."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    words = ["git", "log", "-1", "--format=%ct"]
    return int(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def _name_of(wheel: Path) -> str:
    return sbom.canonical(wheel.name.split("-")[0])


if __name__ == "__main__":
    sys.exit(main())
