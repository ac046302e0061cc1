"""Whether the program on this till is the one that was packed: each file against the lists that came with it.

Reads files and nothing else. A list lies on the disk that it is about: it shows damage and files that were changed by
hand, not somebody who changed files and lists alike. The sentences say so.
"""

import base64
import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pos_bridge
from pos_bridge import __version__
from pos_bridge.checkup.finding import Finding, good, mend, note
from pos_bridge.config.settings import Config
from pos_bridge.evidence import bytecode
from pos_bridge.words import Words

CHECK = "program_files"
_PLACE = Path(pos_bridge.__file__).parents[1]
_OURS = "pos_bridge/__init__.py"
_NOT_UNPACKED = ".data/"  # commands and headers of a wheel: a till has no use for them (the package leaves them out)
_CODE = ("*.py", "*.so")
_SHOWN = 3  # so many names are told

UNCHANGED = good(
    CHECK,
    Words(
        "Version {version} : {count} fichiers du programme et de ses bibliothèques sont ceux de leurs listes "
        "(SHA-256), et il n'y a pas d'autre code à côté. Qui aurait changé fichiers et listes ne se voit pas ainsi : "
        "comparez avec le paquet d'origine (`dpkg --verify pos-bridge`, puis la somme du paquet).",
        "Version {version}: {count} files of the program and its libraries are those of their lists (SHA-256), and no "
        "other code lies beside them. Whoever changed files and lists alike is not seen so: compare with the package "
        "you were given (`dpkg --verify pos-bridge`, then the package's own sum).",
    ),
)
CHANGED = mend(
    CHECK,
    Words(
        "Version {version} : fichiers qui ne sont pas ceux de leurs listes : {count} ({names}). Réinstallez-les "
        "(du paquet : `apt-get install --reinstall ./pos-bridge_*.deb`) et cherchez qui les a changés.",
        "Version {version}: files that are not those of their lists: {count} ({names}). Install them again (of "
        "the package: `apt-get install --reinstall ./pos-bridge_*.deb`), and find out who changed them.",
    ),
)
FROM_SOURCE = note(
    CHECK,
    Words(
        "Version {version} : le programme tourne depuis un dossier de sources, sans liste de ses fichiers : rien n'est "
        "à comparer.",
        "Version {version}: the program runs from a folder of sources, without a list of its files: there is nothing "
        "to compare.",
    ),
)


def look(_config: Config) -> Iterator[Finding]:
    return look_at(_PLACE)


def look_at(place: Path) -> Iterator[Finding]:
    """`place`: the folder that our packages lie in."""
    listed = dict(_listed(place))
    if _OURS not in listed:
        yield FROM_SOURCE(version=__version__)
        return
    wrong = sorted({*_changed(place, listed), *_beside(place, listed)})
    if wrong:
        names = ", ".join(wrong[:_SHOWN]) + ("" if len(wrong) <= _SHOWN else ", ...")
        yield CHANGED(version=__version__, count=str(len(wrong)), names=names)
    else:
        yield UNCHANGED(version=__version__, count=str(len(listed)))


def _listed(place: Path) -> Iterator[tuple[str, str]]:
    """Each file of each distribution that its RECORD gives a SHA-256 of (PyPA, Recording installed projects)."""
    for record in place.glob("*.dist-info/RECORD"):
        for name, digest, *_ in csv.reader(record.read_text(encoding="utf-8").splitlines()):
            how, _, told = digest.partition("=")
            if how == "sha256" and _NOT_UNPACKED not in name and not name.startswith(("..", "/")):
                yield name, told


def _changed(place: Path, listed: dict[str, str]) -> Iterator[str]:
    def is_listed(made: Path) -> bool:
        return made.relative_to(place).as_posix() in listed

    for name, told in listed.items():
        try:
            content = (place / name).read_bytes()
        except OSError:
            yield name
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        if digest != told or (name.endswith(".py") and not bytecode.fits(place / name, content, is_listed)):
            yield name


def _beside(place: Path, listed: dict[str, str]) -> Iterator[str]:
    """Code that could be loaded and that nobody packed."""
    for kind in (*_CODE, "*.pth", "*.pyc"):
        for path in place.rglob(kind):
            name = path.relative_to(place).as_posix()
            made = path.suffix == ".pyc" and path.parent.name == "__pycache__"  # looked at beside its source
            if name not in listed and not made:
                yield name
