"""An announced system call, read from the memory and the descriptors of the thread that waits in it."""

import os
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.power.calls import O_CHANGES
from tests.power.tape import (
    Made,
    MadeFolder,
    Operation,
    Removed,
    Renamed,
    Resized,
    Said,
    Synced,
    Unmodelled,
    Wrote,
)

_AT_FDCWD = -100
_PATH_MAX = 4096
_STANDARD_OUTPUT = 1
_IOVEC = struct.Struct("=QQ")
_EMPTIES = os.O_TRUNC
_GONE = " (deleted)"
_NO_DESCRIPTOR = {"sync", "syncfs"}


class Announced:
    """`folder` is the one that is watched, without links; what happens elsewhere is nothing (None)."""

    def __init__(self, folder: str, thread: int, name: str, arguments: Sequence[int]) -> None:
        self._folder = folder
        self._thread = thread
        self._name = name
        self._arguments = arguments

    @property
    def process(self) -> int:
        status = Path(f"/proc/{self._thread}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("Tgid:")).split()[1])

    def operations(self) -> list[Operation]:
        """What it will do to the folder: nothing, one thing, or two (made or emptied, and written)."""
        try:
            return self._read()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return []  # it was killed meanwhile, or locked itself up (a card room, which can change no disk)

    def _read(self) -> list[Operation]:  # noqa: C901, PLR0911 - a line a call
        first, second, third, fourth, *_ = self._arguments
        match self._name:
            case "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2":
                return self._written(_signed(first), second, third, fourth)
            case "ftruncate":
                return self._of(_signed(first), lambda path: Resized(path, second))
            case "fsync" | "fdatasync":
                return self._of(_signed(first), lambda path: Synced(path, folder=self._is_folder(path)))
            case "open" | "creat":
                return self._opened(_AT_FDCWD, first, second if self._name == "open" else O_CHANGES)
            case "openat":
                return self._opened(_signed(first), second, third)
            case "rename":
                return self._renamed(_AT_FDCWD, first, _AT_FDCWD, second)
            case "renameat" | "renameat2":
                return self._renamed(_signed(first), second, _signed(third), fourth)
            case "unlink" | "rmdir":
                return self._removed(_AT_FDCWD, first)
            case "unlinkat":
                return self._removed(_signed(first), second)
            case "mkdir":
                return self._made_folder(_AT_FDCWD, first)
            case "mkdirat":
                return self._made_folder(_signed(first), second)
            case _:
                return self._unmodelled(first, third)

    # ---- calls ----

    def _written(self, descriptor: int, buffer: int, count: int, offset: int) -> list[Operation]:
        target = self._link(descriptor)
        path = self._inside(target)
        if path is None:
            if descriptor == _STANDARD_OUTPUT and self._name == "write" and target.startswith("pipe:"):
                return [Said(self._memory(buffer, count))]
            return []
        if "v" in self._name:
            vectors = _IOVEC.iter_unpack(self._memory(buffer, count * _IOVEC.size))
            data = b"".join(self._memory(base, length) for base, length in vectors)
        else:
            data = self._memory(buffer, count)
        at = offset if self._name.startswith("p") else self._position(descriptor)
        return [Wrote(path, at, data)]

    def _of(self, descriptor: int, make: Callable[[str], Operation]) -> list[Operation]:
        path = self._inside(self._link(descriptor))
        return [] if path is None else [make(path)]

    def _opened(self, folder: int, name: int, flags: int) -> list[Operation]:
        path, there = self._named(folder, name)
        if path is None:
            return []
        if not there:
            return [Made(path)] if flags & os.O_CREAT else []
        emptied = flags & _EMPTIES and not flags & os.O_EXCL
        return [Resized(path, 0)] if emptied else []

    def _renamed(self, from_folder: int, name: int, to_folder: int, to_name: int) -> list[Operation]:
        path, there = self._named(from_folder, name)
        to, _ = self._named(to_folder, to_name)
        if path is None and to is None:
            return []
        if path is None or to is None or self._is_folder(path):
            return [Unmodelled(self._name, str(path or to))]
        return [Renamed(path, to)] if there else []

    def _removed(self, folder: int, name: int) -> list[Operation]:
        path, there = self._named(folder, name)
        if path is None or not there:
            return []
        return [Unmodelled(self._name, path)] if self._is_folder(path) else [Removed(path)]

    def _made_folder(self, folder: int, name: int) -> list[Operation]:
        path, there = self._named(folder, name)
        return [] if path is None or there else [MadeFolder(path)]

    def _unmodelled(self, first: int, third: int) -> list[Operation]:
        """One descriptor of it is written to; a path is not looked at, and counts."""
        if self._name in _NO_DESCRIPTOR:
            return [Unmodelled(self._name, "")]
        if self._name in {"fallocate", "sync_file_range", "sendfile", "splice", "copy_file_range"}:
            written = third if self._name in {"splice", "copy_file_range"} else first
            return self._of(_signed(written), lambda path: Unmodelled(self._name, path))
        return [Unmodelled(self._name, "")]

    # ---- the thread's memory and descriptors ----

    def _memory(self, address: int, size: int) -> bytes:
        with Path(f"/proc/{self._thread}/mem").open("rb", buffering=0) as memory:
            return os.pread(memory.fileno(), size, address)

    def _text(self, address: int) -> str:
        """A path: read up to the end of its page and on, since what follows may be nobody's."""
        read = b""
        while b"\0" not in read and len(read) < _PATH_MAX:
            here = address + len(read)
            read += self._memory(here, _PATH_MAX - here % _PATH_MAX)
        return os.fsdecode(read.partition(b"\0")[0])

    def _link(self, descriptor: int) -> str:
        return str(Path(f"/proc/{self._thread}/fd/{descriptor}").readlink())

    def _position(self, descriptor: int) -> int:
        facts = dict(
            line.split(":\t")
            for line in Path(f"/proc/{self._thread}/fdinfo/{descriptor}").read_text().splitlines()
            if ":\t" in line
        )
        if int(facts["flags"], 8) & os.O_APPEND:
            return Path(f"/proc/{self._thread}/fd/{descriptor}").stat().st_size
        return int(facts["pos"])

    def _named(self, folder: int, name: int) -> tuple[str | None, bool]:
        """A path's place in the watched folder (None: elsewhere), and whether something is there."""
        at = Path(f"/proc/{self._thread}", "cwd" if folder == _AT_FDCWD else f"fd/{folder}")
        whole = at.readlink() / self._text(name)
        whole = whole.parent.resolve() / whole.name
        return self._inside(str(whole)), os.path.lexists(whole)

    def _inside(self, path: str) -> str | None:
        if path == self._folder:
            return ""
        if not path.startswith(self._folder + "/") or path.endswith(_GONE):
            return None
        return path[len(self._folder) + 1 :]

    def _is_folder(self, path: str) -> bool:
        return Path(self._folder, path).is_dir()


def _signed(argument: int) -> int:
    """A descriptor as the kernel takes it: the low 32 bits."""
    return (argument & 0xFFFFFFFF) - ((argument & 0x80000000) << 1)
