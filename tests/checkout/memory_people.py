"""A vault of persons, an audit trail and a book of sales in memory: they do what their ports promise, in order."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from pos_bridge.domain.access import Recorded
from pos_bridge.domain.audit import AuditEntry, TrailUnwritableError
from pos_bridge.domain.identity import Choice, Consent, ConsentEnd, VaultFault, VaultUnusableError
from pos_bridge.domain.ledger import JournalUnwritableError, KnownLeg
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import ID_LENGTH, LinkedSale, Person, PersonFault
from pos_bridge.domain.person_change import Change


@dataclass(frozen=True, slots=True)
class MemoryOwed:
    copies: int = 0
    renewal: bool = False


@dataclass(frozen=True, slots=True)
class MemoryProof:
    history: tuple[Consent | ConsentEnd, ...]


class MemoryPersons:
    """`done` is shared with the trail: what happened, in order. `broken`: every call raises that."""

    def __init__(self, done: list[str]) -> None:
        self.by_choice: dict[Choice, Person] = {}
        self.links: dict[bytes, tuple[LinkedSale, ...]] = {}
        self.proofs = 0
        self.agreed: dict[Choice, tuple[Consent | ConsentEnd, ...]] = {}  # by who is gone
        self.copied = True  # off the till
        self.erasures = 0
        self.broken: VaultFault | None = None
        self.broken_from: str | None = None  # the disk fails from this call on
        self.unreadable: set[Choice] = set()
        self.before_change: Change | None = None  # somebody else's, just before the next one
        self.before_forget: Callable[[], None] = lambda: None  # what somebody does just before
        self.most_at_once = 0
        self._done = done

    async def person(self, choice: Choice) -> Person | None:
        self._asked("person")
        if choice in self.unreadable:
            raise VaultUnusableError(VaultFault.DAMAGED)
        return self.by_choice.get(choice)

    async def change(self, choice: Choice, how: Change) -> Person | PersonFault:
        self._asked("change")
        if self.before_change is not None:
            first, self.before_change = self.before_change, None
            self._change(choice, first)
        return self._change(choice, how)

    def _change(self, choice: Choice, how: Change) -> Person | PersonFault:
        before = self.by_choice.get(choice)
        after = how(before)
        if isinstance(after, PersonFault):
            return after
        if before is None:
            after = replace(after, id=os.urandom(ID_LENGTH))
        self.by_choice[choice] = after
        return after

    async def sales_of(self, person: bytes) -> tuple[LinkedSale, ...]:
        self._asked("sales_of")
        return self.links.get(person, ())

    async def erase(self, choice: Choice) -> bytes | None:
        self._asked("erase")
        gone = self.by_choice.pop(choice, None)
        if gone is None:
            return None
        self.links.pop(gone.id, None)
        self.erasures += 1
        return gone.id

    async def page(self, after: bytes, count: int) -> tuple[Person, ...]:
        self._asked("page")
        self.most_at_once = max(self.most_at_once, count)
        there = sorted(self.by_choice.items(), key=lambda pair: pair[1].id)
        rest = [(choice, person) for choice, person in there if person.id > after]
        readable = tuple(person for choice, person in rest if choice not in self.unreadable)
        if rest and not readable:
            raise VaultUnusableError(VaultFault.DAMAGED)
        return readable[:count]

    async def forget(self, persons: tuple[bytes, ...], over: Callable[[Person], bool]) -> int:
        self._asked("forget")
        self.before_forget()
        gone = [choice for choice, person in self.by_choice.items() if person.id in persons and over(person)]
        for choice in gone:
            del self.by_choice[choice]
        return len(gone)

    async def proof(self, choice: Choice) -> "MemoryProof | None":
        self._asked("proof")
        return None if choice not in self.agreed else MemoryProof(self.agreed[choice])

    async def forget_proofs(self) -> int:
        self._asked("forget_proofs")
        gone, self.proofs = self.proofs, 0
        return gone

    async def renew(self) -> bool:
        self._asked("renew")
        self.erasures = 0
        return True

    async def owed(self) -> MemoryOwed:
        self._asked("owed")
        return MemoryOwed(0 if self.copied else self.erasures, self.erasures > 0)

    def _asked(self, what: str) -> None:
        if what == self.broken_from:
            self.broken = VaultFault.DISK
        if self.broken is not None:
            raise VaultUnusableError(self.broken)
        self._done.append(what)


class MemoryTrail:
    def __init__(self, done: list[str]) -> None:
        self.entries: list[AuditEntry] = []
        self.full = False
        self._done = done

    async def note(self, entry: AuditEntry) -> None:
        if self.full:
            raise TrailUnwritableError
        self.entries.append(entry)
        self._done.append("note")

    @property
    def last(self) -> AuditEntry:
        return self.entries[-1]


class MemorySales:
    """What a journal says of sales; `unreadable` raises."""

    def __init__(self) -> None:
        self.legs: dict[LegKey, KnownLeg] = {}
        self.when: dict[LegKey, Recorded] = {}
        self.unreadable = False

    async def find_leg(self, key: LegKey) -> KnownLeg | None:
        if self.unreadable:
            raise JournalUnwritableError
        return self.legs.get(key)

    async def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]:
        return tuple(leg for leg in self.legs.values() if leg.sale_key == sale)

    async def recorded(self, key: LegKey) -> Recorded | None:
        return self.when.get(key)
