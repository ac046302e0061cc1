"""The gate of the services of people: each field within its bounds, or a word or a sentence that says which is not.

A word (RefusedError) tells a till's programmer what the protocol says otherwise; a sentence (UntakenError) tells a
cashier what to ask. Neither has what stood in the field. Only fields that are named here are looked at.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from pos_bridge.domain.audit import MAX_OPERATOR
from pos_bridge.domain.details import Details, Field, details
from pos_bridge.domain.identity import Channel, Choice, ChoiceKind, Chouchous, Consent, GivenBy, HomeDelivery, Purpose
from pos_bridge.domain.person import Month, Refusal, Right, Whose
from pos_bridge.domain.person_change import Delivery, Enrolment
from pos_bridge.domain.purposes import SERVES
from pos_bridge.domain.typed_card import has_card_number
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.bounds import RefusedError, Why, language
from pos_bridge.till_api.said_of_people import Untaken

_Named = TypeVar("_Named", Chouchous, HomeDelivery)

MOST_CONSENTS = 8
MOST_PURPOSES = 16
MOST_AHEAD = timedelta(days=366)  # of a delivery: what is further off is a slip of the hand

_PURPOSES: dict[pb.Purpose, Purpose] = {
    pb.PURPOSE_PROGRAMME: Purpose.PROGRAMME,
    pb.PURPOSE_DELIVERY: Purpose.DELIVERY,
    pb.PURPOSE_ORDER_TRACKING: Purpose.ORDER_TRACKING,
    pb.PURPOSE_RETURN_TRACKING: Purpose.RETURN_TRACKING,
    pb.PURPOSE_OFFERS: Purpose.OFFERS,
    pb.PURPOSE_CONTACT: Purpose.CONTACT,
}
_CHANNELS: dict[pb.Channel, Channel] = {
    pb.CHANNEL_UNSPECIFIED: Channel.TILL,
    pb.CHANNEL_TILL: Channel.TILL,
    pb.CHANNEL_WEB: Channel.WEB,
    pb.CHANNEL_MAIL: Channel.MAIL,
    pb.CHANNEL_TELEPHONE: Channel.TELEPHONE,
}
_GIVEN_BY: dict[pb.GivenBy, GivenBy] = {pb.GIVEN_BY_SELF: GivenBy.SELF, pb.GIVEN_BY_PARENT: GivenBy.PARENT}
_RIGHTS: dict[pb.Right, Right] = {
    pb.RIGHT_ACCESS: Right.ACCESS,
    pb.RIGHT_RECTIFY: Right.RECTIFY,
    pb.RIGHT_WITHDRAW: Right.WITHDRAW,
    pb.RIGHT_ERASE: Right.ERASE,
}
_REFUSALS: dict[pb.Refusal, Refusal] = {
    pb.REFUSAL_NOT_VERIFIED: Refusal.NOT_VERIFIED,
    pb.REFUSAL_OF_ANOTHER: Refusal.OF_ANOTHER,
    pb.REFUSAL_LAW: Refusal.LAW,
    pb.REFUSAL_WRONG_AS_ASKED: Refusal.WRONG_AS_ASKED,
}
FIELDS: Mapping[str, Field] = {field.name.lower(): field for field in Field}  # as pb.Details names them


@dataclass(frozen=True, slots=True)
class Texts:
    """What customers are shown here: the version of each text. None: nobody is asked."""

    programme: str
    delivery: str | None = None
    offers: str | None = None

    def of(self, kind: ChoiceKind, purposes: frozenset[Purpose]) -> str | None:
        if Purpose.OFFERS in purposes:
            return self.offers
        return self.programme if kind is ChoiceKind.CHOUCHOUS else self.delivery


class UntakenError(Exception):
    """Nothing was done: the cashier is told why. `field` names what it is about, as the protocol does."""

    def __init__(self, why: Untaken, field: str) -> None:
        super().__init__(why.value)
        self.why = why
        self.field = field


# ---- who, about whom ----


def operator(number: int) -> None:
    """Raises RefusedError for what is no operator's number."""
    if not 1 <= number <= MAX_OPERATOR:
        raise _unfit("operator")


def person(choice: pb.Choice) -> Choice:
    """Raises RefusedError, UntakenError."""
    match choice.WhichOneof("choice"):
        case "chouchous":
            return _named(Chouchous, choice.chouchous, "person")
        case "home_delivery":
            return _named(HomeDelivery, choice.home_delivery, "person")
        case _:
            raise _unfit("person")


def said_of(choice: Choice) -> pb.Choice:
    """The other way."""
    if isinstance(choice, Chouchous):
        return pb.Choice(chouchous=choice.member)
    return pb.Choice(home_delivery=choice.order)


# ---- becoming known ----


def enrolment(request: pb.EnrolRequest, texts: Texts, at: datetime) -> Enrolment:
    """`at`: the store's local time. Raises RefusedError, UntakenError, UnfitDetailError."""
    member = _named(Chouchous, request.member, "member")
    first, *more = _consents(request.consents, ChoiceKind.CHOUCHOUS, texts, at)
    until = _month(request.child_until, "child_until") if request.child_until else None
    return Enrolment(member, given(request.details), first, until, tuple(more))


