"""Searching for what must not be there: card numbers in bytes, files and memory, in every encoding and in fragments.

A fragment counts from 9 digits on, because a freed buffer often keeps a part. Each search is only worth something if
it finds what was planted, so `encodings` also makes the plants.
"""

import base64
import ctypes
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FRAGMENT = 9
_BCD_DIGITS = 10  # five whole bytes: a shorter run would be met by chance in a large memory
_CHUNK = 8 * 1024 * 1024
_OVERLAP = 4096

# Text encodings are found as runs of digits, whatever the digits are, in one pass over the data each.
_RUNS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("ascii", re.compile(rb"[0-9]{9,}")),
    ("utf-16-le", re.compile(rb"(?:[0-9]\x00){9,}")),
    ("utf-32-le", re.compile(rb"(?:[0-9]\x00\x00\x00){9,}")),
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


class Search:
    """Looks for a set of numbers. `small_ints` as in `encodings`, for the memory of a Python process."""

    def __init__(self, numbers: tuple[str, ...], small_ints: int | None = None) -> None:
        self._windows = frozenset(window for number in numbers for window in _windows(number, FRAGMENT))
        self._patterns = tuple({p: way for number in numbers for way, p in _patterns(number, small_ints)}.items())

    def in_bytes(self, data: bytes, where: str = "") -> Iterator[Find]:
        for way, runs in _RUNS:
            for run in runs.finditer(data):
                digits = _digits(way, run.group())
                if any(digits[at : at + FRAGMENT] in self._windows for at in range(len(digits) - FRAGMENT + 1)):
                    yield Find(where, way)
        for pattern, way in self._patterns:
            if pattern in data:
                yield Find(where, way)

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


def _patterns(number: str, small_ints: int | None) -> Iterator[tuple[str, bytes]]:
    """What is not text: one pattern a fragment."""
    for window in _windows(number, FRAGMENT):
        digits = [int(digit) for digit in window]
        yield "digits", bytes(digits)
        yield "int32", b"".join(digit.to_bytes(4, "little") for digit in digits)
        yield "utf-16-be", window.encode("utf-16-be")
        for offset in range(3):
            # The first and last characters of a run depend on its neighbours: leave them out.
            encoded = base64.b64encode(b"?" * offset + window.encode())
            yield f"base64-{offset}", encoded[(offset * 8 + 5) // 6 : len(b"?" * offset + window.encode()) * 8 // 6]
        if small_ints is not None:
            yield "int list", _pointers(digits, small_ints)
            yield "code list", _pointers([digit + ord("0") for digit in digits], small_ints)
    for window in _windows(number, _BCD_DIGITS):
        yield "bcd", bytes.fromhex(window)
        yield "bcd-reversed", bytes.fromhex(_swap(window))


def _swap(text: str) -> str:
    return "".join(text[at + 1] + text[at] for at in range(0, len(text), 2))


def _pointers(values: list[int], small_ints: int) -> bytes:
    stride = id(1) - id(0)
    size = ctypes.sizeof(ctypes.c_void_p)
    return b"".join((small_ints + stride * value).to_bytes(size, "little") for value in values)


def _digits(way: str, run: bytes) -> str:
    match way:
        case "hex":
            return run[1::2].decode("ascii")
        case "utf-16-le":
            return run[::2].decode("ascii")
        case "utf-32-le":
            return run[::4].decode("ascii")
        case _:
            return run.decode("ascii")
