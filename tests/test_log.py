"""The log: no event can be made to carry a card number, a name or a text, whatever is put into its constructor."""

import json
from dataclasses import fields
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge import events
from pos_bridge.domain.leg import Cause
from pos_bridge.log import MAX_NUMBER, Event, Log

EVENTS = list({kind.__name__: kind for kind in Event.__subclasses__() if kind.__module__ == events.__name__}.values())
HOSTILE = ["4921817844445119", 4921817844445119, 5145550123, "Tremblay, Zoé", "x" * 10_000, b"\x00" * 16, 1.5, None, -1]


class Foreign(Enum):
    SECRET = "4921817844445119"


def test_there_are_events():
    assert len(EVENTS) >= 10


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("value", [*HOSTILE, Foreign.SECRET, ["a"], {"a": 1}], ids=lambda value: str(value)[:12])
def test_no_event_carries_text_or_a_large_number(kind, value):
    names = [field.name for field in fields(kind)]
    for name in names:
        arguments = dict.fromkeys(names, Cause.NO_CARD) | {name: value}
        with pytest.raises(ValueError, match="cannot carry"):
            kind(**arguments)


@given(
    st.sampled_from(EVENTS),
    st.lists(st.integers(0, MAX_NUMBER) | st.booleans() | st.sampled_from(Cause), min_size=3, max_size=3),
)
def test_what_an_event_says_is_numbers_flags_and_our_own_words(tmp_path_factory, kind, values):
    path = tmp_path_factory.mktemp("log") / "log"
    log = Log(path)
    log.emit(kind(*values[: len(fields(kind))]))
    log.close()
    (line,) = path.read_text().splitlines()
    said = json.loads(line)
    assert said.pop("event") == kind.__name__
    assert said.pop("severity") == kind.severity.value
    assert said.pop("timestamp").endswith("Z")
    words = {cause.name.lower() for cause in Cause}
    assert all(isinstance(value, int) or value in words for value in said.values())


def test_a_log_that_cannot_be_written_stops_nothing():
    log = Log(Path("/dev/full"))
    for _ in range(200):  # more than is held back
        log.emit(events.EngineStopping())
    log.close()
