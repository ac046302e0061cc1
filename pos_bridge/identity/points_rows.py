"""Points in the vault's rows: what a sale gave lies under the key of the person that it is linked to, and goes with it.

A person's points are the sum over the sales that are linked to them: there is no total that could differ from it.
Raises as rows.py does; transactions are the caller's.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned
from pos_bridge.identity.earned import decode_earned, encode_earned
from pos_bridge.identity.keys import Keys, name_of, sealed_once, unsealed
from pos_bridge.identity.link_rows import LinkRows


@dataclass(frozen=True, slots=True, repr=False)
class PointsRows:
    """The tables `points` and `returns` of one connection."""

    connection: sqlite3.Connection
    keys: Keys

    def earned(self, leg: LegKey) -> Earned | None:
        """What this sale gave; None where it gave nothing, or its person is gone."""
        name = self._name(leg)
        found = self.connection.execute("SELECT box FROM points WHERE name = ?", (name,)).fetchone()
        if found is None:
            return None
        with self._key_of(leg) as key:
            if key is None:
                return None
            with unsealed(key, name, found[0]) as content:
                return decode_earned(content)

    def put(self, leg: LegKey, earned: Earned) -> None:
        """Of a sale that is linked to a member. ValueError otherwise."""
        name = self._name(leg)
        with self._key_of(leg) as key:
            if key is None:
                raise ValueError("points are somebody's")
            box = sealed_once(key, name, encode_earned(earned))
        self.connection.execute("INSERT OR REPLACE INTO points VALUES (?, ?)", (name, box))

    def forget(self, leg: LegKey) -> None:
        self.connection.execute("DELETE FROM points WHERE name = ?", (self._name(leg),))

    def forget_return(self, leg: LegKey) -> None:
        self.connection.execute("DELETE FROM returns WHERE name = ?", (self._return_name(leg),))

    def member_of(self, leg: LegKey) -> bytes | None:
        """The name of the person's row whose purchase this sale was, as a member."""
        link = LinkRows(self.connection, self.keys).link(leg, ChoiceKind.CHOUCHOUS)
        return None if link is None else link.person

    # ---- sales whose money is on its way back ----

    def concerned(self, leg: LegKey) -> bool:
        """Whether points can follow the money of this sale."""
        where = "SELECT 1 FROM points WHERE name = ? UNION ALL SELECT 1 FROM returns WHERE name = ?"
        return self.connection.execute(where, (self._name(leg), self._return_name(leg))).fetchone() is not None

    def returned(self, leg: LegKey, cents: int, *, settled: bool) -> None:
        """So many cents of it went back in all; while not settled, more may, and it is among `returning`."""
        earned = self.earned(leg)
        if earned is not None:
            after = earned.after_returns(cents)
            if after is not earned:
                self.put(leg, after)
        name = self._return_name(leg)
        if settled or earned is None:
            self.forget_return(leg)
        elif self.connection.execute("SELECT 1 FROM returns WHERE name = ?", (name,)).fetchone() is None:
            box = sealed_once(self.keys.return_, name, bytearray(leg.raw))
            self.connection.execute("INSERT INTO returns VALUES (?, ?)", (name, box))

    def returning(self) -> tuple[LegKey, ...]:
        """Those that can be read; raises for the others once there are no such, as rows.Rows.held does."""
        legs, unread = [], None
        for name, box in self.connection.execute("SELECT name, box FROM returns").fetchall():
            try:
                with unsealed(self.keys.return_, name, box) as content:
                    legs.append(LegKey.from_bytes(bytes(content)))
            except (InvalidTag, ValueError) as error:
                unread = error
        if unread is not None and not legs:
            raise unread
        return tuple(legs)

    @contextmanager
    def _key_of(self, leg: LegKey) -> Iterator[bytearray | None]:
        """The own key of the member whose purchase this sale was."""
        person = self.member_of(leg)
        found = self.connection.execute("SELECT wrapped FROM persons WHERE name = ?", (person,)).fetchone()
        if person is None or found is None:
            yield None
            return
        with unsealed(self.keys.wrap, person, found[0]) as key:
            yield key

    def _name(self, leg: LegKey) -> bytes:
        return name_of(self.keys.points_name, leg.raw)

    def _return_name(self, leg: LegKey) -> bytes:
        return name_of(self.keys.return_name, leg.raw)
