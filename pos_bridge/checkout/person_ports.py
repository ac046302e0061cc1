"""What the checkout needs to keep people and their rights: the vault's persons, the audit trail, the sales."""

from collections.abc import Callable
from typing import Protocol

from pos_bridge.domain.access import Recorded
from pos_bridge.domain.audit import AuditEntry
from pos_bridge.domain.identity import Choice, Consent, ConsentEnd
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import LinkedSale, Person, PersonFault
from pos_bridge.domain.person_change import Change


class Persons(Protocol):
    """The vault by person. Every method returns once what it says is durable, and raises VaultUnusableError."""

    async def person(self, choice: Choice) -> Person | None:
        """Found by a keyed name of what they gave; nothing else is decrypted."""

    async def change(self, choice: Choice, how: Change) -> Person | PersonFault:
        """Read, change and write in one transaction. `how` is pure; the id of a new person is the vault's to draw
        (whatever `how` says). A fault changes nothing.
        """

    async def sales_of(self, person: bytes) -> tuple[LinkedSale, ...]:
        """In the order of their random keys: the vault knows no other. Reads every link there is."""

    async def erase(self, choice: Choice) -> bytes | None:
        """Destroy the person's key and all that is theirs, and enter it in the ledger of erasures, acknowledged off the
        till where that is configured. The id; None: nobody. What stays is the proof of consent, of nobody.
        """

    async def page(self, after: bytes, count: int) -> tuple[Person, ...]:
        """So many persons whose ids follow this one (b"" at first): for retention, and for what is due."""

    async def forget(self, persons: tuple[bytes, ...], over: Callable[[Person], bool]) -> int:
        """As erase, because their time is over: without an entry in the ledger. `over` is asked again in the same
        transaction: whoever bought or asked for something meanwhile stays. How many went.
        """

    async def proof(self, choice: Choice) -> "Proof | None":
        """What somebody of this number agreed to, who is gone: found by the number, and of nobody without it."""

    async def forget_proofs(self) -> int:
        """Proofs of consent whose five years are over. How many there were."""

    async def renew(self) -> bool:
        """Give the vault a new key where an erasure asks for one; True when none is owed any more."""

    async def owed(self) -> "Owed":
        """What erasures still wait for."""


class Proof(Protocol):
    """`history`: consents, whose hour is not kept any more, and their ends."""

    @property
    def history(self) -> tuple[Consent | ConsentEnd, ...]: ...


class Owed(Protocol):
    """`copies`: erasures that are not acknowledged off the till. `renewal`: the old key is not destroyed yet."""

    @property
    def copies(self) -> int: ...

    @property
    def renewal(self) -> bool: ...


class Trail(Protocol):
    """The audit trail. An act is noted, durably, before it is done."""

    async def note(self, entry: AuditEntry) -> None:
        """Raises TrailUnwritableError: then the act is not done."""


class Sales(Protocol):
    """What the journal says of a person's sales. Raises JournalUnwritableError."""

    async def find_leg(self, key: LegKey) -> KnownLeg | None: ...

    async def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]: ...

    async def recorded(self, key: LegKey) -> Recorded | None:
        """When its newest row was written. None: no row is known to be this leg's any more."""
