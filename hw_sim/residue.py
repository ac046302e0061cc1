"""Searching for what must not be there: card numbers in bytes, files and memory, in every encoding and in fragments.

A fragment counts from 9 digits on (12 in BCD), because a freed buffer often keeps a part. A search is only worth
something if it finds what was planted, so `encodings` also makes the plants.
"""

import base64
import ctypes
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FRAGMENT = 9
_BCD_DIGITS = 12  # six whole bytes: five were met by chance, once in some hundred searches of a memory
_CHUNK = 256 * 1024
_OVERLAP = 4096
_BASE64_DIGITS = 6  # eight characters; nine digits hold six that start at a border of base64's groups of three

# Text encodings are found as runs of digits, whatever the digits are, in one pass over the data each.
_RUNS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("ascii", re.compile(rb"[0-9]{9,}")),
    ("wide", re.compile(rb"(?:[0-9]\x00{1,3}){8,}[0-9]")),  # UTF-16 and UTF-32, both ends first
    ("hex", re.compile(rb"(?:3[0-9]){9,}")),
)


@dataclass(frozen=True, slots=True)
class Find:
    """One place where a searched number, or 9 digits and more of one, stands."""

    where: str
    encoding: str


def encodings(number: str, small_ints: int | None = None) -> dict[str, bytes]:
    """Each way in which a number can lie in memory or on disk, by name. `small_ints`: where id(0) is (CPython)."""
    digits = [int(digit) for digit in number]
    even = number + "F" * (len(number) % 2)
    ways = {
        "ascii": number.encode(),
        "utf-16-le": number.encode("utf-16-le"),
        "utf-16-be": number.encode("utf-16-be"),
        "utf-32-le": number.encode("utf-32-le"),
        "hex": number.encode().hex().encode(),
        "digits": bytes(digits),
        "bcd": bytes.fromhex(even),
        "bcd-odd": bytes.fromhex("F" + number + "F" * (1 - len(number) % 2)),
        "bcd-reversed": bytes.fromhex(_swap(even)),
        "int32": b"".join(digit.to_bytes(4, "little") for digit in digits),
    }
    for offset in range(3):
        ways[f"base64-{offset}"] = base64.b64encode(b"?" * offset + number.encode())
    if small_ints is not None:
        ways["int list"] = _pointers(digits, small_ints)
        ways["code list"] = _pointers([digit + ord("0") for digit in digits], small_ints)
    return ways


def family(way: str) -> str:
    """The name under which a plant of `encodings` is found."""
    kinds = {"utf": "wide", "base64": "base64", "bcd": "bcd"}
    return way if way == "bcd-reversed" else kinds.get(way.split("-", maxsplit=1)[0], way)


class Search:
    """Looks for a set of numbers. `small_ints` as in `encodings`, for the memory of a Python process."""

    def __init__(self, numbers: tuple[str, ...], small_ints: int | None = None) -> None:
        self._windows = frozenset(window for number in numbers for window in _windows(number, FRAGMENT))
        self._anchors = tuple(anchor for number in numbers for anchor in _anchors(number, small_ints))

    def in_bytes(self, data: bytes, where: str = "") -> Iterator[Find]:
        for way, runs in _RUNS:
            for run in runs.finditer(data):
                digits = _digits(way, run.group())
                if any(digits[at : at + FRAGMENT] in self._windows for at in range(len(digits) - FRAGMENT + 1)):
                    yield Find(where, way)
        for anchor in self._anchors:
            if anchor.stands_in(data):
                yield Find(where, anchor.way)

    def in_files(self, root: Path) -> Iterator[Find]:
        """Every file below root, as it is on disk."""
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    yield from self._in_stream(file.fileno(), 0, path.stat().st_size, str(path.relative_to(root)))

    def in_memory(self, pid: int) -> Iterator[Find]:
        """Every private page that the process can write: heap, stacks, anonymous maps. Needs the right to read them."""
        maps = Path(f"/proc/{pid}/maps").read_text()
        memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
        try:
            for line in maps.splitlines():
                span, mode, *_ = line.split()
                if mode[1] == "w" and "[vvar" not in line:
                    start, end = (int(part, 16) for part in span.split("-"))
                    yield from self._in_stream(memory, start, end, f"memory of {pid}")
        finally:
            os.close(memory)

    def _in_stream(self, fd: int, start: int, end: int, where: str) -> Iterator[Find]:
        at, tail = start, b""
        while at < end:
            try:
                data = os.pread(fd, min(_CHUNK, end - at), at)
            except OSError:
                return  # a page that went away, or one that not even root may read: the card room's
            if not data:
                return
            if data.count(0) < len(data):  # most of a large memory was never touched
                yield from self.in_bytes(tail + data, where)
            at, tail = at + len(data), data[-_OVERLAP:]


