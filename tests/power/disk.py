"""A disk that loses power: from a tape, what may be found on it afterwards. Pure.

The strictest disk that POSIX allows a program to meet and that SQLite is built for: what was not synced is there, or is
not, or is torn, in any combination and any order; a write harms no byte beside it (SQLite's powersafe overwrite); the
names in a folder go through its changes in their order, and are as old as its last sync at worst; a rename is whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

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

SECTOR = 512
INDEX = "-shm"  # SQLite's shared memory: never meant to last, emptied by whoever opens the database first

Image = Mapping[str, bytes | None]  # by path; None: a folder


@dataclass(slots=True)
class _File:
    durable: bytes = b""
    pending: list[Wrote | Resized] = field(default_factory=list)


_Names = dict[str, "_File | _Folder"]


@dataclass(slots=True)
class _Folder:
    durable: _Names = field(default_factory=dict)
    pending: list[tuple[frozenset[str], _Names]] = field(default_factory=list)  # names that go, names that come

    def names(self, kept: int | None = None) -> _Names:
        """After the first `kept` changes since the last sync; after all of them."""
        names = dict(self.durable)
        for gone, new in self.pending[:kept]:
            names = {name: each for name, each in names.items() if name not in gone} | new
        return names


class Disk:
    """`play` a tape's operations in their order; `images` are what a power cut now may leave."""

    def __init__(self, before: Image) -> None:
        """`before`: what was there and durable when the recording began."""
        self._root = _Folder()
        for path in sorted(before):
            content = before[path]
            folder, name = self._place(path)
            folder.durable[name] = _Folder() if content is None else _File(content)

    def play(self, operation: Operation) -> None:
        match operation:
            case Made(path):
                self._change(path, new=_File())
            case MadeFolder(path):
                self._change(path, new=_Folder())
            case Removed(path):
                self._change(path)
            case Renamed(path, to):
                self._rename(path, to)
            case Wrote(path) | Resized(path):
                self._file(path).pending.append(operation)
            case Synced(path, folder=True):
                folder = self._folder(path)
                folder.durable = folder.names()
                folder.pending.clear()
            case Synced(path):
                file = self._file(path)
                file.durable = _content(file, range(len(file.pending)))
                file.pending.clear()
            case Said():
                pass
            case Unmodelled(call, path):
                raise AssertionError(f"the model does not know {call} of {path or 'something'}")

    # ---- after a power cut ----

    @property
    def pending(self) -> int:
        """How many writes are not synced."""
        return sum(len(file.pending) for file in self._files().values())

    def image(self, kept: Sequence[bool], *, names: bool) -> Image:
        """With those writes alone, of all that are not synced; with all changes of names or none that is not synced."""
        chosen = iter(kept)
        choice = {id(file): [at for at in range(len(file.pending)) if next(chosen)] for file in self._files().values()}
        image = self._image(lambda file: _content(file, choice.get(id(file), [])), lambda _: None if names else 0)
        return {path: content for path, content in image.items() if not path.endswith(INDEX)}

    def torn(self, chance: Random) -> Image:
        """Each write there, lost, or torn by sectors, some of them with whatever was left there; names likewise."""
        rate = chance.choice((0.1, 0.5, 0.9))
        return self._image(
            lambda file: _torn(file, chance, rate), lambda folder: chance.randint(0, len(folder.pending))
        )

    def _image(self, content: Callable[[_File], bytes], kept: Callable[[_Folder], int | None]) -> Image:
        found: dict[str, bytes | None] = {}

        def look(folder: _Folder, path: str) -> None:
            for name, each in folder.names(kept(folder)).items():
                if isinstance(each, _Folder):
                    found[path + name] = None
                    look(each, f"{path}{name}/")
                else:
                    found[path + name] = content(each)

        look(self._root, "")
        return found

    # ---- as programs see it now ----

    def _files(self) -> dict[int, _File]:
        """Every file that has a name, or may have one after a cut: each once, in a fixed order; no index."""
        found: dict[int, _File] = {}

        def look(folder: _Folder) -> None:
            for kept in range(len(folder.pending) + 1):
                for name, each in folder.names(kept).items():
                    if isinstance(each, _Folder):
                        look(each)
                    elif not name.endswith(INDEX):
                        found.setdefault(id(each), each)

        look(self._root)
        return found

    def _place(self, path: str) -> tuple[_Folder, str]:
        parent, _, name = path.rpartition("/")
        return self._folder(parent), name

    def _folder(self, path: str) -> _Folder:
        at = self._root
        for name in filter(None, path.split("/")):
            found = at.names()[name]
            assert isinstance(found, _Folder)
            at = found
        return at

    def _file(self, path: str) -> _File:
        folder, name = self._place(path)
        found = folder.names()[name]
        assert isinstance(found, _File)
        return found

    def _change(self, path: str, new: "_File | _Folder | None" = None) -> None:
        folder, name = self._place(path)
        folder.pending.append((frozenset({name}), {} if new is None else {name: new}))

    def _rename(self, path: str, to: str) -> None:
        folder, name = self._place(path)
        to_folder, to_name = self._place(to)
        moved = folder.names()[name]
        if folder is to_folder:
            folder.pending.append((frozenset({name, to_name}), {to_name: moved}))
        else:  # two folders, each with a sync of its own: for a while it may have both names, or none
            folder.pending.append((frozenset({name}), {}))
            to_folder.pending.append((frozenset({to_name}), {to_name: moved}))


def _content(file: _File, kept: Sequence[int]) -> bytes:
    content = bytearray(file.durable)
    for at in kept:
        match file.pending[at]:
            case Wrote(_, offset, data):
                _put(content, offset, data)
            case Resized(_, size):
                _resize(content, size)
    return bytes(content)


def _torn(file: _File, chance: Random, rate: float) -> bytes:
    content = bytearray(file.durable)
    for change in file.pending:
        fate = chance.random()
        if isinstance(change, Resized):
            if fate < rate:
                _resize(content, change.size)
        elif fate < rate / 2:
            _put(content, change.offset, change.data)
        elif fate < rate:
            for offset, part in _sectors(change):
                match chance.randrange(4):
                    case 0:
                        _put(content, offset, chance.randbytes(len(part)))
                    case 1 | 2:
                        _put(content, offset, part)
                    case _:
                        _resize(content, max(len(content), offset + len(part)))
    return bytes(content)


def _sectors(change: Wrote) -> list[tuple[int, bytes]]:
    """Its parts, as sectors of the disk cut it."""
    parts, at = [], 0
    while at < len(change.data):
        offset = change.offset + at
        size = SECTOR - offset % SECTOR
        parts.append((offset, change.data[at : at + size]))
        at += size
    return parts


def _put(content: bytearray, offset: int, data: bytes) -> None:
    _resize(content, max(len(content), offset))
    content[offset : offset + len(data)] = data


def _resize(content: bytearray, size: int) -> None:
    if size < len(content):
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))
