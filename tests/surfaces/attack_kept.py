"""All that a till keeps, in an attacker's hands: copies of its files with their times, and the keys to open them.

Taken once; then nothing of the store is touched. What is encrypted is opened with the keys that lie beside it.
"""

import hashlib
import hmac
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pos_bridge.identity import file
from pos_bridge.identity.keys import unsealed

Time = float  # seconds since 1970, UTC
_TIMES = {"%.9Y": "changed", "%.9Z": "status changed", "%.9W": "made"}
_NONCE = 12


@dataclass(frozen=True)
class Table:
    """Of one SQLite file, without its write-ahead log's past: the rows as SQL gives them, in the order of the file."""

    file: str
    name: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


@dataclass(frozen=True)
class Kept:
    """`folder`: the copy of the till's disk. `times`: of each file and folder, (which of its times, when)."""

    folder: Path
    times: dict[str, list[tuple[str, Time]]]

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def files(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(self.folder)), path.read_bytes()

    def tables(self) -> Iterator[Table]:
        for path in sorted(self.folder.rglob("*.db")):
            with _opened(path) as connection:
                for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                    cursor = connection.execute(f"SELECT * FROM {name}")
                    columns = tuple(each[0] for each in cursor.description)
                    yield Table(str(path.relative_to(self.folder)), name, columns, cursor.fetchall())

    def table(self, name: str, *, of: str = "journal") -> list[dict[str, object]]:
        """Over all files of that folder, or of that file."""
        found = [each for each in self.tables() if each.name == name and f"state/{of}" in each.file]
        return [dict(zip(each.columns, row, strict=True)) for each in found for row in each.rows]

    def opened(self) -> Iterator[tuple[str, bytes]]:
        """What is in the boxes: the vault's, and the answers'."""
        yield from self._vault()
        yield from (("an answer", content) for content in self.answers().values())

    def answers(self) -> dict[bytes, bytes]:
        """By the request, as the journal names it."""
        keys = [path.read_bytes() for path in self.state.glob("answers/day-*.key")]
        boxes = {row["name"]: row["box"] for row in self.table("answers", of="answers")}
        found = {}
        for request in (row["request"] for row in self.table("requests")):
            assert isinstance(request, bytes)
            for key in keys:
                box = boxes.get(hmac.digest(key, b"answer" + request, hashlib.sha256))
                if isinstance(box, bytes):
                    found[request] = AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], b"answer" + request)
        return found

    def _vault(self) -> Iterator[tuple[str, bytes]]:
        path = self.state / "vault.db"
        if not path.exists():
            return
        with file.reading(path, (self.folder / "vault.key").read_bytes()) as rows:
            keys, own = rows.keys, {}
            for name, _, wrapped, box in rows.connection.execute("SELECT * FROM persons"):
                with unsealed(keys.wrap, name, wrapped) as key, unsealed(key, name, box) as content:
                    own[name] = bytes(key)
                    yield "a person", bytes(content)
            tables = {"held": keys.held, "links": keys.link, "returns": keys.return_, "proofs": keys.proof}
            for table, shared in tables.items():
                for name, box in rows.connection.execute(f"SELECT * FROM {table}"):
                    with unsealed(shared, name, box) as content:
                        yield f"a row of {table}", bytes(content)
            for name, box in rows.connection.execute("SELECT * FROM points"):
                for one in own.values():
                    with suppress(InvalidTag), unsealed(one, name, box) as content:
                        yield "a row of points", bytes(content)


def taken(disk: Path, to: Path, time_of: Callable[[Time], Time]) -> Kept:
    """A copy of the till's disk. `time_of`: the store's time at a time of the machine's clock."""
    times: dict[str, list[tuple[str, Time]]] = {}
    for path in sorted([disk, *disk.rglob("*")]):
        told = subprocess.run(
            ["stat", "--printf", " ".join(_TIMES), path], capture_output=True, text=True, check=True
        ).stdout.split()
        named = zip(_TIMES.values(), map(float, told), strict=True)
        times[str(path.relative_to(disk))] = [(which, time_of(at)) for which, at in named if at]
    shutil.copytree(disk, to)
    return Kept(to, times)


def copied(kept: Kept, to: Path) -> Kept:
    """To plant something into."""
    shutil.copytree(kept.folder, to)
    return Kept(to, {name: list(times) for name, times in kept.times.items()})


def _opened(path: Path) -> "closing[sqlite3.Connection]":
    """As it would be after a power cut: with what is in its log. In memory, so that the copy stays as it is."""
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True))
    aside = path.parent / f"{path.name}.read"
    aside.mkdir(exist_ok=True)
    for each in (path, log):
        shutil.copy(each, aside / each.name)
    memory = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(aside / path.name)) as disk:
        disk.backup(memory)
    shutil.rmtree(aside)
    return closing(memory)
