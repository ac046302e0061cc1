"""Links in the vault's rows: from a sale to a person, one for each kind of choice. The only place that has both.

A person's links are found by opening all of them. Raises as rows.py does; transactions are the caller's.
"""

import sqlite3
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.keys import Keys, name_of, opened_boxes, sealed_once, unsealed
from pos_bridge.identity.record import LINK_SIZE, Link, decode_link, encode_link, person_of_link


@dataclass(frozen=True, slots=True, repr=False)
class LinkRows:
    """The table `links` of one connection."""

    connection: sqlite3.Connection
    keys: Keys

    def put(self, link: Link) -> None:
        name = link_name(self.keys, link.leg, link.kind)
        box = sealed_once(self.keys.link, name, encode_link(link))
        self.connection.execute("INSERT OR REPLACE INTO links VALUES (?, ?)", (name, box))

    def link(self, leg: LegKey, kind: ChoiceKind) -> Link | None:
        name = link_name(self.keys, leg, kind)
        found = self.connection.execute("SELECT box FROM links WHERE name = ?", (name,)).fetchone()
        if found is None:
            return None
        with unsealed(self.keys.link, name, found[0]) as content:
            return decode_link(content)

    def of(self, persons: AbstractSet[bytes]) -> tuple[Link, ...]:
        """In the order of their names. Raises for one that cannot be read: it may be theirs."""
        return tuple(self._of(persons, strict=True))

    def remove(self, persons: AbstractSet[bytes]) -> tuple[Link, ...]:
        """What they were. One that cannot be read is nobody's already, and stays."""
        links = tuple(self._of(persons, strict=False))
        names = ((link_name(self.keys, link.leg, link.kind),) for link in links)
        self.connection.executemany("DELETE FROM links WHERE name = ?", names)
        return links

    def _of(self, persons: AbstractSet[bytes], *, strict: bool) -> Iterator[Link]:
        with closing(self.connection.execute("SELECT name, box FROM links ORDER BY name")) as rows:
            for content in opened_boxes(self.keys.link, rows, LINK_SIZE):
                if isinstance(content, bytearray):
                    if person_of_link(content) in persons:
                        yield decode_link(content)
                elif strict:
                    raise content


def link_name(keys: Keys, leg: LegKey, kind: ChoiceKind) -> bytes:
    return name_of(keys.link_name, leg.raw + bytes((kind.value,)))
