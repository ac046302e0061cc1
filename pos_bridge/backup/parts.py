"""What a backup's parts are made of: small archives (tar) of files with fixed names. Sans disk: bytes to bytes.

A name that no till has is refused, and so is a link, a folder, or a name that comes twice: whoever opens an archive
puts its files where they say.
"""

import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

_BLOCK = 512
_END = bytes(2 * _BLOCK)
_MONTH = r"\d{4}-\d{2}\.db"


class Part(Enum):
    """A part and the names of the files that may be in it."""

    JOURNAL = re.compile(
        rf"erasures|till\.secret|journal/{_MONTH}|journal/quarantine/\d{{4}}-\d{{2}}(\.\d+)?\.db(-wal|-shm|-journal)?"
    )
    VAULT = re.compile(r"vault\.db|audit\.db")
    SECRET = re.compile(r"vault\.epoch(\.next)?")

    @property
    def suffix(self) -> str:
        return f".{self.name.lower()}.age"


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """A file: its path inside the state folder, and all of it. `history`: nobody writes to it any more."""

    name: str
    content: bytes
    history: bool = False


def packed(members: Iterable[Member]) -> Iterator[bytes]:
    """The archive, piece by piece; each member is asked for when the one before is through."""
    for member in members:
        head = tarfile.TarInfo(member.name)
        head.size = len(member.content)
        head.mode = 0o400 if member.history else 0o600
        yield head.tobuf(tarfile.USTAR_FORMAT)
        yield member.content
        yield bytes(-len(member.content) % _BLOCK)
    yield _END


def unpacked(archive: BinaryIO, part: Part) -> Iterator[tuple[str, bool, BinaryIO]]:
    """Name, whether it is history, and content to be read before the next is asked for. ValueError: none of ours."""
    seen = set()
    try:
        with tarfile.open(fileobj=archive, mode="r:") as tar:
            for head in tar:
                content = tar.extractfile(head) if head.isreg() else None
                if content is None or head.name in seen or not part.value.fullmatch(head.name):
                    raise ValueError("a file that no backup has")
                seen.add(head.name)
                yield head.name, not head.mode & 0o200, content  # type: ignore[misc] # a file to read, as typeshed does not say
    except tarfile.TarError:
        raise ValueError("no archive") from None
