"""What a customer chose to give, and under which consent: the only values that can say who somebody is.

They go one road, checkout/identify.py to the vault, and no other value of this program has a field for them. A sale
without a choice carries an empty tuple of them, never a person left out.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

# Opaque identifiers of the programme and of the web shop. No @, no spaces and no accents: a name, an address or an
# e-mail that a till puts there by mistake is not taken for one.
_MEMBER = re.compile(r"[A-Za-z0-9-]{1,32}")
_ORDER = re.compile(r"[A-Za-z0-9._/-]{1,64}")
_TEXT_VERSION = re.compile(r"[A-Za-z0-9._-]{1,32}")
_LAST_HOUR = 23


class ChoiceKind(Enum):
    """Why somebody is known at all."""

    CHOUCHOUS = 1  # the loyalty programme
    HOME_DELIVERY = 2


@dataclass(frozen=True, slots=True, repr=False)
class Chouchous:
    """Count this purchase for the member of this number (1 to 32 letters, digits and hyphens). ValueError otherwise."""

    member: str

    def __post_init__(self) -> None:
        if not _MEMBER.fullmatch(self.member):
            raise ValueError("a member number has 1 to 32 letters, digits and hyphens")


@dataclass(frozen=True, slots=True, repr=False)
class HomeDelivery:
    """Deliver this purchase under this order id (1 to 64 letters, digits and . _ / -). ValueError otherwise."""

    order: str

    def __post_init__(self) -> None:
        if not _ORDER.fullmatch(self.order):
            raise ValueError("an order id has 1 to 64 letters, digits and . _ / -")


Choice = Chouchous | HomeDelivery


def kind_of(choice: Choice) -> ChoiceKind:
    return ChoiceKind.CHOUCHOUS if isinstance(choice, Chouchous) else ChoiceKind.HOME_DELIVERY


class Purpose(Enum):
    """What may be done with what was given; each is consented to by itself, and withdrawn by itself."""

    PROGRAMME = 1  # count purchases for the programme
    DELIVERY = 2  # deliver an order
    ORDER_TRACKING = 3  # say where an order is
    RETURN_TRACKING = 4  # say where a return is
    OFFERS = 5  # send offers: opt-in, apart from everything else
    CONTACT = 6  # answer, and tell what the person must know


class Channel(Enum):
    """Where a consent was given or ended."""

    TILL = 1
    WEB = 2
    MAIL = 3
    TELEPHONE = 4


class GivenBy(Enum):
    """Who consented. Under 14 it is a parent (P-39.1, 4.1), and the person is asked again at 14."""

    SELF = 1  # 14 or over
    PARENT = 2  # who holds parental authority


@dataclass(frozen=True, slots=True, repr=False)
class Consent:
    """Which text was agreed to, in which language (fr or en), when (to the hour), where, for what, and by whom."""

    text_version: str
    language: str
    day: date
    hour: int
    channel: Channel
    purposes: frozenset[Purpose]
    by: GivenBy = GivenBy.SELF

    def __post_init__(self) -> None:
        if not _TEXT_VERSION.fullmatch(self.text_version) or self.language not in {"fr", "en"}:
            raise ValueError("a consent names a text's version and its language")
        if not (0 <= self.hour <= _LAST_HOUR and self.purposes):
            raise ValueError("a consent has an hour of the day and at least one purpose")


@dataclass(frozen=True, slots=True, repr=False)
class ConsentEnd:
    """That the consent to one purpose was withdrawn, when (to the day) and where. Withdrawal is not erasure."""

    purpose: Purpose
    day: date
    channel: Channel


class VaultFault(Enum):
    """Why the vault could not do what was asked."""

    DISK_FULL = 1  # works again once there is room
    DISK = 2  # read-only, failing, or not ours to open
    DAMAGED = 3  # not what we wrote; left as it is, for a person to look at
    WRONG_KEY = 4  # made with another vault key
    NEWER = 5  # made by a newer version of this program
    PROGRAM = 6  # a fault of this program
    ERASURES_BEHIND = 7  # the vault knows of erasures that the ledger beside it lacks: one of them was restored alone


class VaultUnusableError(Exception):
    """The vault could not do what was asked. Says why, never about whom."""

    def __init__(self, fault: VaultFault) -> None:
        super().__init__(fault.name)
        self.fault = fault
