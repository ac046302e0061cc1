"""A person's record as bytes. The id is not in it: it is the name of the row.

A record is padded to one of three sizes. The first has room for ten consents at least, or for a name and an address.
Whatever the domain allows fits in the last. Records of version 2, which had a choice and up to 200 consents, are read
too; they are written anew when they change. Decoding raises ValueError, without the data.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from pos_bridge.domain.details import Details, Field
from pos_bridge.domain.identity import Choice, Consent, ConsentEnd, HomeDelivery
from pos_bridge.domain.person import Month, Person, Refusal, Right, RightRequest, Whose
from pos_bridge.domain.person_change import MAX_HISTORY, MAX_REQUESTS
from pos_bridge.identity.record import Reader, nearest, padded, put_choice, put_day, put_event, put_long_text

RECORD_SIZES = (512, 2048, 8192)
RETURN_WINDOW_DAYS = 30  # after an order was paid, unless the shop says otherwise
_LAYOUT = 0x83  # of version 3; a record of version 2 begins with its ChoiceKind
_START = 2  # behind the length of what is not padding
_MONTHS = 12
_FIRST_YEAR = 1970

Event = Consent | ConsentEnd


def encode_person(person: Person) -> bytearray:
    """ValueError for more than has room."""
    if len(person.requests) > MAX_REQUESTS:
        raise ValueError("more requests than a box has room for")
    content = bytearray((_LAYOUT,))
    put_choice(content, person.choice)
    put_month(content, person.active)
    put_month(content, person.child_until)
    _put_day(content, person.keep_until)
    content += bytes((person.whose.value, len(person.details.given)))
    for field, text in person.details.given:
        content.append(field.value)
        put_long_text(content, text)
    put_events(content, bounded(person.history))
    content.append(len(person.requests))
    for request in person.requests:
        content.append(request.right.value)
        put_day(content, request.received)
        _put_day(content, request.ended)
        content.append(0 if request.refusal is None else request.refusal.value)
    return padded(content, *RECORD_SIZES)


def decode_person(raw: bytearray, name: bytes) -> Person:
    with Reader(raw, RECORD_SIZES) as reader:
        layout = reader.number()
        if layout != _LAYOUT:
            return _of_version_2(reader, reader.choice_of(layout), name)
        choice, active, child_until, keep_until = reader.choice(), month(reader), month(reader), _day(reader)
        if active is None:
            raise ValueError("a month that is none")
        whose = Whose(reader.number())
        details = Details(tuple((Field(reader.number()), reader.long_text()) for _ in range(reader.number())))
        history = events(reader)
        requests = tuple(_request(reader) for _ in range(reader.number()))
        return Person(name, choice, active, history, details, whose, child_until, keep_until, requests)


def bounded(history: tuple[Event, ...]) -> tuple[Event, ...]:
    """The newest MAX_HISTORY, and among them of each purpose the newest end and the newest consent by either."""
    if len(history) <= MAX_HISTORY:
        return history
    decisive: dict[object, int] = {}
    for at, event in enumerate(history):
        if isinstance(event, ConsentEnd):
            decisive[event.purpose] = at
        else:
            decisive.update(((purpose, event.by), at) for purpose in event.purposes)
    kept = set(decisive.values())
    others = [at for at in range(len(history)) if at not in kept]
    kept.update(others[len(kept) - MAX_HISTORY :])
    return tuple(history[at] for at in sorted(kept))


def month_of(day: date) -> Month:
    return Month.of(nearest(day))


def choice_in(raw: bytearray) -> bytearray:
    """What a person is found by, as encode_choice gives it, of a record of any version, and nothing else of it."""
    at = _START + (raw[_START] == _LAYOUT)
    return raw[at : at + 2 + raw[at + 1]]


# ---- pieces, of proofs too ----


def put_events(content: bytearray, history: Sequence[Event], *, hour: bool = True) -> None:
    content.append(len(history))
    for event in history:
        put_event(content, event, hour=hour)


def events(reader: Reader) -> tuple[Event, ...]:
    return tuple(reader.event() for _ in range(reader.number()))


def put_month(content: bytearray, value: Month | None) -> None:
    number = 0 if value is None else (value.year - _FIRST_YEAR) * _MONTHS + value.month
    content += number.to_bytes(2, "big")


def month(reader: Reader) -> Month | None:
    number = reader.integer(2)
    return None if number == 0 else Month(_FIRST_YEAR + (number - 1) // _MONTHS, (number - 1) % _MONTHS + 1)


def _put_day(content: bytearray, day: date | None) -> None:
    content.append(day is not None)
    put_day(content, date.min if day is None else day)


def _day(reader: Reader) -> date | None:
    there, day = reader.number(), reader.day()
    return day if there else None


def _request(reader: Reader) -> RightRequest:
    right, received, ended, refusal = Right(reader.number()), reader.day(), _day(reader), reader.number()
    return RightRequest(right, received, ended, Refusal(refusal) if refusal else None)


def _of_version_2(reader: Reader, choice: Choice, name: bytes) -> Person:
    """Active when they last consented; an order's data stays for the return window from then."""
    consents = tuple(reader.consent() for _ in range(reader.number()))
    newest = max((consent.day for consent in consents), default=date(_FIRST_YEAR, 1, 1))
    until = newest + timedelta(days=RETURN_WINDOW_DAYS) if isinstance(choice, HomeDelivery) else None
    return Person(name, choice, month_of(newest), consents, keep_until=until)
