"""The vault written anew under the secret of the next epoch, row by row: what is left of the old one opens no more.

Every name and box is made again under the new keys. What stays: the random names of persons, their records, which lie
under keys of their own, and the names of proofs, which nothing in them says anew. Rows come in the order of their
names, as in a file that was vacuumed. A row that cannot be read is carried over as one that cannot be read: it goes on
to be told as damage.

Two files beside the vault while one is under way, worthless after a crash: `vault.db.next`, and `vault.db.sort`, in
which rows wait in the order of their new names. Nothing of the old file is changed, ever.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.identity import epoch, file
from pos_bridge.identity.keys import LENGTH, OVERHEAD, Cipher, name_of, sealed, unsealed, wipe
from pos_bridge.identity.person_record import choice_in
from pos_bridge.identity.record import LINK_SIZE, Link, decode_held, decode_link, named_by_link
from pos_bridge.identity.rows import Rows
from pos_bridge.identity.schema import WAITING, create_waiting
from pos_bridge.storage.disk import sync_file

NEXT, SORT = ".next", ".sort"
_BATCH = 64  # rows: some milliseconds
_POINTS = "SELECT box, (SELECT wrapped FROM persons WHERE name = ?) FROM points WHERE name = ?"

Row = tuple[bytes, bytes]  # name, box
Page = Sequence[tuple[bytes, ...]]


class Renewal:
    """One attempt. Raises what the disk and the old file raise: then, as after a change of that file, `discard` it."""

    def __init__(self, rows: Rows, path: Path, key: bytes) -> None:
        self.rows = rows
        self._path = path
        self._seen = _version(rows.connection)
        secret = epoch.prepare(path.parent)
        self._next = file.begun(beside(path, NEXT), key, secret)
        try:
            self._attach()
        except BaseException:
            self._next.connection.close()
            raise
        self._batches = self._all()
        self._whole = False
        old, new = rows.keys, self._next.keys
        self._old_wrap, self._new_wrap = Cipher(old.wrap), Cipher(new.wrap)
        self._old_link, self._new_link = Cipher(old.link), Cipher(new.link)
        self._own = bytearray(LENGTH)  # a person's key, one at a time

    @property
    def changed(self) -> bool:
        """Whether the old file is not what it was when this began, whoever changed it."""
        return _version(self.rows.connection) != self._seen

    def step(self, seconds: float | None) -> bool:
        """Work for about so long (None: to the end). What was written is on disk. True: all of it is."""
        if self._whole:
            return True
        until = None if seconds is None else time.monotonic() + seconds
        connection = self._next.connection
        connection.execute("BEGIN")
        for _ in self._batches:
            if until is not None and time.monotonic() >= until:
                break
        else:
            self._whole = True
        connection.execute("COMMIT")
        if self._whole:
            connection.close()
            beside(self._path, SORT).unlink()
            sync_file(beside(self._path, NEXT))
        return self._whole

    def discard(self) -> None:
        self._next.connection.close()
        discard(self._path)

    def _attach(self) -> None:
        sort = beside(self._path, SORT)
        sort.unlink(missing_ok=True)
        os.close(os.open(sort, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        connection = self._next.connection
        connection.execute("ATTACH ? AS sort", (str(sort),))
        connection.execute("PRAGMA sort.journal_mode = OFF").fetchone()
        connection.execute("PRAGMA sort.synchronous = OFF")
        connection.execute("PRAGMA sort.cache_size = -16000")
        connection.execute("PRAGMA main.synchronous = FULL")
        create_waiting(connection, "sort")

    # ---- all of it, a batch at a time ----

    def _all(self) -> Iterator[None]:
        head = self.rows.erasures()
        if head is not None:
            self._next.note_erasures(head)
        yield from self._written("persons", self._persons)
        yield from self._written("proofs", self._proofs)
        yield from self._written("held", self._held)
        yield from self._written("returns", self._returns)
        yield from self._written("links", self._links)
        for table in WAITING:
            yield from self._in_order(table)

    def _written(self, table: str, renewed: Callable[[Page], None]) -> Iterator[None]:
        for page in _pages(self.rows.connection, f"main.{table}"):
            renewed(page)
            yield

    def _in_order(self, table: str) -> Iterator[None]:
        for page in _pages(self._next.connection, f"sort.{table}"):
            self._put(f"main.{table}", page)
            yield

    def _persons(self, page: Page) -> None:
        new, written = self._next.keys, []
        for name, _, wrapped, box in page:
            content = bytearray(len(box) - OVERHEAD)
            try:
                self._old_wrap.open(name, wrapped, self._own)
                Cipher(self._own).open(name, box, content)
                looked_for = choice_in(content)
                written.append((name, name_of(new.find, looked_for), self._new_wrap.seal(name, self._own), box))
                wipe(looked_for)
            except (InvalidTag, ValueError):
                written.append((name, os.urandom(LENGTH), os.urandom(len(wrapped)), box))
            wipe(content)
        wipe(self._own)
        self._put("main.persons", written)

    def _proofs(self, page: Page) -> None:
        old, new = Cipher(self.rows.keys.proof), Cipher(self._next.keys.proof)
        self._put("main.proofs", [(name, _resealed(old, name, box, new, name)) for name, box in page])

    def _held(self, page: Page) -> None:
        old, new = self.rows.keys, self._next.keys
        self._put("sort.held", [_renamed(row, old.held, new.held, new.held_name, _leg_of_held) for row in page])

    def _returns(self, page: Page) -> None:
        old, new = self.rows.keys, self._next.keys
        self._put("sort.returns", [_renamed(row, old.return_, new.return_, new.return_name, bytes) for row in page])

    def _links(self, page: Page) -> None:
        naming, links, points = self._next.keys.link_name, [], []
        content = bytearray(LINK_SIZE)
        for name, box in page:
            try:
                self._old_link.open(name, box, content)
            except (InvalidTag, ValueError):
                links.append((os.urandom(LENGTH), os.urandom(len(box))))
                continue
            renamed = name_of(naming, named_by_link(content))
            links.append((renamed, self._new_link.seal(renamed, content)))
            if content[0] == ChoiceKind.CHOUCHOUS.value:
                points += self._points(decode_link(content))
        wipe(content)
        self._put("sort.links", links)
        self._put("sort.points", points)

    def _points(self, link: Link) -> list[Row]:
        """What the sale of this link gave: under the person's own key, and bound to a name that changes."""
        old, name = self.rows, name_of(self.rows.keys.points_name, link.leg.raw)
        found = old.connection.execute(_POINTS, (link.person, name)).fetchone()
        if found is None or found[1] is None:
            return []
        renamed = name_of(self._next.keys.points_name, link.leg.raw)
        try:
            self._old_wrap.open(link.person, found[1], self._own)
        except InvalidTag:
            return [(renamed, os.urandom(len(found[0])))]
        own = Cipher(self._own)
        wipe(self._own)
        return [(renamed, _resealed(own, name, found[0], own, renamed))]

    def _put(self, table: str, rows: Page) -> None:
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._next.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - one of these


