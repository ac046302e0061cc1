"""What a person who asks is told: all that is kept about them, what is due, and what was done when they were erased."""

from dataclasses import dataclass
from datetime import date

from pos_bridge.domain.details import Details
from pos_bridge.domain.identity import Choice, Purpose
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.person import LinkedSale, Person, Right


@dataclass(frozen=True, slots=True)
class Recorded:
    """When the journal wrote down how a sale stands: as coarse as it knows, in the store's time."""

    day: date
    hour: int


@dataclass(frozen=True, slots=True, repr=False)
class KnownSale:
    """A sale that is linked to a person. Without `leg` the journal has forgotten which of its rows it was."""

    linked: LinkedSale
    leg: KnownLeg | None
    recorded: Recorded | None
    refunds: tuple[KnownLeg, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """All that is kept about a person, on a day; the consents and requests are in `person`.

    `withheld`: the details are another's, a gift's recipient, and were taken out. `points`: that stand, None where no
    sale gave any. `told_to`: nobody was ever told, and there is no code that would.
    """

    day: date
    person: Person
    withheld: bool
    in_force: frozenset[Purpose]
    sales: tuple[KnownSale, ...]
    points: int | None
    told_to: tuple[()] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """What a purpose may read of a person, and what they agreed to."""

    details: Details
    in_force: frozenset[Purpose]


@dataclass(frozen=True, slots=True)
class Erased:
    """`acknowledged`: also off the till, where that is configured. `renewed`: the old key of the vault is destroyed."""

    acknowledged: bool
    renewed: bool


@dataclass(frozen=True, slots=True, repr=False)
class Duty:
    """What somebody waits for. `right` None: a person of 14, whose parent consented, is to be asked themself."""

    choice: Choice
    right: Right | None
    received: date
    due: date


@dataclass(frozen=True, slots=True, repr=False)
class Due:
    """The oldest first. `copies`, `renewal`: see checkout.person_ports.Owed."""

    duties: tuple[Duty, ...]
    copies: int
    renewal: bool


@dataclass(frozen=True, slots=True)
class Retained:
    """How many were forgotten because their time was over."""

    deliveries: int
    members: int
    proofs: int
