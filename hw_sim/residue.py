"""Searching for what must not be there: card numbers and names in bytes, files and memory, in every encoding.

Fragments count, because a freed buffer often keeps a part: 9 digits of a number (12 in BCD), 8 characters of a text in
whatever case (9 in a memory: a freed block's last 8 bytes stay as they were, docs/decisions/0009), and in base64 the 6
of either that lie in whole groups wherever it begins; of bytes that are no text, a hash or a cryptogram, 12 as they are
(of fewer, all), in hexadecimal, in base64, or 8 in a Python list. A search is only worth something if it finds what was
planted: disguises.py makes the plants.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from re import compile as pattern

from hw_sim.disguises import encodings, family, text_encodings
from hw_sim.memory import Area, areas, opened, small_ints_of
from hw_sim.unwrap import views

__all__ = [
    "FRAGMENT",
    "FREED_FRAGMENT",
    "TEXT_FRAGMENT",
    "Find",
    "Search",
    "encodings",
    "family",
    "small_ints_of",
    "text_encodings",
]

FRAGMENT = 9
TEXT_FRAGMENT = 8
FREED_FRAGMENT = 9
FREED_FRAGMENT = 9
_BCD_DIGITS = 12  # six whole bytes: five were met by chance, once in some hundred searches of a memory
_WITHIN_BASE64 = 6
_RAW_FRAGMENT = 12
_SHORTEST_RAW = 8
_LEAST_DIFFERENT = 4
_WAYS_OF_BYTES = frozenset({"ascii", "hex", "escaped", "base64"})
_MOST_ZEROS = 3
_LEAST_NOT_ZERO = 4
_CHUNK = 64 * 1024
_APART = b"\xff" * 16  # in no disguise of anything
_PAGE = 4096
_UNTOUCHED = hash(bytes(_PAGE))  # most of a large memory
_OVERLAP = 512  # longer than any disguise of a fragment
_SHAPE = bytes.maketrans(b"123456789", b"0" * 9)  # a run of digits is first looked for as a run of zeros
_RUN = pattern(rb"[0-9]{6,}")


@dataclass(frozen=True, slots=True)
class Find:
    """One place where a mark or a fragment of one stands. `what`: "number N", "text N" or "bytes N", as given."""

    where: str
    encoding: str
    what: str


class Search:
    """Looks for numbers, texts (ASCII) and bytes. `small_ints` as in `encodings`, for a Python process's memory.

    Raises ValueError for what would be found by chance, or cannot be: less than a fragment, or mostly zeros.
    """

    def __init__(
        self,
        numbers: tuple[str, ...],
        small_ints: int | None = None,
        texts: tuple[str, ...] = (),
        raw: tuple[bytes, ...] = (),
    ) -> None:
        for number in numbers:
            _check_number(number)
        if any(len(text) < TEXT_FRAGMENT or not text.isascii() for text in texts):
            raise ValueError("a text that is searched has 8 characters or more, all of them ASCII")
        if any(len(each) < _SHORTEST_RAW or len(set(each)) < _LEAST_DIFFERENT for each in raw):
            raise ValueError("bytes that are searched are 8 or more, not all alike")
        self._small_ints = small_ints
        self._numbers = tuple(number.encode() for number in numbers)
        self._texts = tuple(text.lower().encode() for text in texts)
        self._digits = {length: _all_windows(self._numbers, length) for length in (FRAGMENT, _WITHIN_BASE64)}
        self._pieces = {
            length: tuple((place, piece) for place, text in enumerate(self._texts) for piece in _pieces(text, length))
            for length in (TEXT_FRAGMENT, FREED_FRAGMENT, _WITHIN_BASE64)
        }
        self._raw = raw
        self._raw_pieces = tuple(
            (place, piece) for place, each in enumerate(raw) for piece in _pieces(each, min(len(each), _RAW_FRAGMENT))
        )
        self._packed = tuple(
            (f"number {place}", way, piece) for place, number in enumerate(numbers) for way, piece in _packed(number)
        )
        if small_ints is not None:
            self._packed += tuple(
                (f"bytes {place}", "list", _listed(each, small_ints)) for place, each in enumerate(raw)
            )
        self._looked_at: dict[int, int | None] = {}  # a page's address, and the hash of its content

    def at(self, small_ints: int | None) -> "Search":
        """The same search in another process's memory."""
        if small_ints == self._small_ints:
            return self
        numbers = tuple(number.decode() for number in self._numbers)
        return Search(numbers, small_ints, tuple(text.decode() for text in self._texts), self._raw)

    def in_bytes(self, data: bytes, where: str = "", text_fragment: int = TEXT_FRAGMENT) -> Iterator[Find]:
        for way, text in views(data, self._small_ints):
            in_base64 = way == "base64"
            for place in self._numbers_in(text, _WITHIN_BASE64 if in_base64 else FRAGMENT):
                yield Find(where, way, f"number {place}")
            for place in self._texts_in(text, _WITHIN_BASE64 if in_base64 else text_fragment):
                yield Find(where, way, f"text {place}")
            if way in _WAYS_OF_BYTES:
                yield from (
                    Find(where, way, f"bytes {place}") for place, piece in self._raw_pieces if piece.stands_in(text)
                )
        for what, way, piece in self._packed:
            if piece.stands_in(data):
                yield Find(where, way, what)

    def in_files(self, root: Path) -> Iterator[Find]:
        """Every file below root, as it is on disk; a file that goes away meanwhile is passed over."""
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield from self.in_file(path, str(path.relative_to(root)))

    def in_file(self, path: Path, where: str) -> Iterator[Find]:
        with suppress(FileNotFoundError), path.open("rb") as file:
            yield from self._in_stream(file.fileno(), os.fstat(file.fileno()).st_size, where)

    def in_memory(self, pid: int) -> Iterator[Find]:
        """Every page that the process can write: heap, stacks, anonymous maps, its own copies of a library's data.

        What even root may not read is passed over. Looked through again, only what has changed is searched anew.
        """
        with opened(pid) as memory:
            batch = _Batch()
            for area in areas(pid):
                if area.writable and area.name != "[vvar]":
                    for page, data in self._changed(memory, area):
                        batch.add(page, data)
                        if batch.is_full:
                            yield from self._in_batch(batch, f"memory of {pid}")
                            batch = _Batch()
            yield from self._in_batch(batch, f"memory of {pid}")

    def _in_stream(self, fd: int, size: int, where: str) -> Iterator[Find]:
        at, tail = 0, b""
        while at < size and (data := os.pread(fd, min(_CHUNK, size - at), at)):
            if data.count(0) < len(data):  # a core is mostly pages that were never touched
                yield from self.in_bytes(tail + data, where)
            at, tail = at + len(data), data[-_OVERLAP:]

    def _in_batch(self, batch: "_Batch", where: str) -> Iterator[Find]:
        finds = list(self.in_bytes(_APART.join(batch.pieces), where, FREED_FRAGMENT))
        if finds:
            self._looked_at.update(dict.fromkeys(batch.pages))  # looked at again the next time
        yield from finds

    def _changed(self, memory: int, area: Area) -> Iterator[tuple[range, bytes]]:
        """Runs of pages that are not as they were last seen, and what stands there and close by."""
        for start in range(area.start, area.end, _CHUNK):
            end = min(area.end, start + _CHUNK)
            begin = max(area.start, start - _OVERLAP)
            try:
                data = os.pread(memory, min(area.end, end + _OVERLAP) - begin, begin)
            except OSError:
                return  # pages that went away, or that not even root may read: the card room's
            for run in self._changed_runs(data, begin, range(start, end, _PAGE)):
                yield run, data[max(0, run.start - _OVERLAP - begin) : run.stop + _OVERLAP - begin]

    def _changed_runs(self, data: bytes, begin: int, pages: range) -> Iterator[range]:
        first = None
        for at in pages:
            content = hash(data[at - begin : at - begin + _PAGE])
            if self._looked_at.get(at, _UNTOUCHED) != content:
                self._looked_at[at] = content
                first = at if first is None else first
            elif first is not None:
                yield range(first, at, _PAGE)
                first = None
        if first is not None:
            yield range(first, pages.stop, _PAGE)

    def _numbers_in(self, text: bytes, length: int) -> set[int]:
        if not self._numbers or b"0" * length not in text.translate(_SHAPE):
            return set()
        wanted = self._digits[length]
        windows = (
            run[at : at + length]
            for run in (found.group() for found in _RUN.finditer(text))
            for at in range(len(run) - length + 1)
        )
        return {wanted[window] for window in windows if window in wanted}

    def _texts_in(self, text: bytes, length: int) -> set[int]:
        if not self._texts:
            return set()
        lower = text.lower()
        return {place for place, piece in self._pieces[length] if piece.stands_in(lower)}


