"""Persons in the vault's rows: found by what they gave, each record under the person's own key.

Raises as rows.py does; transactions are the caller's. A change of a record is a function of the whole person.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag

from pos_bridge.domain.details import UnfitDetailError
from pos_bridge.domain.identity import Choice, Consent
from pos_bridge.domain.person import Person, PersonFault
from pos_bridge.identity.keys import LENGTH, Keys, name_of, sealed, sealed_once, unsealed, wipe
from pos_bridge.identity.person_record import decode_person, encode_person
from pos_bridge.identity.purchase import bought
from pos_bridge.identity.record import encode_choice

Change = Callable[[Person | None], Person | PersonFault]

_BY_FIND = "SELECT name, wrapped, box FROM persons WHERE find = ?"
_BY_NAME = "SELECT name, wrapped, box FROM persons WHERE name = ?"
_PAGE = "SELECT name, wrapped, box FROM persons WHERE name > ? ORDER BY name"

Row = tuple[bytes, bytes, bytes]  # name, wrapped, box


@dataclass(frozen=True, slots=True, repr=False)
class PersonRows:
    """The table `persons` of one connection."""

    connection: sqlite3.Connection
    keys: Keys

    def name(self, choice: Choice) -> bytes | None:
        """The name of the row of whoever gave this, if somebody did."""
        row = self._row(choice)
        return None if row is None else row[0]

    def person(self, choice: Choice) -> Person | None:
        row = self._row(choice)
        if row is None:
            return None
        with self._opened(row, choice) as (_, person):
            return person

    def named(self, name: bytes) -> Person | None:
        row = self.connection.execute(_BY_NAME, (name,)).fetchone()
        if row is None:
            return None
        with self._opened(row) as (_, person):
            return person

    def change(self, choice: Choice, how: Change) -> tuple[Person | PersonFault, bool]:
        """And whether anything was written."""
        row = self._row(choice)
        if row is None:
            name = os.urandom(LENGTH)
            after = applied(how, None, choice)
            return (after, False) if isinstance(after, PersonFault) else (self._add(replace(after, id=name)), True)
        with self._opened(row, choice) as (key, before):
            after = applied(how, before, choice)
            if isinstance(after, PersonFault):
                return after, False
            after = replace(after, id=before.id)
            return (before, False) if after == before else (self._put(after, key), True)

    def bought(self, choice: Choice, consent: Consent, window_days: int) -> bytes | None:
        """The name of the row of whoever gave this, with what a purchase says. None: the purchase is nobody's."""
        row = self._row(choice)
        if row is None:
            person = bought(None, choice, consent, window_days)
            return None if person is None else self._add(replace(person, id=os.urandom(LENGTH))).id
        with self._opened(row, choice) as (key, before):
            after = bought(before, choice, consent, window_days)
            if after is None:
                return None
            if after is not before:
                self._put(after, key)
            return before.id

    def page(self, after: bytes, count: int) -> tuple[Person, ...]:
        """Those that can be read: one that cannot stands in nobody's way. Raises for it where there are no others."""
        persons: list[Person] = []
        unread = None
        with closing(self.connection.execute(_PAGE, (after,))) as rows:
            while len(persons) < count and (row := rows.fetchone()) is not None:
                try:
                    with self._opened(row) as (_, person):
                        persons.append(person)
                except (InvalidTag, ValueError) as error:
                    unread = error
        if unread is not None and not persons:
            raise unread
        return tuple(persons)

    def remove(self, name: bytes) -> bool:
        return self.connection.execute("DELETE FROM persons WHERE name = ?", (name,)).rowcount > 0

    def _row(self, choice: Choice) -> Row | None:
        found: Row | None = self.connection.execute(_BY_FIND, (self._find(choice),)).fetchone()
        return found

    def _find(self, choice: Choice) -> bytes:
        looked_for = encode_choice(choice)
        name = name_of(self.keys.find, looked_for)
        wipe(looked_for)
        return name

    @contextmanager
    def _opened(self, row: Row, choice: Choice | None = None) -> Iterator[tuple[bytearray, Person]]:
        """The person's own key, and what lies under it."""
        name, wrapped, box = row
        with unsealed(self.keys.wrap, name, wrapped) as key:
            with unsealed(key, name, box) as content:
                person = decode_person(content, name)
            if choice is not None and person.choice != choice:
                raise ValueError("found by the name of another person")
            yield key, person

    def _add(self, person: Person) -> Person:
        name, key = person.id, bytearray(os.urandom(LENGTH))
        content = encode_person(person)
        kept = decode_person(content, name)
        row = (name, self._find(person.choice), sealed(self.keys.wrap, name, key), sealed_once(key, name, content))
        wipe(key)
        self.connection.execute("INSERT INTO persons VALUES (?, ?, ?, ?)", row)
        return kept

    def _put(self, person: Person, key: bytearray) -> Person:
        """As it is from now on: a history too long is shorter."""
        content = encode_person(person)
        kept = decode_person(content, person.id)
        box = sealed_once(key, person.id, content)
        self.connection.execute("UPDATE persons SET box = ? WHERE name = ?", (box, person.id))
        return kept


def applied(how: Change, before: Person | None, choice: Choice) -> Person | PersonFault:
    """What is wrong in a change is a fault of this program, never of the vault; but a text may be unfit."""
    try:
        after = how(before)
    except UnfitDetailError:
        raise
    except ValueError as error:
        raise RuntimeError("a change that raises").with_traceback(error.__traceback__) from None
    if isinstance(after, Person) and after.choice != choice:
        raise RuntimeError("a change of one person into another")
    return after