def delivery(request: pb.DeliveryRequest, texts: Texts, at: datetime, keep_until: Callable[[date], date]) -> Delivery:
    """`keep_until`: of a delivery on that day, the last day of its data. As enrolment."""
    order = _named(HomeDelivery, request.order, "order")
    first, *more = _consents(request.consents, ChoiceKind.HOME_DELIVERY, texts, at)
    expected = day(request.expected, "expected") or at.date()
    if expected > at.date() + MOST_AHEAD:
        raise UntakenError(Untaken.NO_DAY, "expected")
    whose = Whose.RECIPIENT if request.recipient else Whose.OWN
    return Delivery(order, given(request.details), first, keep_until(expected), whose, tuple(more))


def given(message: pb.Details) -> Details:
    """Raises UnfitDetailError."""
    return details({field: getattr(message, name) for name, field in FIELDS.items()})


def changes(request: pb.RectifyRequest) -> dict[Field, str | None]:
    """Texts as they came, to be checked beside those that stay (a postal code in its country). Raises RefusedError."""
    told = {field: str(getattr(request.set, name)) for name, field in FIELDS.items() if getattr(request.set, name)}
    cleared = {_field(name) for name in request.clear}
    if cleared & told.keys() or not (cleared or told):
        raise _unfit("clear")
    return {**dict.fromkeys(cleared), **told}


def shown(found: Details) -> pb.Details:
    """The other way."""
    return pb.Details(**{field.name.lower(): text for field, text in found.given})


# ---- for what ----


def purpose(value: pb.Purpose) -> Purpose:
    """Raises RefusedError."""
    try:
        return _PURPOSES[value]
    except KeyError:
        raise _unfit("purpose") from None


def purposes(values: Sequence[pb.Purpose], field: str = "purposes") -> frozenset[Purpose]:
    """Raises RefusedError."""
    if not 1 <= len(values) <= MOST_PURPOSES or not _PURPOSES.keys() >= set(values):
        raise _unfit(field)
    return frozenset(_PURPOSES[value] for value in values)


def said_of_purposes(found: Iterable[Purpose]) -> list[pb.Purpose]:
    """The other way, in the order of the protocol."""
    theirs = set(found)
    return [value for value, each in _PURPOSES.items() if each in theirs]


def channel(value: pb.Channel, field: str = "channel") -> Channel:
    """Raises RefusedError."""
    try:
        return _CHANNELS[value]
    except KeyError:
        raise _unfit(field) from None


def right(value: pb.Right) -> Right:
    """Raises RefusedError."""
    try:
        return _RIGHTS[value]
    except KeyError:
        raise _unfit("right") from None


def said_of_right(found: Right | None) -> pb.Right:
    """The other way. None: to be asked again at 14."""
    return next((value for value, each in _RIGHTS.items() if each is found), pb.RIGHT_UNSPECIFIED)


def refusal(value: pb.Refusal) -> Refusal:
    """Raises RefusedError."""
    try:
        return _REFUSALS[value]
    except KeyError:
        raise _unfit("refusal") from None


def day(text: str, field: str) -> date | None:
    """None where there is none. Raises UntakenError."""
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise UntakenError(Untaken.NO_DAY, field) from None
    if found.isoformat() != text:  # one way to write it: no week, no basic form
        raise UntakenError(Untaken.NO_DAY, field)
    return found


# ---- consents ----


def _consents(told: Sequence[pb.Consent], kind: ChoiceKind, texts: Texts, at: datetime) -> list[Consent]:
    """What the choice is for first. Offers are asked for apart; each text is the one that is shown here."""
    if len(told) > MOST_CONSENTS:
        raise _unfit("consents")
    if texts.of(kind, frozenset()) is None:
        raise UntakenError(Untaken.NOT_OFFERED, "consents")
    if not told:
        raise UntakenError(Untaken.NO_CONSENT, "consents")
    found = [_consent(each, kind, texts, at) for each in told]
    return sorted(found, key=lambda consent: SERVES[kind][0] not in consent.purposes)


def _consent(told: pb.Consent, kind: ChoiceKind, texts: Texts, at: datetime) -> Consent:
    ends = purposes(told.purposes, "consents.purposes")
    spoken = language(told.language)
    if spoken is None:
        raise _unfit("consents.language")
    if told.by == pb.GIVEN_BY_UNSPECIFIED:
        raise UntakenError(Untaken.AGE_NOT_SAID, "consents.by")
    if told.by not in _GIVEN_BY:
        raise _unfit("consents.by")
    if Purpose.OFFERS in ends and len(ends) > 1:
        raise UntakenError(Untaken.OFFERS_APART, "consents.purposes")
    text = texts.of(kind, ends)
    if text is None:
        raise UntakenError(Untaken.NOT_OFFERED, "consents.purposes")
    if told.text_version != text:
        raise UntakenError(Untaken.WRONG_TEXT, "consents.text_version")
    where = channel(told.channel, "consents.channel")
    return Consent(text, spoken, at.date(), at.hour, where, ends, _GIVEN_BY[told.by])


# ---- the rest ----


def _named(kind: Callable[[str], _Named], text: str, field: str) -> _Named:
    if has_card_number(text):
        raise UntakenError(Untaken.CARD_NUMBER, field)
    try:
        return kind(text)
    except ValueError:
        raise _unfit(field) from None


def _field(name: str) -> Field:
    try:
        return FIELDS[name]
    except KeyError:
        raise _unfit("clear") from None


def _month(text: str, field: str) -> Month:
    year, _, month = text.partition("-")
    try:
        found = Month(int(year), int(month))
    except ValueError:
        raise UntakenError(Untaken.NO_DAY, field) from None
    if text != f"{found.year:04d}-{found.month:02d}":
        raise UntakenError(Untaken.NO_DAY, field)
    return found


def _unfit(field: str) -> RefusedError:
    return RefusedError(Why.UNFIT, field)
