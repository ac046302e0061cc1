"""What is held for sales, in the vault's rows: chosen before money moved, and nobody's yet. Raises as rows.py does."""

import sqlite3
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import Choice, Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.keys import Keys, name_of, sealed_once, unsealed
from pos_bridge.identity.record import Held, decode_held, encode_held


@dataclass(frozen=True, slots=True, repr=False)
class HeldRows:
    """The table `held` of one connection."""

    connection: sqlite3.Connection
    keys: Keys

    def put(self, held: Held) -> bool:
        """True when that replaces what was held before."""
        replaced = self.drop(held.leg)
        name = self._name(held.leg)
        box = sealed_once(self.keys.held, name, encode_held(held))
        self.connection.execute("INSERT INTO held VALUES (?, ?)", (name, box))
        return replaced

    def drop(self, leg: LegKey) -> bool:
        """False when nothing was held."""
        return self.connection.execute("DELETE FROM held WHERE name = ?", (self._name(leg),)).rowcount > 0

    def held(self, leg: LegKey) -> Held | None:
        name = self._name(leg)
        found = self.connection.execute("SELECT box FROM held WHERE name = ?", (name,)).fetchone()
        if found is None:
            return None
        with unsealed(self.keys.held, name, found[0]) as content:
            return decode_held(content)

    def legs(self) -> tuple[LegKey, ...]:
        """Those that can be read, and so stand in nobody's way; raises for the others once there are no such."""
        legs, unread = [], None
        for held in self._all():
            if isinstance(held, Held):
                legs.append(held.leg)
            else:
                unread = held
        if unread is not None and not legs:
            raise unread
        return tuple(legs)

    def remove(self, choices: AbstractSet[Choice]) -> bool:
        """These choices, for whatever sale; others of the same sale stay. False when none was held."""
        found = [held for held in self._all() if isinstance(held, Held) and not choices.isdisjoint(_chosen(held))]
        for held in found:
            others = tuple(each for each in held.choices if each[0] not in choices)
            if others:
                self.put(replace(held, choices=others))
            else:
                self.drop(held.leg)
        return bool(found)

    def clear(self) -> bool:
        """All of it, whosever it is. False when nothing was held."""
        return self.connection.execute("DELETE FROM held").rowcount > 0

    def _all(self) -> Iterator[Held | InvalidTag | ValueError]:
        for name, box in self.connection.execute("SELECT name, box FROM held").fetchall():
            try:
                with unsealed(self.keys.held, name, box) as content:
                    yield decode_held(content)
            except (InvalidTag, ValueError) as error:
                yield error

    def _name(self, leg: LegKey) -> bytes:
        return name_of(self.keys.held_name, leg.raw)


def member_in(held: Held) -> bool:
    return any(isinstance(choice, Chouchous) for choice in _chosen(held))


def _chosen(held: Held) -> tuple[Choice, ...]:
    return tuple(choice for choice, _ in held.choices)