class _Batch:
    """Pieces of a memory that are searched together: most hold nothing, and a search costs the same for little."""

    def __init__(self) -> None:
        self.pages: list[int] = []
        self.pieces: list[bytes] = []
        self._size = 0

    def add(self, pages: range, data: bytes) -> None:
        self.pages += pages
        self.pieces.append(data)
        self._size += len(data)

    @property
    def is_full(self) -> bool:
        return self._size >= _CHUNK


@dataclass(frozen=True, slots=True)
class _Piece:
    """A rare piece, looked for first, that every one of `whole` holds: fragments that overlap there."""

    shared: bytes
    whole: tuple[bytes, ...]

    def stands_in(self, data: bytes) -> bool:
        return self.shared in data and any(fragment in data for fragment in self.whole)


def _check_number(number: str) -> None:
    if not (number.isascii() and number.isdecimal() and len(number) >= FRAGMENT):
        raise ValueError("a number that is searched has 9 digits or more")
    fragments = _all_windows((number.encode(),), FRAGMENT)
    if "0" * (_MOST_ZEROS + 1) in number or any(FRAGMENT - part.count(b"0") < _LEAST_NOT_ZERO for part in fragments):
        raise ValueError("a number that is searched has no four zeros in a row")


def _all_windows(wholes: tuple[bytes, ...], length: int) -> dict[bytes, int]:
    """Each fragment of each of these, and whose it is."""
    return {
        whole[at : at + length]: place for place, whole in enumerate(wholes) for at in range(len(whole) - length + 1)
    }


