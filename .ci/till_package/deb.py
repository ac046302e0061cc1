"""The Debian package around a tree: its control file, what runs when it comes and goes, and the sums of its files."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from till_package import tree

_SCRIPTS = Path(__file__).parent / "debian"
_NAMES = ("preinst", "postinst", "prerm", "postrm")
_CONTROL = """\
Package: pos-bridge
Version: {version}
Architecture: {architecture}
Maintainer: The pos-bridge authors <pos-bridge@localhost>
Installed-Size: {size}
Depends: {depends}
Recommends: pcscd, nftables
Section: misc
Priority: optional
Description: point-of-sale payment privacy middleware
 The engine talks to tills and to the payment processor and never sees a card. A card room of its own for each tender
 sees the card and has neither disk nor network. Nothing about who pays is kept unless they chose to be known.
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the control file says of this build."""

    version: str
    python: tree.Interpreter

    def depends(self) -> str:
        """The compiled libraries are for one minor version of Python; the next one needs a package of its own."""
        at_most = f"3.{self.python.minor + 1}~"
        return (
            f"python3 (>= {self.python.version}), python3 (<< {at_most}), {self.python.name}, libc6 (>= 2.34), "
            "libpcsclite1, libgcc-s1, libstdc++6, systemd (>= 252), init-system-helpers (>= 1.54)"
        )


def pack(root: Path, into: Path, facts: Facts, epoch: int, compress: str) -> Path:
    """Write the .deb. `compress`: as dpkg-deb's -Z has it."""
    words = ["dpkg", "--print-architecture"]
    architecture = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    control = root / "DEBIAN"
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_size for path in files) // 1024
    sums = "".join(
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(root)}\n"
        for path in files
    )
    control.mkdir()
    (control / "control").write_text(
        _CONTROL.format(version=facts.version, architecture=architecture, size=size, depends=facts.depends())
    )
    (control / "md5sums").write_text(sums)
    for name in _NAMES:
        shutil.copyfile(_SCRIPTS / name, control / name)
        (control / name).chmod(0o755)
    tree.tidy(root, epoch)
    package = into / f"pos-bridge_{facts.version}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", f"-Z{compress}", "--build", root, package],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
    )
    return package
