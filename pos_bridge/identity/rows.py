"""What the vault's rows say and how they change, on an open file with its keys. Transactions are the caller's.

Raises InvalidTag and ValueError for a row that is not as it was written, sqlite3.Error as the file does.
"""

import os
import sqlite3
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import Choice, ChoiceKind, Consent, kind_of
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.keys import LENGTH, Keys, name_of, sealed, unsealed, wipe
from pos_bridge.identity.record import (
    Choices,
    Link,
    Record,
    decode_held,
    decode_link,
    decode_record,
    encode_choice,
    encode_held,
    encode_link,
    encode_record,
)

_KINDS = ", ".join("?" * len(ChoiceKind))
_KNOWN = f"""
SELECT 1, name, box FROM held WHERE name = ? UNION ALL SELECT 0, name, box FROM links WHERE name IN ({_KINDS})
"""  # noqa: S608 - question marks


@dataclass(frozen=True, slots=True, repr=False)
class Rows:
    """The tables of one connection."""

    connection: sqlite3.Connection
    keys: Keys

    def hold(self, leg: LegKey, choices: Choices) -> bool:
        """True when that replaces what was held before."""
        replaced = self.drop(leg)
        name = name_of(self.keys.held_name, leg.raw)
        box = _sealed(self.keys.held, name, encode_held(leg, choices))
        self.connection.execute("INSERT INTO held VALUES (?, ?)", (name, box))
        return replaced

    def keep(self, leg: LegKey) -> bool:
        """False when nothing was held."""
        choices = self._held_for(leg)
        if choices is None:
            return False
        for choice, consent in choices:
            self._link(leg, kind_of(choice), self._person(choice, consent))
        return self.drop(leg)

    def drop(self, leg: LegKey) -> bool:
        """False when nothing was held."""
        name = name_of(self.keys.held_name, leg.raw)
        return self.connection.execute("DELETE FROM held WHERE name = ?", (name,)).rowcount > 0

    def held(self) -> tuple[LegKey, ...]:
        """Those that can be read, and so stand in nobody's way; raises for the others once there are no such."""
        legs, unread = [], None
        for name, box in self.connection.execute("SELECT name, box FROM held").fetchall():
            try:
                with unsealed(self.keys.held, name, box) as content:
                    legs.append(decode_held(content)[0])
            except (InvalidTag, ValueError) as error:
                unread = error
        if unread is not None and not legs:
            raise unread
        return tuple(legs)

    def known(self, leg: LegKey) -> frozenset[ChoiceKind]:
        """Kept or held with this leg. One statement, so that a change from one to the other is seen whole."""
        held_name = name_of(self.keys.held_name, leg.raw)
        link_names = [self._link_name(leg, kind) for kind in ChoiceKind]
        kinds: set[ChoiceKind] = set()
        for is_held, name, box in self.connection.execute(_KNOWN, (held_name, *link_names)).fetchall():
            if is_held:
                with unsealed(self.keys.held, name, box) as content:
                    kinds.update(kind_of(choice) for choice, _ in decode_held(content)[1])
            else:
                with unsealed(self.keys.link, name, box) as content:
                    kinds.add(decode_link(content).kind)
        return frozenset(kinds)

    def check(self) -> None:
        """Raises what a row of a sale raises that cannot be read, and ValueError for a file out of order."""
        if self.connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise ValueError("out of order")
        for table, key in (("held", self.keys.held), ("links", self.keys.link)):
            for name, box in self.connection.execute(f"SELECT name, box FROM {table}"):  # noqa: S608 - one of these
                with unsealed(key, name, box):
                    pass

    def _held_for(self, leg: LegKey) -> Choices | None:
        name = name_of(self.keys.held_name, leg.raw)
        found = self.connection.execute("SELECT box FROM held WHERE name = ?", (name,)).fetchone()
        if found is None:
            return None
        with unsealed(self.keys.held, name, found[0]) as content:
            return decode_held(content)[1]

    def _person(self, choice: Choice, consent: Consent) -> bytes:
        """The name of the row of whoever gave this, with the consent in it."""
        looked_for = encode_choice(choice)
        find = name_of(self.keys.find, looked_for)
        wipe(looked_for)
        found = self.connection.execute("SELECT name, wrapped, box FROM persons WHERE find = ?", (find,)).fetchone()
        if found is None:
            return self._new_person(find, Record(choice, (consent,)))
        name: bytes = found[0]
        with unsealed(self.keys.wrap, name, found[1]) as key:
            with unsealed(key, name, found[2]) as content:
                record = decode_record(content)
            if record.choice != choice:
                raise ValueError("found by the name of another person")
            after = record.with_consent(consent)
            if after is not record:
                box = _sealed(key, name, encode_record(after))
                self.connection.execute("UPDATE persons SET box = ? WHERE name = ?", (box, name))
        return name

    def _new_person(self, find: bytes, record: Record) -> bytes:
        name, key = os.urandom(LENGTH), bytearray(os.urandom(LENGTH))
        row = (name, find, sealed(self.keys.wrap, name, key), _sealed(key, name, encode_record(record)))
        wipe(key)
        self.connection.execute("INSERT INTO persons VALUES (?, ?, ?, ?)", row)
        return name

    def _link(self, leg: LegKey, kind: ChoiceKind, person: bytes) -> None:
        name = self._link_name(leg, kind)
        box = _sealed(self.keys.link, name, encode_link(Link(kind, leg, person)))
        self.connection.execute("INSERT OR REPLACE INTO links VALUES (?, ?)", (name, box))

    def _link_name(self, leg: LegKey, kind: ChoiceKind) -> bytes:
        return name_of(self.keys.link_name, leg.raw + bytes((kind.value,)))


def _sealed(key: bytes | bytearray, name: bytes, content: bytearray) -> bytes:
    """`content` is wiped."""
    box = sealed(key, name, content)
    wipe(content)
    return box
