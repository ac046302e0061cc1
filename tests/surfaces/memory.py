"""What a running program's memory holds: a small search for a mark, and for what a freed buffer keeps of one.

Looked at again, only pages that have changed are searched. (hw_sim/residue.py knows more disguises of card numbers.)
"""

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path

FRAGMENT = 9  # characters; glibc leaves the last eight bytes of a freed block as they were
_CHUNK = 1 << 20
_PAGE = 4096
_AROUND = 64  # longer than a fragment in any encoding
_UNTOUCHED = hash(bytes(_PAGE))

# How a Python program, and a till, can hold a text. In base64 a run of 11 characters holds nine that begin a group.
ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-16": lambda text: text.encode("utf-16-le"),
    "utf-32": lambda text: text.encode("utf-32-le"),
    "hex": lambda text: text.encode().hex().encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
}


class Memory:
    """The private pages that a process can write: heap, stacks, anonymous maps."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._seen: dict[int, int] = {}

    def holds(self, *marks: str) -> set[str]:
        """In which encodings nine characters or more of a mark stand anywhere."""
        wanted = [part for mark in marks for part in _parts(mark)]
        found: set[str] = set()
        for page, data in list(self._changed()):
            ways = {way for way, core, whole in wanted if core in data and any(part in data for part in whole)}
            if ways:
                del self._seen[page]  # looked at again the next time
            found |= ways
        return found

    def _changed(self) -> Iterator[tuple[int, bytes]]:
        memory = os.open(f"/proc/{self.pid}/mem", os.O_RDONLY)
        try:
            for start, end in self._areas():
                for at in range(start, end, _CHUNK):
                    first, last = max(start, at - _AROUND), min(end, at + _CHUNK + _AROUND)
                    try:
                        data = os.pread(memory, last - first, first)
                    except OSError:
                        break  # it went away meanwhile
                    yield from self._changed_in(data, first, range(at, min(end, at + _CHUNK), _PAGE))
        finally:
            os.close(memory)

    def _changed_in(self, data: bytes, first: int, pages: range) -> Iterator[tuple[int, bytes]]:
        for page in pages:
            offset = page - first
            content = hash(data[offset : offset + _PAGE])
            if self._seen.get(page, _UNTOUCHED) != content:
                self._seen[page] = content
                yield page, data[max(0, offset - _AROUND) : offset + _PAGE + _AROUND]

    def _areas(self) -> Iterator[tuple[int, int]]:
        for line in Path(f"/proc/{self.pid}/maps").read_text().splitlines():
            span, mode, *_ = line.split()
            if mode[1] == "w" and mode[3] == "p":
                start, end = (int(part, 16) for part in span.split("-"))
                yield start, end


def _parts(mark: str) -> Iterator[tuple[str, bytes, tuple[bytes, ...]]]:
    """All fragments, by encoding: four that begin one after the other, behind the core that they share."""
    starts = range(len(mark) - FRAGMENT + 1)
    for way, encode in ENCODINGS.items():
        for first in range(0, len(starts), 4):
            group = starts[first : first + 4]
            whole = tuple(encode(mark[at : at + FRAGMENT]) for at in group)
            core = b"" if way == "base64" else encode(mark[group[-1] : group[0] + FRAGMENT])
            yield way, core, whole
