"""Undoing the disguises in which text lies in bytes, without knowing which text: what the search looks through.

Each layer finds the runs of its own alphabet in raw bytes and gives the text under them. A run is first looked for by
its shape, every byte made into its class: that costs a tenth of the pattern, which then runs over few pieces.
"""

import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_HEX = b"0123456789abcdefABCDEF"
_DIGITS = b"0123456789"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_PRINTABLE = bytes(range(0x20, 0x7F))
_TEXT = 8  # characters that a run must stand for
_LIST_CODES = 0x7F
_MEMBER, _OTHER = b"*", b"."
_BETWEEN = b"\n"  # no run of two pieces together

Layer = Callable[[bytes], bytes]


def views(data: bytes, small_ints: int | None) -> Iterator[tuple[str, bytes]]:
    """(way, text): the data itself, then what lies in it under each layer that is there at all.

    `small_ints`: where id(0) is in the memory of a Python process; None: no lists of pointers are looked for.
    """
    yield "ascii", data
    for way, undo in LAYERS:
        if text := undo(data):
            yield way, text
    if small_ints is not None and (text := _pointers(data, small_ints)):
        yield "list", text


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """Runs of at least so many bytes of a class."""

    classes: bytes
    least: int

    def runs(self, data: bytes) -> Iterator[bytes]:
        shape = data.translate(self.classes)
        wanted, end = _MEMBER * self.least, 0
        while (start := shape.find(wanted, end)) >= 0:
            end = shape.find(_OTHER, start)
            end = len(data) if end < 0 else end
            yield data[start:end]


@dataclass(frozen=True, slots=True)
class _Runs:
    """Runs of a pattern, where one of `shapes` is in the data once each byte is translated into its class."""

    classes: bytes
    shapes: tuple[bytes, ...]
    pattern: re.Pattern[bytes]

    def of(self, data: bytes) -> Iterator[bytes]:
        shape = data.translate(self.classes)
        if any(wanted in shape for wanted in self.shapes):
            for run in self.pattern.finditer(data):
                yield run.group()


def _classes(*members: tuple[bytes, bytes]) -> bytes:
    """A table for translate: (bytes of a class, its letter); _OTHER for the rest."""
    table = bytearray(_OTHER * 256)
    for of_class, letter in members:
        for byte in of_class:
            table[byte] = letter[0]
    return bytes(table)


_WIDE = _Runs(
    _classes((_PRINTABLE, b"p"), (b"\0", b"0")),
    (b"p0" * (_TEXT - 1) + b"p", b"p000" * (_TEXT - 1) + b"p"),
    re.compile(rb"(?:[ -~]\x00{1,3}){7,}[ -~]"),
)
_IN_HEX = _Alphabet(_classes((_HEX, _MEMBER)), 2 * _TEXT)
_ESCAPED = _Runs(
    _classes((_HEX, b"h"), (b"%", b"%"), (b"\\", b"\\"), (b"xu", b"x")),
    (b"%hh" * _TEXT, b"\\xhh" * _TEXT, b"\\xhhhh" * _TEXT),
    re.compile(rb"(?:(?:%|\\x|\\u00)[0-9A-Fa-f]{2}){8,}"),
)
_GROUPED = _Runs(
    _classes((_DIGITS, b"d"), (b" -", b"-")),
    (b"dddd-dddd",),
    re.compile(rb"[0-9]{3,6}(?:[ -][0-9]{2,6}){2,}"),
)
_IN_BASE64 = _Alphabet(_classes((_BASE64, _MEMBER)), 11)  # eight characters, wherever in a group of three they begin
_STANDARD = bytes.maketrans(b"-_", b"+/")
# Digits as numbers, in bytes or 32-bit words; at most three zeros lie between two others (residue.py sees to it)
_NUMBERS = re.compile(rb"[\x01-\x09](?:\x00{0,15}[\x01-\x09]){3,}")
_AS_DIGITS = _classes(*((bytes((digit,)), b"%d" % digit) for digit in range(10)))


def _wide(data: bytes) -> bytes:
    return _BETWEEN.join(run.replace(b"\0", b"") for run in _WIDE.of(data))


def _hex(data: bytes) -> bytes:
    """Both ways in which a run can be cut into pairs."""
    pieces: list[bytes] = []
    for run in _IN_HEX.runs(data):
        pieces += (binascii.unhexlify(run[begin : begin + (len(run) - begin) // 2 * 2]) for begin in (0, 1))
    return _narrow(_BETWEEN.join(pieces))


def _escaped(data: bytes) -> bytes:
    pieces = (re.sub(rb"%|\\x|\\u00", b"", run) for run in _ESCAPED.of(data))
    return _narrow(_BETWEEN.join(binascii.unhexlify(piece) for piece in pieces))


def _grouped(data: bytes) -> bytes:
    return _BETWEEN.join(run.translate(None, b" -") for run in _GROUPED.of(data))


def _base64(data: bytes) -> bytes:
    """All runs behind one another, each filled up to whole groups of four, undone at each of the four borders."""
    runs = b"".join(run + b"AAAA" + b"AAA"[: -len(run) % 4] for run in _IN_BASE64.runs(data)).translate(_STANDARD)
    whole = len(runs)
    pieces = (binascii.a2b_base64(runs[begin : whole - -begin % 4]) for begin in range(4))
    return _narrow(_BETWEEN.join(pieces)) if runs else b""


def _numbers(data: bytes) -> bytes:
    pieces = []
    for run in _NUMBERS.finditer(data):
        start, end = run.span()
        pieces.append(data[max(0, start - 3) : end + 3])  # zeros before the first and after the last
        pieces.append(data[start % 4 if start < 12 else start - 12 : end + 12 : 4])  # noqa: PLR2004 - three words
    return _BETWEEN.join(pieces).translate(_AS_DIGITS)


def _pointers(data: bytes, small_ints: int) -> bytes:
    """Lists of small integers, digits or characters, as rows of pointers to the interpreter's own objects."""
    stride = id(1) - id(0)
    first, last = (at.to_bytes(8, "little") for at in (small_ints, small_ints + stride * _LIST_CODES))
    free = next(low for low in range(8) if first[low:] == last[low:])  # so many low bytes differ
    shared = re.escape(first[free:])
    if first[free:] not in data:
        return b""
    pieces = []
    for run in re.finditer(rb"(?s)%s(?:.{%d}%s){7,}" % (shared, free, shared), data):
        start = run.start() - free
        if start >= 0:
            row = (int.from_bytes(data[at : at + 8], "little") for at in range(start, run.end(), 8))
            pieces.append(bytes(_character((pointer - small_ints) // stride) for pointer in row))
    return _BETWEEN.join(pieces)


def _character(value: int) -> int:
    if 0 <= value < len(_DIGITS):
        return _DIGITS[value]
    return value if _PRINTABLE[0] <= value <= _PRINTABLE[-1] else _BETWEEN[0]


def _narrow(text: bytes) -> bytes:
    """Text that was wide before it was wrapped comes out wide: both forms, one after the other."""
    return text + _BETWEEN + text.replace(b"\0", b"") if b"\0" in text else text


LAYERS: tuple[tuple[str, Layer], ...] = (
    ("wide", _wide),
    ("hex", _hex),
    ("escaped", _escaped),
    ("grouped", _grouped),
    ("base64", _base64),
    ("digits", _numbers),
)
