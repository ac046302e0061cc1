"""What the vault's rows say and how they change, on an open file with its keys. Transactions are the caller's.

Raises InvalidTag and ValueError for a row that is not as it was written, sqlite3.Error as the file does.
"""

import os
import sqlite3
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import Choice, ChoiceKind, Chouchous, Consent, kind_of
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned, PointsFault, PointsRule, Withdrawal
from pos_bridge.identity.keys import LENGTH, Keys, name_of, sealed, sealed_once, unsealed, wipe
from pos_bridge.identity.points_rows import PointsRows, link_name
from pos_bridge.identity.record import (
    Choices,
    Held,
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

    @property
    def points(self) -> PointsRows:
        return PointsRows(self.connection, self.keys)

    def hold(self, leg: LegKey, choices: Choices, rule: PointsRule | None = None) -> bool:
        """True when that replaces what was held before."""
        replaced = self.drop(leg)
        name = name_of(self.keys.held_name, leg.raw)
        box = sealed_once(self.keys.held, name, encode_held(Held(leg, tuple(choices), rule)))
        self.connection.execute("INSERT INTO held VALUES (?, ?)", (name, box))
        return replaced

    def keep(self, leg: LegKey, paid: int | None = None, returned: int = 0) -> bool:
        """False when nothing was held. `paid`: cents that give points, of which `returned` went back already."""
        held = self._held_for(leg)
        if held is None:
            return False
        for choice, consent in held.choices:
            person = self._person(choice, consent)
            if isinstance(choice, Chouchous) and self.points.member_of(leg) not in {None, person}:
                self.points.forget(leg)  # they were under another person's key
            self._link(leg, kind_of(choice), person)
        if held.rule is not None and paid is not None and _member_in(held) and self.points.earned(leg) is None:
            self.points.put(leg, Earned.of(held.rule, paid, paid).after_returns(returned))
        return self.drop(leg)

    def award(self, leg: LegKey, choice: Chouchous, consent: Consent, earned: Earned) -> Earned | PointsFault:
        """Count a sale for a member, once, whoever asks. The same asker (Earned.by) is given what it gave."""
        before = self.points.earned(leg)
        if before is not None:
            return before if before.by is not None and before.by == earned.by else PointsFault.COUNTED
        held, member = self._held_for(leg), self.points.member_of(leg)
        if (held is not None and _member_in(held)) or (member is not None and member != self._find(choice)):
            return PointsFault.COUNTED
        self._link(leg, ChoiceKind.CHOUCHOUS, self._person(choice, consent))
        self.points.put(leg, earned)
        return earned

    def withdraw(self, leg: LegKey, mark: bytes, cents: int | None) -> Withdrawal | PointsFault:
        """Take back the points of so many cents (None: all that is left) of a sale, once for each `mark`."""
        earned = self.points.earned(leg)
        if earned is None:
            return PointsFault.NO_POINTS if self._held_for(leg) is None else PointsFault.VAULT
        after = earned.after_withdrawal(mark, cents)
        if isinstance(after, PointsFault):
            return after
        if after is not earned:
            self.points.put(leg, after)
        return next(each for each in after.withdrawals if each.mark == mark)

    def earning(self, leg: LegKey, paid: int) -> int | None:
        """The points that a payment gave, or will: what is held for it is kept. None: it gives none."""
        held = self._held_for(leg)
        if held is not None:
            return held.rule.earned(paid) if held.rule is not None and _member_in(held) else None
        earned = self.points.earned(leg)
        return earned.points if earned is not None and earned.by is None else None

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
                    legs.append(decode_held(content).leg)
            except (InvalidTag, ValueError) as error:
                unread = error
        if unread is not None and not legs:
            raise unread
        return tuple(legs)

    def known(self, leg: LegKey) -> frozenset[ChoiceKind]:
        """Kept or held with this leg. One statement, so that a change from one to the other is seen whole."""
        held_name = name_of(self.keys.held_name, leg.raw)
        link_names = [link_name(self.keys, leg, kind) for kind in ChoiceKind]
        kinds: set[ChoiceKind] = set()
        for is_held, name, box in self.connection.execute(_KNOWN, (held_name, *link_names)).fetchall():
            if is_held:
                with unsealed(self.keys.held, name, box) as content:
                    kinds.update(kind_of(choice) for choice, _ in decode_held(content).choices)
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

    def _held_for(self, leg: LegKey) -> Held | None:
        name = name_of(self.keys.held_name, leg.raw)
        found = self.connection.execute("SELECT box FROM held WHERE name = ?", (name,)).fetchone()
        if found is None:
            return None
        with unsealed(self.keys.held, name, found[0]) as content:
            return decode_held(content)

    def _person(self, choice: Choice, consent: Consent) -> bytes:
        """The name of the row of whoever gave this, with the consent in it."""
        find = self._find_name(choice)
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
                box = sealed_once(key, name, encode_record(after))
                self.connection.execute("UPDATE persons SET box = ? WHERE name = ?", (box, name))
        return name

    def _find(self, choice: Choice) -> bytes | None:
        """The name of the row of whoever gave this, if somebody did."""
        find = self._find_name(choice)
        found = self.connection.execute("SELECT name FROM persons WHERE find = ?", (find,)).fetchone()
        return None if found is None else bytes(found[0])

    def _find_name(self, choice: Choice) -> bytes:
        looked_for = encode_choice(choice)
        name = name_of(self.keys.find, looked_for)
        wipe(looked_for)
        return name

    def _new_person(self, find: bytes, record: Record) -> bytes:
        name, key = os.urandom(LENGTH), bytearray(os.urandom(LENGTH))
        row = (name, find, sealed(self.keys.wrap, name, key), sealed_once(key, name, encode_record(record)))
        wipe(key)
        self.connection.execute("INSERT INTO persons VALUES (?, ?, ?, ?)", row)
        return name

    def _link(self, leg: LegKey, kind: ChoiceKind, person: bytes) -> None:
        name = link_name(self.keys, leg, kind)
        box = sealed_once(self.keys.link, name, encode_link(Link(kind, leg, person)))
        self.connection.execute("INSERT OR REPLACE INTO links VALUES (?, ?)", (name, box))


def _member_in(held: Held) -> bool:
    return any(isinstance(choice, Chouchous) for choice, _ in held.choices)
