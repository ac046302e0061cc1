"""Every power cut that a recorded run could have met, and what was said to the outside before it."""

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

from tests.power.disk import Disk, Image
from tests.power.tape import Operation, Said, Synced


@dataclass(frozen=True, slots=True)
class Cut:
    """`after` operations of the tape power is lost; `said` are the lines that the outside had by then."""

    after: int
    said: tuple[str, ...]
    disk: Disk


def cuts(before: Image, tape: Sequence[Operation], known: tuple[str, ...] = ()) -> Iterator[Cut]:
    """Just before each sync takes effect, and at the end: what an earlier cut leaves, one of these leaves too.

    `known` had been said before. `disk` is the same one at each: it goes on when the next is asked for.
    """
    disk, said = Disk(before), b""
    for after, operation in enumerate(tape):
        if isinstance(operation, Synced):
            yield Cut(after, known + _lines(said), disk)
        if isinstance(operation, Said):
            said += operation.text
        disk.play(operation)
    yield Cut(len(tape), known + _lines(said), disk)


def every(cut: Cut, most: int) -> Iterator[Image]:
    """Each combination of the writes that are not synced, up to `most` of them; above that each prefix of them, and
    all but one, and one alone. Each with the names as synced, and as they were.
    """
    count = cut.disk.pending
    choices: Iterator[Sequence[bool]] = itertools.product((False, True), repeat=count)
    if count > most:
        prefixes = ([at < end for at in range(count)] for end in range(count + 1))
        without = ([at != one for at in range(count)] for one in range(count))
        alone = ([at == one for at in range(count)] for one in range(count))
        choices = itertools.chain(prefixes, without, alone)
    for kept in choices:
        for names in (True, False):
            yield cut.disk.image(kept, names=names)


def torn(cut: Cut, chance: Random, count: int) -> Iterator[Image]:
    for _ in range(count):
        yield cut.disk.torn(chance)


def different(images: Iterator[Image]) -> Iterator[Image]:
    """Each one once."""
    seen: set[bytes] = set()
    for image in images:
        name = sha256()
        for path, content in sorted(image.items()):
            name.update(f"{path}\0{-1 if content is None else len(content)}\0".encode())
            name.update(content or b"")
        if name.digest() not in seen:
            seen.add(name.digest())
            yield image


def lay(image: Image, folder: Path) -> Path:
    """The image as files in a new folder."""
    folder.mkdir()
    for path, content in sorted(image.items()):
        if content is None:
            (folder / path).mkdir(mode=0o700)
        else:
            descriptor = os.open(folder / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
    return folder


def taken(folder: Path) -> Image:
    """What is in a folder now."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


def _lines(said: bytes) -> tuple[str, ...]:
    return tuple(said.decode().splitlines())
