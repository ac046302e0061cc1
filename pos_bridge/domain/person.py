"""A person as the vault knows them: what they gave, what they agreed to and took back, and what they asked for."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from pos_bridge.domain.details import NO_DETAILS, Details
from pos_bridge.domain.identity import Choice, ChoiceKind, Consent, ConsentEnd, Purpose
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned

ID_LENGTH = 32  # of a person's own name in the vault: random, it stays when keys change, and says nothing


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """As coarse as a person's last purchase or change is known."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1970 <= self.year <= 2149 and 1 <= self.month <= 12):  # noqa: PLR2004 - the vault's days; a calendar
            raise ValueError("a month is 1 to 12 of 1970 to 2149")

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)


class Whose(Enum):
    """Whose name and address these are: of a gift's recipient they are not shown to the one who ordered."""

    OWN = 1
    RECIPIENT = 2


class Right(Enum):
    """What a person can ask for (P-39.1, 27 to 40; answered within 30 days)."""

    ACCESS = 1
    RECTIFY = 2
    WITHDRAW = 3
    ERASE = 4


class Refusal(Enum):
    """Why a request was not granted."""

    NOT_VERIFIED = 1  # whoever asked could not show that they are the person
    OF_ANOTHER = 2  # it would show another person's data
    LAW = 3  # a law or a dispute under way asks for it to be kept
    WRONG_AS_ASKED = 4  # the correction asked for is not true


@dataclass(frozen=True, slots=True)
class RightRequest:
    """What was asked for, when it came, and when and how it ended."""

    right: Right
    received: date
    ended: date | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """All that is kept about a person, but for their sales.

    `child_until`: the month in which a child, whose parent consented, is 14 and asked themself. `active`: of the last
    purchase or change. `keep_until`: the last day of a delivery's data (members: None).
    """

    id: bytes
    choice: Choice
    active: Month
    history: tuple[Consent | ConsentEnd, ...] = ()
    details: Details = NO_DETAILS
    whose: Whose = Whose.OWN
    child_until: Month | None = None
    keep_until: date | None = None
    requests: tuple[RightRequest, ...] = field(default=())

    def in_force(self, today: date) -> frozenset[Purpose]:
        """What may be done with it now: consented to and not withdrawn since. A parent's consent ends at 14."""
        raise NotImplementedError(today)


@dataclass(frozen=True, slots=True, repr=False)
class LinkedSale:
    """A sale that is a person's, why, and what it gave in points."""

    key: LegKey
    kind: ChoiceKind
    earned: Earned | None


class PersonFault(Enum):
    """Why nothing was done with a person's data."""

    UNKNOWN = 1  # nobody of that number
    EXISTS = 2  # enrolled before, with other data: to change them is to rectify
    NO_PARENT = 3  # under 14, and no parent consented
    NO_CONSENT = 4  # for this purpose
    NOT_FOR_PURPOSE = 5  # a field that this purpose never needs
    NOT_ALLOWED = 6  # this role may not
    RECOURSE_OPEN = 7  # a refused request keeps the data while it can be disputed
    UNFIT = 8  # fields that this choice does not take
