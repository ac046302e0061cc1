"""What the vault's rows say and how they change, on an open file with its keys. Transactions are the caller's.

Raises InvalidTag and ValueError for a row that is not as it was written, sqlite3.Error as the file does.
"""

import sqlite3
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import Choice, ChoiceKind, Chouchous, Consent, kind_of
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import LinkedSale
from pos_bridge.domain.points import Earned, PointsFault, PointsRule, Withdrawal
from pos_bridge.identity import schema
from pos_bridge.identity.held_rows import HeldRows, member_in
from pos_bridge.identity.keys import Keys, name_of, sealed, unsealed
from pos_bridge.identity.link_rows import LinkRows, link_name
from pos_bridge.identity.person_record import RETURN_WINDOW_DAYS
from pos_bridge.identity.person_rows import PersonRows
from pos_bridge.identity.points_rows import PointsRows
from pos_bridge.identity.proof_rows import ProofRows
from pos_bridge.identity.record import Choices, Held, Link, decode_held, decode_link

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
    def holding(self) -> HeldRows:
        return HeldRows(self.connection, self.keys)

    @property
    def persons(self) -> PersonRows:
        return PersonRows(self.connection, self.keys)

    @property
    def links(self) -> LinkRows:
        return LinkRows(self.connection, self.keys)

    @property
    def points(self) -> PointsRows:
        return PointsRows(self.connection, self.keys)

    @property
    def proofs(self) -> ProofRows:
        return ProofRows(self.connection, self.keys)

    # ---- sales ----

    def hold(self, leg: LegKey, choices: Choices, rule: PointsRule | None = None) -> bool:
        """True when that replaces what was held before."""
        return self.holding.put(Held(leg, tuple(choices), rule))

    def keep(
        self, leg: LegKey, paid: int | None = None, returned: int = 0, window_days: int = RETURN_WINDOW_DAYS
    ) -> bool:
        """False when nothing was held. `paid`: cents that give points, of which `returned` went back already."""
        held = self.holding.held(leg)
        if held is None:
            return False
        counts = False
        for choice, consent in held.choices:
            person = self.persons.bought(choice, consent, window_days)
            if person is None:
                continue
            if isinstance(choice, Chouchous):
                counts = True
                if self.points.member_of(leg) not in {None, person}:
                    self.points.forget(leg)  # they were under another person's key
            self.links.put(Link(kind_of(choice), leg, person))
        if counts and held.rule is not None and paid is not None and self.points.earned(leg) is None:
            self.points.put(leg, Earned.of(held.rule, paid, paid).after_returns(returned))
        return self.drop(leg)

    def award(self, leg: LegKey, choice: Chouchous, consent: Consent, earned: Earned) -> Earned | PointsFault:
        """Count a sale for a member, once, whoever asks. The same asker (Earned.by) is given what it gave."""
        before = self.points.earned(leg)
        if before is not None:
            return before if before.by is not None and before.by == earned.by else PointsFault.COUNTED
        held, member = self.holding.held(leg), self.points.member_of(leg)
        if (held is not None and member_in(held)) or (member is not None and member != self.persons.name(choice)):
            return PointsFault.COUNTED
        person = self.persons.bought(choice, consent, RETURN_WINDOW_DAYS)
        if person is None:
            return PointsFault.NOBODY
        self.links.put(Link(ChoiceKind.CHOUCHOUS, leg, person))
        self.points.put(leg, earned)
        return earned

    def withdraw(self, leg: LegKey, mark: bytes, cents: int | None) -> Withdrawal | PointsFault:
        """Take back the points of so many cents (None: all that is left) of a sale, once for each `mark`."""
        earned = self.points.earned(leg)
        if earned is None:
            return PointsFault.NO_POINTS if self.holding.held(leg) is None else PointsFault.VAULT
        after = earned.after_withdrawal(mark, cents)
        if isinstance(after, PointsFault):
            return after
        if after is not earned:
            self.points.put(leg, after)
        return next(each for each in after.withdrawals if each.mark == mark)

    def earning(self, leg: LegKey, paid: int) -> int | None:
        """The points that a payment gave, or will: what is held for it is kept. None: it gives none."""
        held = self.holding.held(leg)
        if held is not None:
            return held.rule.earned(paid) if held.rule is not None and member_in(held) else None
        earned = self.points.earned(leg)
        return earned.points if earned is not None and earned.by is None else None

    def drop(self, leg: LegKey) -> bool:
        """False when nothing was held."""
        return self.holding.drop(leg)

    def held(self) -> tuple[LegKey, ...]:
        return self.holding.legs()

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

    # ---- persons and what is theirs ----

    def sales_of(self, person: bytes) -> tuple[LinkedSale, ...]:
        """In the order of their keys, which are random."""
        links = sorted(self.links.of({person}), key=lambda link: (link.leg.raw, link.kind.value))
        return tuple(
            LinkedSale(link.leg, link.kind, self.points.earned(link.leg) if _counts(link) else None) for link in links
        )

    def forget(self, persons: AbstractSet[bytes], today: date, choices: AbstractSet[Choice] = frozenset()) -> int:
        """Everything of these but the proof of what they agreed to; also what is held of them, and of these `choices`.

        How many there were. Nobody is kept because a row of theirs cannot be read: what cannot be read is left out of
        the proof, and what lies under their key goes with the key.
        """
        theirs = set(choices)
        if not persons:
            self.holding.remove(theirs)
            return 0
        for name in persons:
            with suppress(InvalidTag, ValueError):
                person = self.persons.named(name)
                if person is not None:
                    theirs.add(person.choice)
                    self.proofs.put(person, today)
        gone = sum(map(self.persons.remove, sorted(persons)))
        for link in self.links.remove(persons):
            if _counts(link):
                self.points.forget(link.leg)
                self.points.forget_return(link.leg)
        self.holding.remove(theirs)
        return gone

    def note_erasures(self, head: bytes) -> None:
        """What the ledger of erasures is like from now on, as this vault knows it."""
        box = sealed(self.keys.head, schema.HEAD_NAME, head)
        self.connection.execute("INSERT OR REPLACE INTO head VALUES (1, ?)", (box,))

    def erasures(self) -> bytes | None:
        """As noted last; None before the first."""
        found = self.connection.execute("SELECT box FROM head").fetchone()
        if found is None:
            return None
        with unsealed(self.keys.head, schema.HEAD_NAME, found[0]) as content:
            return bytes(content)

    def check(self) -> None:
        """Raises what a row of a sale raises that cannot be read, and ValueError for a file out of order."""
        if self.connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise ValueError("out of order")
        for table, key in (("held", self.keys.held), ("links", self.keys.link)):
            for name, box in self.connection.execute(f"SELECT name, box FROM {table}"):  # noqa: S608 - one of these
                with unsealed(key, name, box):
                    pass


def _counts(link: Link) -> bool:
    return link.kind is ChoiceKind.CHOUCHOUS
