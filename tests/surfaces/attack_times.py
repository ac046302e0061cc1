"""The search for a time finer than an hour in what a till keeps: as text, as a number of any width, in a file's times.

`hints` finds times of one day; `placed` says which sales they tell. An attacker who finds a time need not even know
whose it is: whatever is within a minute of a sale counts as having placed it. Four bytes look like a second by chance
now and then, and so does a small number in a column: those count when they tell of several sales, as a clock would.
"""

import re
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import PurePath

from tests.surfaces.attack_kept import Kept, Time

WITHIN_S = 60.0
_SEVERAL = 4
_DAY_S = 86400
_MOST_STARTS = 300
_GREGORIAN_S = 12219292800  # from 1582, as UUIDs count, to 1970
_JULIAN_DAY = 2440587.5  # of 1970-01-01

_STAMP = re.compile(
    rb"(20\d\d)-?(\d\d)-?(\d\d)[T _]?(\d\d)[:h]?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_TIME_OF_DAY = re.compile(rb"(?<![\d:])([01]\d|2[0-3])[:h]([0-5]\d)(?::([0-5]\d))?(?!\d)", re.ASCII)
_SINCE_1970 = re.compile(rb"(?<!\d)(\d{10})(?:\.\d+|\d{3}|\d{6}|\d{9})?(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hint:
    """`where` and `how` it was found. `exact_s`: how far from it the truth can be. `weak`: chance finds such a one."""

    where: str
    how: str
    at: Time
    exact_s: float = 1.0
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A sale, by its place in the list, and what tells its minute."""

    sale: int
    hint: Hint


def hints(kept: Kept, day: datetime) -> Iterator[Hint]:
    """Every time of the 24 hours from `day` (aware: the store's midnight)."""
    begin, zone = day.timestamp(), day.utcoffset() or timedelta()
    for where, times in kept.times.items():
        for which, at in times:
            if begin <= at < begin + _DAY_S:
                yield Hint(where, f"file time: {which}", at)
    for where, data in [*kept.files(), *kept.opened()]:
        yield from _in_bytes(where, data, begin, zone)
    yield from _in_columns(kept, begin, zone)


def placed(found: Iterable[Hint], sales: list[tuple[Time, Time]]) -> list[Placed]:
    """`sales`: from the ask to the answer of each. What tells of a time within a minute of one of them."""
    told: dict[tuple[str, str], list[Placed]] = defaultdict(list)
    for hint in found:
        for sale, (asked, answered) in enumerate(sales):
            reach = min(WITHIN_S, hint.exact_s)
            if asked - reach <= hint.at <= answered + reach:
                told[hint.where, hint.how].append(Placed(sale, hint))
    groups = (each for each in told.values() if not each[0].hint.weak or len({one.sale for one in each}) >= _SEVERAL)
    return [one for each in groups for one in each]


# ---- in bytes ----


def _in_bytes(where: str, data: bytes, begin: Time, zone: timedelta) -> Iterator[Hint]:
    for text in {data, data.replace(b"\0", b"")}:  # UTF-16 too
        yield from _in_text(where, text, begin, zone)
    is_database = PurePath(where).suffix.startswith(".db")
    for how, weak, pattern, time_of in _numbers(begin):
        for match in pattern.finditer(data):
            at = time_of(match[1])
            if begin <= at < begin + _DAY_S:
                yield Hint(where, how, at, weak=weak and (is_database or len(data) > _MOST_STARTS))


def _in_text(where: str, text: bytes, begin: Time, zone: timedelta) -> Iterator[Hint]:
    for match in _STAMP.finditer(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        try:
            at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            continue
        exact = 1.0 if match[6] else WITHIN_S
        for shift in {timedelta(), zone} if match[7] in {None, b""} else {_offset(match[7])}:
            yield Hint(where, "text: day and time", (at - shift).timestamp(), exact)
    for match in _TIME_OF_DAY.finditer(text):
        hour, minute, second = (int(part or 0) for part in match.groups())
        for behind in {0.0, zone.total_seconds()}:
            since = (hour * 3600 + minute * 60 + second - behind - begin) % _DAY_S
            yield Hint(where, "text: time of day", begin + since, 1.0 if match[3] else WITHIN_S)
    for match in _SINCE_1970.finditer(text):
        yield Hint(where, "text: seconds since 1970", float(match[1]))


def _offset(zone: bytes) -> timedelta:
    if zone == b"Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone.startswith(b"-") else 1)


_Number = tuple[str, bool, "re.Pattern[bytes]", Callable[[bytes], Time]]


def _numbers(begin: Time) -> list[_Number]:
    """How a time of that day can be written in binary: what such bytes begin (or end) with, and what they say."""
    found: list[_Number] = []
    for order in ("big", "little"):
        for name, size, by, since in (
            ("seconds since 1970", 4, 1, 0),
            ("milliseconds since 1970 (or a UUID of version 7)", 6, 1000, 0),
            ("microseconds since 1970", 7, 10**6, 0),
            ("nanoseconds since 1970", 8, 10**9, 0),
            ("100 ns since 1601", 8, 10**7, 11644473600),
        ):
            low, high = ((int(begin) + since + plus) * by for plus in (0, _DAY_S))
            pattern = _pattern(low.to_bytes(size, "big"), high.to_bytes(size, "big"), order)
            found.append((f"{name}, {order}-endian", size == 4, pattern, partial(_whole, order, by, since)))
        for name, unit, zero in (("seconds since 1970", 1, 0.0), ("a Julian day", _DAY_S, _JULIAN_DAY)):
            first, last = (struct.pack(">d", (begin + plus) / unit + zero) for plus in (0, _DAY_S))
            pattern = _pattern(first, last, order)
            found.append((f"{name}, a float, {order}-endian", False, pattern, partial(_float, order, unit, zero)))
    return [*found, _uuid_1(begin)]


def _uuid_1(begin: Time) -> _Number:
    """A UUID whose first 60 bits are 100 ns since 1582, the least of them first."""

    def ticks(at: Time) -> int:
        return (int(at) + _GREGORIAN_S) * 10**7 | 1 << 60

    def time_of(raw: bytes) -> Time:
        low, mid, high = struct.unpack(">IHH", raw)
        return float(((high & 0x0FFF) << 48 | mid << 32 | low) / 10**7 - _GREGORIAN_S)

    ends = {(ticks(begin + plus) >> 32 & 0xFF00, ticks(begin + plus) >> 48) for plus in range(0, _DAY_S, 60)}
    tops = b"|".join(
        re.escape(bytes((mid >> 8,))) + b"[\x00-\xff]" + re.escape(high.to_bytes(2, "big"))
        for mid, high in sorted(ends)
    )
    return "a UUID of version 1", False, re.compile(b"(?=([\x00-\xff]{4}(?:" + tops + b")))"), time_of


def _pattern(low: bytes, high: bytes, order: str) -> "re.Pattern[bytes]":
    """Of all numbers from `low` to `high` (big-endian): the bytes that they share, and what may stand beside them."""
    size = len(low)
    starts = next(
        (length for length in range(size, 0, -1) if _span(low, high, length) <= _MOST_STARTS),
        1,
    )
    first, last = int.from_bytes(low[:starts], "big"), int.from_bytes(high[:starts], "big")
    values = [value.to_bytes(starts, "big") for value in range(first, last + 1)]
    rest = b"[\x00-\xff]{%d}" % (size - starts)
    if order == "big":
        return re.compile(b"(?=((?:" + b"|".join(map(re.escape, values)) + b")" + rest + b"))")
    return re.compile(b"(?=(" + rest + b"(?:" + b"|".join(re.escape(value[::-1]) for value in values) + b")))")


def _span(low: bytes, high: bytes, length: int) -> int:
    return int.from_bytes(high[:length], "big") - int.from_bytes(low[:length], "big") + 1


def _whole(order: str, by: int, since: int, raw: bytes) -> Time:
    return int.from_bytes(raw, "big" if order == "big" else "little") / by - since


def _float(order: str, unit: int, zero: float, raw: bytes) -> Time:
    value: float = struct.unpack(">d" if order == "big" else "<d", raw)[0]
    return (value - zero) * unit


# ---- in columns ----


def _in_columns(kept: Kept, begin: Time, zone: timedelta) -> Iterator[Hint]:
    """Numbers that are too small to be found anywhere, by what they may count: the second or the minute of a day."""
    for table in kept.tables():
        for column, name in enumerate(table.columns):
            numbers = {row[column] for row in table.rows if isinstance(row[column], int)}
            for how, at, exact in (each for number in numbers for each in _counted(number, begin, zone)):
                if begin <= at < begin + _DAY_S:
                    yield Hint(f"{table.file}: {table.name}.{name}", how, at, exact, weak=True)


def _counted(number: object, begin: Time, zone: timedelta) -> Iterator[tuple[str, Time, float]]:
    assert isinstance(number, int)
    for shift in {0.0, zone.total_seconds()}:
        midnight = begin - (begin + shift) % _DAY_S
        for day in (midnight, midnight + _DAY_S):
            yield "the second of the day", day + number, 1.0
            yield "the minute of the day", day + number * 60, WITHIN_S
    yield "minutes since 1970", number * 60.0, WITHIN_S