def small_ints_of(pid: int) -> int | None:
    """Where id(0) is in a process that runs the same Python as this one; None when it runs another.

    id(0) lies in the interpreter's static data, at the same distance from the start of its image in every process.
    """
    own, other = _image(os.getpid()), _image(pid)
    return other[1] + id(0) - own[1] if own[0] == other[0] else None


def _image(pid: int) -> tuple[str, int]:
    """The file that holds the interpreter, libpython or the program itself, and where it is mapped first."""
    images = [(name, start) for name, start, _ in _maps(pid) if name.startswith("/")]
    return next((image for image in images if "libpython3" in image[0]), images[0])


def _maps(pid: int) -> list[tuple[str, int, int]]:
    found = []
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, _, _, _, _, *name = line.split(maxsplit=5)
        start, end = (int(part, 16) for part in span.split("-"))
        found.append((name[0] if name else "", start, end))
    return found


def _windows(text: str, length: int, step: int = 1) -> Iterator[str]:
    return (text[at : at + length] for at in range(0, len(text) - length + 1, step))


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A rare piece, looked for first, that every one of `whole` holds: runs of nine digits in one encoding."""

    way: str
    piece: bytes
    whole: tuple[bytes, ...]

    def stands_in(self, data: bytes) -> bool:
        return self.piece in data and any(run in data for run in self.whole)


def _anchors(number: str, small_ints: int | None) -> Iterator[_Anchor]:
    """What is not text. Few pieces are looked for: all runs of nine digits that begin at 0..3 share digits 3..8."""
    ways: dict[str, Callable[[str], bytes]] = {
        "digits": lambda text: bytes(int(digit) for digit in text),
        "int32": lambda text: b"".join(int(digit).to_bytes(4, "little") for digit in text),
    }
    if small_ints is not None:
        ways["int list"] = lambda text: _pointers([int(digit) for digit in text], small_ints)
        ways["code list"] = lambda text: _pointers(list(text.encode()), small_ints)
    for way, encode in ways.items():
        yield from _shared(way, encode, number, FRAGMENT, 1)
    for phase in (0, 1):
        pairs = number[phase:]
        yield from _shared("bcd", bytes.fromhex, pairs, _BCD_DIGITS, 2)
        yield from _shared("bcd-reversed", lambda text: bytes.fromhex(_swap(text)), pairs, _BCD_DIGITS, 2)
    for window in _windows(number, _BASE64_DIGITS):
        encoded = base64.b64encode(window.encode())
        yield _Anchor("base64", encoded, (encoded,))


def _shared(way: str, encode: Callable[[str], bytes], digits: str, length: int, step: int) -> Iterator[_Anchor]:
    """Runs of `length` digits at each `step`, in groups that share a piece."""
    starts = range(0, len(digits) - length + 1, step)
    for at in range(0, len(starts), 4):
        group = starts[at : at + 4]
        runs = tuple(encode(digits[start : start + length]) for start in group)
        yield _Anchor(way, encode(digits[group[-1] : group[0] + length]), runs)


def _swap(text: str) -> str:
    return "".join(text[at + 1] + text[at] for at in range(0, len(text), 2))


def _pointers(values: list[int], small_ints: int) -> bytes:
    stride = id(1) - id(0)
    size = ctypes.sizeof(ctypes.c_void_p)
    return b"".join((small_ints + stride * value).to_bytes(size, "little") for value in values)


def _digits(way: str, run: bytes) -> str:
    return (run[1::2] if way == "hex" else run.replace(b"\0", b"")).decode("ascii")