def discard(path: Path) -> None:
    """What is left of an attempt, its secret first to last: nobody reads it any more."""
    for suffix in (SORT, NEXT):
        beside(path, suffix).unlink(missing_ok=True)
    epoch.abandon(path.parent)


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _pages(connection: sqlite3.Connection, table: str) -> Iterator[Page]:
    """No cursor stays open: it would keep the write-ahead log from being cut off."""
    last = b""
    query = f"SELECT * FROM {table} WHERE name > ? ORDER BY name LIMIT {_BATCH}"  # noqa: S608 - one of these
    while page := connection.execute(query, (last,)).fetchall():
        last = page[-1][0]
        yield page


def _leg_of_held(content: bytearray) -> bytes:
    return decode_held(content).leg.raw


def _renamed(row: tuple[bytes, ...], old: bytes, new: bytes, naming: bytes, leg: Callable[[bytearray], bytes]) -> Row:
    """A row whose name is made of its sale's key."""
    try:
        with unsealed(old, *row) as content:
            name = name_of(naming, leg(content))
            return name, sealed(new, name, content)
    except (InvalidTag, ValueError):
        return os.urandom(LENGTH), os.urandom(len(row[1]))


def _resealed(old: Cipher, name: bytes, box: bytes, new: Cipher, renamed: bytes) -> bytes:
    content = bytearray(len(box) - OVERHEAD)
    try:
        old.open(name, box, content)
        return new.seal(renamed, content)
    except (InvalidTag, ValueError):
        return os.urandom(len(box))
    finally:
        wipe(content)


def _version(connection: sqlite3.Connection) -> tuple[int, int]:
    """Changes with every change: by other connections, and by this one."""
    found: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return found, connection.total_changes
