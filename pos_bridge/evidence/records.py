"""The search of what this till has written down for what must never be there: a card number, or a stripe.

Every file of the state folder and the log is read, whole. What is found is told by its file's name alone, never shown.
Encrypted files are read as the bytes that they are. A number is looked for as digits, in ASCII and in UTF-16: packed or
encoded otherwise it would not be seen here; the tests of each build search those forms (docs/privilege-separation.md).
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from pos_bridge.checkup.finding import Finding, good, note, stop, unseen
from pos_bridge.config.settings import Config
from pos_bridge.domain.iin import brand_of
from pos_bridge.domain.luhn import luhn_holds
from pos_bridge.words import Words

CHECK = "card_numbers_on_disk"
_OVERLAP = 64  # bytes of a chunk that the next one begins with: more than the longest number, in two bytes a digit
# ISO/IEC 7812: 13 to 19 digits. Among letters of hexadecimal digits they are a piece of a hash or of a key's name.
_ASCII = re.compile(rb"(?<![0-9A-Fa-f])[0-9]{13,19}(?![0-9A-Fa-f])")
_UTF_16 = re.compile(rb"(?<![0-9A-Fa-f]\x00)(?:[0-9]\x00){13,19}(?![0-9A-Fa-f]\x00)")

NONE = good(
    CHECK,
    Words(
        "Aucun numéro de carte en chiffres (ASCII, UTF-16) dans les {count} fichiers de {state} et du journal "
        "d'événements, {size} Ko, lus en entier.",
        "No card number in digits (ASCII, UTF-16) in the {count} files of {state} and of the log, {size} KB, read "
        "whole.",
    ),
)
FOUND = stop(
    CHECK,
    Words(
        "{path} contient ce qui a la forme d'un numéro de carte. Ce programme n'en écrit aucun : trouvez d'où il "
        "vient, traitez-le comme un incident (docs/privacy/incident-register.md), puis effacez-le.",
        "{path} holds what has the form of a card number. This program writes none: find where it came from, treat it "
        "as an incident (docs/privacy/incident-register.md), then erase it.",
    ),
)
UNREADABLE = unseen(
    CHECK,
    Words(
        "{path} ne peut pas être lu : ce qui y est n'a pas été cherché. Lancez cette commande comme root.",
        "{path} cannot be read: what is in it was not searched. Run this as root.",
    ),
)
NOTHING = note(
    CHECK,
    Words("Rien n'est encore écrit dans {state}.", "Nothing is written in {state} yet."),
)


def look(config: Config) -> Iterator[Finding]:
    count = size = 0
    well = True
    for path in _files(config):
        try:
            read, found = searched(path)
        except FileNotFoundError:
            continue  # the engine goes on meanwhile
        except OSError:
            well = False
            yield UNREADABLE(path=str(path))
            continue
        count, size = count + 1, size + read
        if found:
            well = False
            yield FOUND(path=str(path))
    if well and count:
        yield NONE(count=str(count), state=str(config.state), size=str(-(-size // 1000)))
    elif well:
        yield NOTHING(state=str(config.state))


def _files(config: Config) -> Iterator[Path]:
    """In the order of their names. A folder that cannot be listed is given itself: it cannot be read."""
    unlisted: list[Path] = []
    for folder, folders, names in os.walk(config.state, onerror=lambda error: unlisted.append(Path(error.filename))):
        folders.sort()
        yield from filter(_is_file, (Path(folder, name) for name in sorted(names)))
    yield from unlisted
    if config.log is not None:
        yield config.path(config.log.file)


def _is_file(path: Path) -> bool:
    """And no socket, and no link to one of the files that are read anyway."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False  # gone meanwhile


def searched(path: Path, chunk_size: int = 1 << 20) -> tuple[int, bool]:
    """Its size, and whether something was found. Raises OSError."""
    size, kept = 0, b""
    with path.open("rb") as file:
        chunk = file.read(chunk_size)
        while chunk:
            size += len(chunk)
            after = file.read(chunk_size)
            if has_number(kept + chunk, begun=bool(kept), goes_on=bool(after)):
                return size, True
            kept, chunk = (kept + chunk)[-_OVERLAP:], after
    return size, False


def has_number(raw: bytes, *, begun: bool = False, goes_on: bool = False) -> bool:
    """Whether digits stand in it that a card of some brand could have.

    `begun`, `goes_on`: what is at its edge is a piece of something, which the window before or after has whole.
    """
    for pattern, step in ((_ASCII, 1), (_UTF_16, 2)):
        for found in pattern.finditer(raw):
            at_an_edge = (begun and found.start() < step) or (goes_on and found.end() > len(raw) - step)
            if not at_an_edge and _is_number(found.group()[::step]):
                return True
    return False


def _is_number(digits: bytes) -> bool:
    return luhn_holds(digits) and brand_of(memoryview(digits)) is not None
