"""The processor's clock, whatever it says: what is done by the hour asks it for a date."""

from datetime import UTC, datetime, timedelta

import pytest

from pos_bridge.processor.clock import ProcessorClock


def test_its_time_is_none_before_it_is_heard():
    assert ProcessorClock().time() is None


def test_its_time_goes_on_from_what_it_said():
    clock, said = ProcessorClock(), datetime(2026, 11, 23, 14, 40, tzinfo=UTC)
    clock.heard(int(said.timestamp()) * 1000)
    found = clock.time()
    assert found is not None
    assert timedelta() <= found - said < timedelta(days=1)


@pytest.mark.parametrize("said", [10**15, 2**53, 2**63 - 1, 2**64 - 1])
def test_what_is_no_date_is_no_time(said):
    """Microseconds, say: that must not end what is done by the hour."""
    clock = ProcessorClock()
    clock.heard(said)
    assert clock.time() is None
