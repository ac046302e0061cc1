"""What each choice may hold, what each purpose may read of it, and when it is over. What no table has is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pos_bridge.domain.details import Details, Field
from pos_bridge.domain.identity import ChoiceKind, ConsentEnd, Purpose, kind_of
from pos_bridge.domain.person import Month, Person, PersonFault, Whose

_NAMES = frozenset({Field.LAST_NAME, Field.FIRST_NAME})
_ADDRESS = frozenset({Field.STREET, Field.CITY, Field.PROVINCE, Field.POSTAL_CODE, Field.COUNTRY})
_CHILD = frozenset({Field.CHILD_SIZE, Field.CHILD_MONTH})

# The fields that are needed for it, and no others.
READS: dict[Purpose, frozenset[Field]] = {
    Purpose.PROGRAMME: _NAMES,
    Purpose.DELIVERY: _NAMES | _ADDRESS | {Field.PHONE},
    Purpose.ORDER_TRACKING: _NAMES | {Field.PHONE, Field.EMAIL},
    Purpose.RETURN_TRACKING: _NAMES | {Field.PHONE, Field.EMAIL},
    Purpose.OFFERS: _CHILD | {Field.FIRST_NAME, Field.EMAIL},
    Purpose.CONTACT: _NAMES | _ADDRESS | {Field.PHONE, Field.EMAIL},
}

# The fields that a choice takes.
TAKES: dict[ChoiceKind, frozenset[Field]] = {
    ChoiceKind.CHOUCHOUS: frozenset(Field),
    ChoiceKind.HOME_DELIVERY: _NAMES | _ADDRESS | {Field.PHONE},
}

# The purposes that a choice can serve; the first is what it is for, and wanted.
SERVES: dict[ChoiceKind, tuple[Purpose, ...]] = {
    ChoiceKind.CHOUCHOUS: (
        Purpose.PROGRAMME,
        Purpose.ORDER_TRACKING,
        Purpose.RETURN_TRACKING,
        Purpose.OFFERS,
        Purpose.CONTACT,
    ),
    ChoiceKind.HOME_DELIVERY: (
        Purpose.DELIVERY,
        Purpose.ORDER_TRACKING,
        Purpose.RETURN_TRACKING,
        Purpose.CONTACT,
    ),
}

WITHDRAWN_KEPT = timedelta(days=30)  # after the last purpose was withdrawn


def shown(
    person: Person, purpose: Purpose, today: date, fields: Iterable[Field] | None = None
) -> Details | PersonFault:
    """Of these fields (None: of all that the purpose needs) what there is, if the person agreed to the purpose.

    For a delivery they agreed until its last day. What is a gift's recipient's is there to deliver it, and for nothing
    else.
    """
    wanted = READS[purpose] if fields is None else frozenset(fields)
    served = purpose in SERVES[kind_of(person.choice)] and wanted <= READS[purpose]
    if not served or (person.whose is Whose.RECIPIENT and purpose is not Purpose.DELIVERY):
        return PersonFault.NOT_FOR_PURPOSE
    over = person.keep_until is not None and person.keep_until < today  # and not forgotten yet
    if over or purpose not in person.in_force(today):
        return PersonFault.NO_CONSENT
    return person.details.only(wanted)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what was given is kept: a member's after their last purchase or change, a delivery's after its day.

    ValueError unless it is 1 to 120 months and 0 to 365 days.
    """

    inactive_months: int = 36
    delivery_days: int = 30

    def __post_init__(self) -> None:
        if not (1 <= self.inactive_months <= 120 and 0 <= self.delivery_days <= 365):  # noqa: PLR2004 - ten years; one
            raise ValueError("members are kept 1 to 120 months, deliveries 0 to 365 days")

    def keep_until(self, delivery: date) -> date:
        """The last day of the data of a delivery on that day."""
        return delivery + timedelta(days=self.delivery_days)

    def over(self, person: Person, today: date) -> bool:
        """Whether nothing needs the data any more. Open requests and open recourse keep them.

        A member who withdrew everything is kept as long as they could say that it was not they.
        """
        if person.keeps(today):
            return False
        if kind_of(person.choice) is ChoiceKind.HOME_DELIVERY:
            return (person.keep_until or self.keep_until(person.active.last_day)) < today
        if Month.of(today).since(person.active) > self.inactive_months:
            return True
        ends = [entry.day for entry in person.history if isinstance(entry, ConsentEnd)]
        return bool(ends) and not person.standing and max(ends) + WITHDRAWN_KEPT < today
