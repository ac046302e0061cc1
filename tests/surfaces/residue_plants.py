"""Plants: the marks put where they must not be, in each encoding, to see that the search finds them there.

On the till's disk, in the memory of a living Python process, on the wire, and in the core of a process.
"""

import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hw_sim.memory import areas, opened
from hw_sim.residue import encodings, family, small_ints_of, text_encodings
from hw_sim.store import tether
from tests.surfaces.residue_marks import PLANTED_HASH, PLANTED_NUMBER, PLANTED_TEXT

_HOLDER = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
kept = [bytes(byte ^ 0xA5 for byte in bytes.fromhex(word)) for word in sys.stdin.readline().split()]
kept += [list(each) for each in kept[:2]] + [[byte - 48 for byte in kept[0]]]
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
"""
_CHUNK = 1 << 16


def plants() -> dict[str, bytes]:
    """Each encoding of the number and of the name, by a file's name; two in plain ASCII first."""
    number, text = encodings(PLANTED_NUMBER), text_encodings(PLANTED_TEXT)
    named = {f"number in {way}": raw for way, raw in number.items()} | {
        f"name in {way}": raw for way, raw in text.items()
    }
    named |= {
        "hash": PLANTED_HASH,
        "hash in hex": PLANTED_HASH.hex().encode(),
        "hash in base64": b64encode(PLANTED_HASH),
    }
    plain = ("number in ascii", "name in ascii")
    return {name: named[name] for name in (*plain, *(name for name in named if name not in plain))}


def in_base64(raw: bytes) -> list[bytes]:
    """Wherever in a group it begins."""
    return [b64encode(b"?" * offset + raw) for offset in range(3)]


def expected(*, in_python: bool) -> set[tuple[str, str]]:
    """(a mark's kind, an encoding) of what is found where all of `plants` lie; lists only in a Python's memory."""
    small_ints = id(0) if in_python else None
    numbers = {("number", family(way)) for way in encodings(PLANTED_NUMBER, small_ints)}
    texts = {("text", family(way)) for way in text_encodings(PLANTED_TEXT, small_ints)}
    return numbers | texts - {("text", "url")} | {("bytes", "ascii"), ("bytes", "hex"), ("bytes", "base64")}


@contextmanager
def holder(folder: Path, held: Mapping[str, bytes] | None = None) -> Iterator["subprocess.Popen[str]"]:
    """A Python process that works in `folder`, holds all plants or these, and was told them in a guise that is none."""
    words = " ".join(bytes(byte ^ 0xA5 for byte in raw).hex() for raw in (held or plants()).values())
    command = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), sys.executable, "-c", _HOLDER]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(words + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def small_ints(process: "subprocess.Popen[str]") -> int | None:
    return small_ints_of(process.pid)


def core_of(process: "subprocess.Popen[str]", folder: Path) -> Path:
    """A core of a process that works in `folder`: the kernel's own where that is a file there, else one like it."""
    if not kernel_leaves_cores():
        return _written_core(process.pid, folder / "core")
    process.send_signal(signal.SIGABRT)
    process.wait()
    (core,) = folder.glob("core*")
    return core


def kernel_leaves_cores() -> bool:
    """As files where the process works; a machine may hand them to a program instead, or put them elsewhere."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    return pattern.startswith("core") and "/" not in pattern


def _written_core(pid: int, core: Path) -> Path:
    with opened(pid) as memory, core.open("wb") as file:
        for area in areas(pid):
            if area.writable and area.name != "[vvar]":
                for at in range(area.start, area.end, _CHUNK):
                    file.write(os.pread(memory, min(_CHUNK, area.end - at), at))
    return core
