import hashlib
import struct
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.journal.hours import as_date, business_hour, exact, exact_ms, hours_before, month, universal_hour
from pos_bridge.journal.row import START, Row, commitment, row_hash

ROW = Row(
    sequence=1, leg=bytes(range(16)), step="captured", kind="sale", tender="card", cents=1234, due=None, flow=1,
    partial=0, approved=1234, cause=None, day=20780, hour=14, commitment=b"c" * 32, order_digest=b"o" * 32,
    payment_digest=b"p" * 32, signature=b"s" * 64, till=7,
)  # fmt: skip


def test_the_canonical_bytes_of_a_row():
    written = b"".join(
        (
            b"pos-bridge journal row v2",
            START,
            (1).to_bytes(8, "big"),
            bytes(range(16)),
            b"captured".ljust(16, b"\0"),
            b"sale".ljust(16, b"\0"),
            b"card".ljust(8, b"\0"),
            (1234).to_bytes(4, "big"),
            b"\xff" * 4,
            b"\x01\x00",
            (1234).to_bytes(4, "big"),
            bytes(16),
            (20780).to_bytes(2, "big"),
            b"\x0e",
            b"c" * 32 + b"o" * 32 + b"p" * 32 + b"s" * 64,
            (7).to_bytes(2, "big"),
        )
    )
    assert row_hash(START, ROW) == hashlib.sha256(written).digest()


OTHER: dict[str, Any] = {
    "sequence": 2, "leg": bytes(16), "step": "captured_", "kind": "refund", "tender": "cash", "cents": 1235,
    "due": 1235, "flow": 2, "partial": 1, "approved": None, "cause": "issuer", "day": 20781, "hour": 15,
    "commitment": b"x" * 32, "order_digest": b"x" * 32, "payment_digest": None, "signature": None, "till": 8,
}  # fmt: skip


@pytest.mark.parametrize("field", [name for name in Row._fields if name != "hash"])
def test_every_field_changes_the_hash(field):
    assert row_hash(START, ROW._replace(**{field: OTHER[field]})) != row_hash(START, ROW)


def test_absent_is_not_zero():
    hashes = {
        row_hash(START, ROW._replace(due=due, approved=approved)) for due in (None, 0, 5) for approved in (None, 1)
    }
    assert len(hashes) == 6


def test_the_row_before_counts():
    assert row_hash(b"x" * 32, ROW) != row_hash(START, ROW)


def test_words_fit_their_place():
    assert all(len(state.value) <= 16 for state in State)
    assert all(len(cause.value) <= 16 for cause in Cause)
    assert all(len(kind.value) <= 16 for kind in Kind)
    assert all(len(tender.value) <= 8 for tender in Tender)


@pytest.mark.parametrize("change", [{"cents": -1}, {"cents": 2**32}, {"till": None}, {"step": None}, {"leg": "text"}])
def test_values_that_no_row_has(change):
    with pytest.raises((struct.error, TypeError, AttributeError, ValueError)):
        row_hash(START, ROW._replace(**change))


def test_commitments_differ_by_salt_and_keys():
    names = [bytes([k]) * 16 for k in range(3)]
    assert len({commitment(salt, key, sale) for salt in names for key in names for sale in (None, *names)}) == 36


EASTERN = timezone(timedelta(hours=-5))


def test_hours_are_the_tills_and_measured_in_utc():
    now = datetime(2026, 11, 30, 23, 59, 58, 999_999, tzinfo=EASTERN)
    day, hour = business_hour(now)
    assert (as_date(day).isoformat(), hour) == ("2026-11-30", 23)
    assert month(now) == "2026-11"
    assert universal_hour(now) == (day + 1, 4)
    assert exact(now) == (day + 1, 4 * 3600 + 59 * 60 + 58)
    assert hours_before(now, 48) == (day - 1, 4)


def test_deadlines_are_rounded_up():
    second = int(datetime(2026, 11, 30, 12, 0, 0, tzinfo=UTC).timestamp())
    assert exact_ms(second * 1000) == exact_ms(second * 1000 - 999)
    assert exact_ms(second * 1000 + 1) == exact_ms((second + 1) * 1000)
    day, within = exact_ms(second * 1000)
    assert (as_date(day).isoformat(), within) == ("2026-11-30", 43_200)