def _pieces(text: bytes, length: int) -> Iterator[_Piece]:
    """All fragments of a text, or all of it: four that begin one after the other share what lies between."""
    yield from _shared(text, min(length, len(text)), 1, bytes)


def _packed(number: str) -> Iterator[tuple[str, _Piece]]:
    """A number as packed decimal digits, from each digit on, in either order of a byte's halves."""
    for phase in (0, 1):
        digits = number[phase:].encode()
        for way, pack in (("bcd", _pack), ("bcd-reversed", _pack_reversed)):
            for piece in _shared(digits, _BCD_DIGITS, 2, pack):
                yield way, piece


def _listed(raw: bytes, small_ints: int) -> _Piece:
    """The first of these bytes in a list of numbers, as pyscard gives them."""
    stride = id(1) - id(0)
    row = [(small_ints + stride * byte).to_bytes(8, "little") for byte in raw[:_SHORTEST_RAW]]
    return _Piece(b"".join(row[:4]), (b"".join(row),))


def _shared(text: bytes, length: int, step: int, encode: Callable[[bytes], bytes]) -> Iterator[_Piece]:
    starts = range(0, len(text) - length + 1, step)
    for first in range(0, len(starts), 4):
        group = starts[first : first + 4]
        fragments = tuple(encode(text[start : start + length]) for start in group)
        yield _Piece(encode(text[group[-1] : group[0] + length]), fragments)


def _pack(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode())


def _pack_reversed(digits: bytes) -> bytes:
    return bytes(byte >> 4 | (byte & 0x0F) << 4 for byte in _pack(digits))
