"""The demo's last step: the search for what the day's customers left, which first has to find its own plants."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hw_sim.demo.errors import DemoError
from hw_sim.disguises import encodings, family, text_encodings
from hw_sim.memory import small_ints_of
from hw_sim.residue import Find, Search


@dataclass(frozen=True, slots=True)
class Marks:
    """What is searched for: card numbers, and texts that name somebody."""

    numbers: tuple[str, ...]
    texts: tuple[str, ...]

    def plants(self, small_ints: int | None = None) -> Mapping[str, bytes]:
        """The first number and the first text in each encoding, by name."""
        return {
            **{f"number {way}": raw for way, raw in encodings(self.numbers[0], small_ints).items()},
            **{f"text {way}": raw for way, raw in text_encodings(self.texts[0], small_ints).items()},
        }

    def search(self, pid: int | None = None) -> Search:
        return Search(self.numbers, None if pid is None else small_ints_of(pid), self.texts)


def plants_found_on_disk(marks: Marks, folder: Path) -> int:
    """Each plant in a file of its own on the till's disk, searched for, taken away: how many. Raises DemoError."""
    plants = {folder / f"planted {name}": raw for name, raw in marks.plants().items()}
    for path, raw in plants.items():
        path.write_bytes(b"before" + raw + b"after")
    found = {find.where for find in marks.search().in_files(folder)}
    for path in plants:
        path.unlink()
    return _all_found({path.name for path in plants}, found)


def plants_found_in_memory(marks: Marks) -> int:
    """All of them in the memory of one process like the engine, searched for there: how many kinds. DemoError."""
    with _holder(marks) as holder:
        found = {(_kind(find), find.encoding) for find in marks.search(holder).in_memory(holder)}
    planted = {(kind, family(way)) for kind, _, way in (name.partition(" ") for name in marks.plants(id(0)))}
    planted.discard(("text", "url"))  # found by the letters between its escapes, as ascii
    return _all_found({" ".join(each) for each in planted}, {" ".join(each) for each in found})


def found(marks: Marks, folder: Path, engine: int) -> list[Find]:
    """What stands on the till's disk or in the engine's memory."""
    return [*marks.search().in_files(folder), *marks.search(engine).in_memory(engine)]


def _kind(find: Find) -> str:
    return find.what.split()[0]


def _all_found(planted: set[str], found: set[str]) -> int:
    if missing := planted - found:
        raise DemoError(f"the search does not see {', '.join(sorted(missing))}")
    return len(planted)


_HOLDER = """
import sys
kept = [bytes(byte ^ 0xA5 for byte in bytes.fromhex(word)) for word in sys.stdin.readline().split()]
kept += [list(kept[0]), [byte - 48 for byte in kept[0]], list(kept[-1])]
print("ready", flush=True)
sys.stdin.readline()
"""


@contextmanager
def _holder(marks: Marks) -> Iterator[int]:
    """A Python process that holds each plant, and was told them in a guise that is none."""
    plants = [*marks.plants().values(), marks.texts[0].encode()]
    words = " ".join(bytes(byte ^ 0xA5 for byte in raw).hex() for raw in plants)
    child = subprocess.Popen([sys.executable, "-c", _HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        child.stdin.write(words + "\n")
        child.stdin.flush()
        child.stdout.readline()
        yield child.pid
        child.stdin.close()
