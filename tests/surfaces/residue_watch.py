"""Watching a store for marks, while each path is walked and after it: disk, wire, answers, and the engine's memory.

The memory is looked through again and again by a thread of its own. Everything that is found is written down with the
path on which it was found; nothing is judged here.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hw_sim.memory import areas, small_ints_of
from hw_sim.residue import Find, Search
from hw_sim.running import RunningStore
from tests.processes import may_look
from tests.surfaces import residue_marks
from tests.surfaces.book import until
from tests.surfaces.residue_marks import Moment
from tests.surfaces.residue_tap import Tap

_PAUSE_S = 0.5
_GONE = (FileNotFoundError, ProcessLookupError)
TEMPORARY = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))


@dataclass(frozen=True, slots=True)
class Found:
    """`place`: disk, core, log, wire, answer, temp, memory, room. `path`: the first on which it was seen there."""

    path: str
    place: str
    find: Find
    moment: Moment

    def __str__(self) -> str:
        whose = residue_marks.whose(self.find).value
        return f"{self.path}, {self.moment.value}: {self.place}: {self.find.where}: {whose} ({self.find.encoding})"

    @property
    def must_not_be(self) -> bool:
        return residue_marks.must_not_be(self.find, self.place, self.moment)


class Watch:
    """Of one store. `temporary`: the folders in which it would put what it thinks is soon gone. `answers`: all that its
    till was told, as it grows.
    """

    def __init__(self, store: RunningStore, tap: Tap, temporary: Sequence[Path], answers: Sequence[bytes]) -> None:
        self.found: list[Found] = []
        self.patience_s = 10.0  # what an engine lets go of takes its moment
        self.strays: set[Path] = set()  # what the engine can write to that is not on the till's disk
        self._store = store
        self._answers = answers
        self.tap = tap
        self._temporary = tuple(temporary)
        self._till = store.folder / "engine"
        self._search = residue_marks.search()
        self._in_memory: dict[int, Search] = {}
        self._path = "the start"
        self._seen: set[tuple[str, Find, Moment]] = set()
        self._moment = Moment.BUSY
        self._last_look: list[Find] = []
        self._looks_begun = 0
        self._looks_done = 0
        self._trouble: BaseException | None = None
        self._over = threading.Event()
        self._now = threading.Event()

    @contextmanager
    def walking(self, path: str, *, to_its_end: bool = True) -> Iterator[None]:
        """Looks through the engine's memory while the block runs, and at everything when it is over. Not `to_its_end`:
        not once more at the memory, which is another engine's by then.
        """
        self._path = path
        self._over.clear()
        thread = threading.Thread(target=self._keep_looking)
        thread.start()
        try:
            yield
            if to_its_end:
                self.memory_looked_at(Moment.OVER)
            self.look_at_files()
        finally:
            self._over.set()
            self._now.set()
            thread.join()
        if self._trouble is not None:
            raise self._trouble

    def memory_looked_at(self, moment: Moment) -> None:
        """Wait for a whole look at the engine's memory from now on, while the engine only waits.

        It is looked at again for a while before something counts as left behind that was held rightly before.
        """
        deadline = time.monotonic() + self.patience_s
        while True:
            self._moment = moment
            wanted = self._looks_begun + 1
            self._now.set()
            until(lambda: self._looks_done >= wanted or self._trouble is not None)  # noqa: B023 - called at once
            self._moment = Moment.BUSY
            left = [find for find in self._last_look if residue_marks.must_not_be(find, "memory", moment)]
            coming = [find for find in left if not residue_marks.must_not_be(find, "memory", Moment.BUSY)]
            if not coming or time.monotonic() > deadline:
                break
        for find in left:
            self._note("memory", find, moment)

    def rooms_looked_into(self, rooms: Sequence[int]) -> None:
        """What can be read of card rooms: all but the page that holds a card, where nobody may look into that."""
        for room in rooms:
            if may_look(room) and any("secretmem" in area.name for area in areas(room)):
                for find in self._search.at(small_ints_of(room)).in_memory(room):
                    self._note("room", find)

    def look_at_files(self) -> None:
        """What is on disk, went over the wire and was told to the till so far."""
        for place, find in self._in_files(self._search):
            self._note(place, find)
        for core in self._till.glob("core*"):
            core.unlink()  # once is enough for a hundred megabytes

    def look_for(self, *raw: bytes) -> list[tuple[str, Find]]:
        """Bytes that nobody knew beforehand, now: (place, find) in the engine's memory and wherever it writes."""
        engine = int(self._store.facts["engine_pid"])
        search = Search((), small_ints_of(engine), (), raw)
        return [("memory", find) for find in search.in_memory(engine)] + list(self._in_files(search))

    def _in_files(self, search: Search) -> Iterator[tuple[str, Find]]:
        for find in search.in_files(self._till):
            yield _place_on_disk(find.where), find
        for find in search.in_files(self.tap.folder):
            yield "wire", find
        for answer in self._answers:
            for find in search.in_bytes(answer, "an answer"):
                yield "answer", find
        for file in (file for folder in self._temporary for file in _on_one_disk(folder)):
            for find in search.in_file(file, str(file)):
                yield "temp", find

    def forget(self) -> None:
        """What was found so far was put there to be found."""
        self.found.clear()
        self._seen.clear()

    def _keep_looking(self) -> None:
        try:
            while not self._over.is_set():
                self._now.wait(_PAUSE_S)
                self._now.clear()
                self._looks_begun += 1
                self._look_at_engine(int(self._store.facts["engine_pid"]))
                self._looks_done = self._looks_begun
        except BaseException as trouble:  # noqa: BLE001 - raised where the path is walked
            self._trouble = trouble

    def _look_at_engine(self, pid: int) -> None:
        moment, self._last_look = self._moment, []
        if moment is Moment.BUSY and pid not in self._in_memory:
            return  # the first look takes seconds: an engine that was just started is first looked at when it waits
        try:
            if pid not in self._in_memory:
                self._in_memory[pid] = self._search.at(small_ints_of(pid))
            self._last_look = list(self._in_memory[pid].in_memory(pid))
            self.strays |= {file for file in _open_for_writing(pid) if not file.is_relative_to(self._till)}
        except _GONE:
            return  # killed, or not there yet
        except PermissionError:  # as for one that is dead and still listed
            if areas(pid):
                raise
        for find in self._last_look:
            if moment is Moment.BUSY or residue_marks.must_not_be(find, "memory", Moment.BUSY):
                self._note("memory", find, moment)

    def _note(self, place: str, find: Find, moment: Moment = Moment.OVER) -> None:
        if (place, find, moment) not in self._seen:
            self._seen.add((place, find, moment))
            self.found.append(Found(self._path, place, find, moment))


def _place_on_disk(where: str) -> str:
    if where.startswith("log/"):
        return "log"
    return "core" if where.startswith("core") else "disk"


def _open_for_writing(pid: int) -> Iterator[Path]:
    """The files, whatever has become of their names, that a process can write to."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(*_GONE):
            flags = (link.parent.parent / "fdinfo" / link.name).read_text().split("flags:")[1].split()[0]
            if link.is_file() and int(flags, 8) & 0o3:
                yield link.readlink()


def _on_one_disk(folder: Path) -> Iterator[Path]:
    """The files below it, not those of another disk that shows through."""
    disk = folder.stat().st_dev
    for at, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if Path(at, name).lstat().st_dev == disk]
        yield from (Path(at, name) for name in files)
