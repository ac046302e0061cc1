"""Each way in which a number or a name can lie in memory, on disk or on a wire: what the search must know, as plants.

Only makes them. The search (residue.py) takes them apart by rules of its own (unwrap.py).
"""

import base64
import ctypes
from urllib.parse import quote


def encodings(number: str, small_ints: int | None = None) -> dict[str, bytes]:
    """Each way in which a number can lie in memory or on disk, by name. `small_ints`: where id(0) is (CPython)."""
    digits = [int(digit) for digit in number]
    even = number + "F" * (len(number) % 2)
    ways = {
        "ascii": number.encode(),
        "grouped": b" ".join(number[at : at + 4].encode() for at in range(0, len(number), 4)),
        **_of_text(number),
        "digits": bytes(digits),
        "bcd": bytes.fromhex(even),
        "bcd-odd": bytes.fromhex("F" + number + "F" * (1 - len(number) % 2)),
        "bcd-reversed": bytes.fromhex(_swapped(even)),
        "int32": b"".join(digit.to_bytes(4, "little") for digit in digits),
    }
    if small_ints is not None:
        ways["int list"] = _pointers(digits, small_ints)
        ways["code list"] = _pointers(list(number.encode()), small_ints)
    return ways


def text_encodings(text: str, small_ints: int | None = None) -> dict[str, bytes]:
    """The same for a name, an address or any other text in ASCII."""
    ways = {"ascii": text.encode("ascii"), "other case": text.swapcase().encode(), **_of_text(text)}
    if small_ints is not None:
        ways["code list"] = _pointers(list(text.encode()), small_ints)
    return ways


def family(way: str) -> str:
    """The name under which a plant is found."""
    kinds = {
        "utf-16-le": "wide",
        "utf-16-be": "wide",
        "utf-32-le": "wide",
        "utf-32-be": "wide",
        "upper hex": "hex",
        "hex of utf-16": "hex",
        "base64-0": "base64",
        "base64-1": "base64",
        "base64-2": "base64",
        "base64 of utf-16": "base64",
        "percent": "escaped",
        "json": "escaped",
        "repr": "escaped",
        "other case": "ascii",
        "bcd-odd": "bcd",
        "int32": "digits",
        "int list": "list",
        "code list": "list",
    }
    return kinds.get(way, way)


def _of_text(text: str) -> dict[str, bytes]:
    raw = text.encode("ascii")
    ways = {f"utf-{form}": text.encode(f"utf-{form}") for form in ("16-le", "16-be", "32-le", "32-be")}
    ways |= {"hex": raw.hex().encode(), "upper hex": raw.hex().upper().encode()}
    ways |= {f"base64-{offset}": base64.b64encode(b"?" * offset + raw) for offset in range(3)}
    ways |= {
        "hex of utf-16": text.encode("utf-16-le").hex().encode(),
        "base64 of utf-16": base64.urlsafe_b64encode(text.encode("utf-16-le")),
        "percent": b"".join(b"%%%02X" % byte for byte in raw),
        "json": b"".join(b"\\u00%02x" % byte for byte in raw),
        "repr": b"".join(b"\\x%02x" % byte for byte in raw),
    }
    if quote(text, safe="") != text:
        ways["url"] = quote(text, safe="").encode()
    return ways


def _swapped(text: str) -> str:
    return "".join(text[at + 1] + text[at] for at in range(0, len(text), 2))


def _pointers(values: list[int], small_ints: int) -> bytes:
    stride = id(1) - id(0)
    size = ctypes.sizeof(ctypes.c_void_p)
    return b"".join((small_ints + stride * value).to_bytes(size, "little") for value in values)
