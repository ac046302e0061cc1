"""A person as the vault knows them: what they gave, what they agreed to and took back, and what they asked for."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from pos_bridge.domain.details import NO_DETAILS, Details
from pos_bridge.domain.identity import Choice, ChoiceKind, Consent, ConsentEnd, GivenBy, Purpose
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned

ANSWER_WITHIN = timedelta(days=30)  # P-39.1, 32
DISPUTE_WITHIN = timedelta(days=30)  # a refusal, before the Commission d'accès à l'information (P-39.1, 43)
_FIRST_YEAR, _LAST_YEAR = 1970, 2149  # the vault's days
ID_LENGTH = 32  # of a person's own name in the vault: random, it stays when keys change, and says nothing


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """As coarse as a person's last purchase or change is known."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (_FIRST_YEAR <= self.year <= _LAST_YEAR and 1 <= self.month <= 12):  # noqa: PLR2004 - a calendar
            raise ValueError("a month is 1 to 12 of 1970 to 2149")

    @classmethod
    def of(cls, day: date) -> "Month":
        """A day before or after the vault's years, by a clock that is wrong, is in the first or the last month."""
        if day.year < _FIRST_YEAR:
            return cls(_FIRST_YEAR, 1)
        return cls(day.year, day.month) if day.year <= _LAST_YEAR else cls(_LAST_YEAR, 12)

    def since(self, earlier: "Month") -> int:
        """Months from then to this one."""
        return (self.year - earlier.year) * 12 + self.month - earlier.month

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])


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

    def __post_init__(self) -> None:
        if self.ended is None and self.refusal is not None:
            raise ValueError("what was refused was refused on a day")

    @property
    def open(self) -> bool:
        return self.ended is None

    @property
    def due(self) -> date:
        """The last day on which it can be answered in time."""
        return self.received + ANSWER_WITHIN

    def keeps(self, today: date) -> bool:
        """Whether what it is about must be there still: it is open, or was refused and can be disputed."""
        return self.ended is None or (self.refusal is not None and today <= self.ended + DISPUTE_WITHIN)


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """All that is kept about a person, but for their sales.

    `child_until`: the month in which a child, whose parent consented, is 14; from the next one on they are asked
    themself, and it stays until they have said. `active`: of the last purchase or change. `keep_until`: the last day of
    a delivery's data (members: None). ValueError for an id of another length.
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

    def __post_init__(self) -> None:
        if len(self.id) != ID_LENGTH:
            raise ValueError("a person's name in the vault has 32 bytes")

    @property
    def standing(self) -> dict[Purpose, Consent]:
        """The newest consent to each purpose that was not withdrawn since."""
        found: dict[Purpose, Consent] = {}
        for entry in self.history:
            if isinstance(entry, Consent):
                found |= dict.fromkeys(entry.purposes, entry)
            else:
                found.pop(entry.purpose, None)
        return found

    def in_force(self, today: date) -> frozenset[Purpose]:
        """What may be done with it now: consented to and not withdrawn since.

        A parent's consent ends with the month in which the child is 14 (they may still be 13 on its first day, and a
        parent may consent for somebody of 14): then their own is waited for. Without such a month it holds for nothing.
        """
        parents = self.child_until is not None and Month.of(today) <= self.child_until
        return frozenset(purpose for purpose, by in self.standing.items() if parents or by.by is GivenBy.SELF)

    def asked_again(self, today: date) -> bool:
        """Whether a child is surely 14 by now, and has not consented themself."""
        return self.child_until is not None and self.child_until < Month.of(today)

    def keeps(self, today: date) -> bool:
        """Whether a request of theirs keeps the data: one that is open, or a refused one that can be disputed."""
        return any(request.keeps(today) for request in self.requests)

    def disputed(self, today: date) -> bool:
        """Whether erasing would destroy what a request is about: not one to erase, or to withdraw."""
        about = {Right.ACCESS, Right.RECTIFY}
        return any(request.keeps(today) for request in self.requests if request.right in about)


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
    RECOURSE_OPEN = 7  # a request that is open, or was refused and can be disputed, keeps the data
    UNFIT = 8  # a field that this choice does not take, or a day or month that cannot be
