"""Time as the journal may keep it: a local business day and its hour; exact seconds only for legs not yet settled.

Days are counted from 1970-01-01 and bounded to 2020..2099: five digits, so that no column of days takes the last
four digits of a card or a telephone number. A clock that is further off (a dead battery says 1970) counts as the
nearest bound: a sale is worth more than its date.
"""

from datetime import UTC, date, datetime, time, timedelta

_EPOCH = date(1970, 1, 1)
DAY_FLOOR = (date(2020, 1, 1) - _EPOCH).days
DAY_CEILING = (date(2099, 12, 31) - _EPOCH).days
LAST_SECOND = 24 * 60 * 60 - 1
_DAY_MS = 24 * 60 * 60 * 1000


def _bounded(day: int) -> int:
    return min(max(day, DAY_FLOOR), DAY_CEILING)


def business_hour(now: datetime) -> tuple[int, int]:
    """The till's local day and hour."""
    return _bounded((now.date() - _EPOCH).days), now.hour


def universal_hour(now: datetime) -> tuple[int, int]:
    """Day and hour in UTC, for keeping times that must be measured."""
    return business_hour(now.astimezone(UTC))


def exact(now: datetime) -> tuple[int, int]:
    """Day and second of the day, UTC."""
    there = now.astimezone(UTC)
    return _bounded((there.date() - _EPOCH).days), there.hour * 3600 + there.minute * 60 + there.second


def exact_ms(at_ms: int) -> tuple[int, int]:
    """Day and second of the day of a time in milliseconds since 1970 UTC, rounded up."""
    day, within = divmod(at_ms + 999, _DAY_MS)
    return _bounded(day), within // 1000


def as_ms(day: int | None, second: int | None) -> int | None:
    """Milliseconds since 1970 UTC of a day and a second of it; None where there is no such time."""
    return None if day is None or second is None else day * _DAY_MS + second * 1000


def month(now: datetime) -> str:
    """The month of a business day, as a file is named: YYYY-MM."""
    return as_date(business_hour(now)[0]).strftime("%Y-%m")


def hour_began(day: int, hour: int, now: datetime) -> datetime:
    """The beginning of a business hour, in the zone of `now`, and never later than now."""
    return min(now, datetime.combine(as_date(day), time(hour), now.tzinfo))


def as_date(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def hours_before(now: datetime, hours: int) -> tuple[int, int]:
    """The UTC day and hour so many whole hours ago."""
    return universal_hour(now - timedelta(hours=hours))
