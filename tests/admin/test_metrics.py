"""The text format, read back by rules written from its description; and what is counted when."""

import math
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pos_bridge
from pos_bridge.admin.event_counts import AT_ONCE, EventCounts
from pos_bridge.admin.metrics import Family, Kind, Sample, labelled, text
from pos_bridge.domain.card import ReadFailure
from pos_bridge.log import events
from pos_bridge.log.events import EVENTS
from tests.exposition import read

# ---- the format ----


def gauge(name: str, said: str, samples: list[Sample]) -> Family:
    return Family(f"pos_bridge_{name}", said, Kind.GAUGE, tuple(samples))


def test_as_it_is_written():
    families = [
        gauge("there", "Whether.\nOr \\ not", [Sample(1), Sample(0.5, (("name", 'a"b\\c\nd é'),))]),
        Family("pos_bridge_events_total", "Some.", Kind.COUNTER, labelled("event", {"A": 3})),
        gauge("empty", "None.", []),
    ]
    assert text(families).decode() == (
        "# HELP pos_bridge_there Whether.\\nOr \\\\ not\n"
        "# TYPE pos_bridge_there gauge\n"
        "pos_bridge_there 1\n"
        'pos_bridge_there{name="a\\"b\\\\c\\nd é"} 0.5\n'
        "# HELP pos_bridge_events_total Some.\n"
        "# TYPE pos_bridge_events_total counter\n"
        'pos_bridge_events_total{event="A"} 3\n'
    )


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
NAMES = st.from_regex(r"\A[a-zA-Z_][a-zA-Z0-9_]{0,8}\Z")
LABELS = st.dictionaries(NAMES.filter(lambda name: not name.startswith("__")), TEXTS, max_size=3)
SAMPLES = st.lists(
    st.tuples(LABELS, st.floats()), min_size=1, max_size=4, unique_by=lambda each: str(sorted(each[0].items()))
)


@given(st.dictionaries(NAMES, st.tuples(TEXTS, SAMPLES), max_size=4))
def test_whatever_is_written_is_read_back(wanted):
    families = [
        gauge(name, said, [Sample(value, tuple(labels.items())) for labels, value in samples])
        for name, (said, samples) in wanted.items()
    ]
    found = read(text(families).decode())
    assert found.keys() == {f"pos_bridge_{name}" for name in wanted}
    for name, (said, samples) in wanted.items():
        family = found[f"pos_bridge_{name}"]
        assert (family.said, family.kind) == (said, "gauge")
        assert len(family.samples) == len(samples)
        for labels, value in samples:
            got = family.samples[frozenset(labels.items())]
            assert got == value or (math.isnan(got) and math.isnan(value))


@pytest.mark.parametrize(
    ("name", "kind", "samples"),
    [
        ("a-b", Kind.GAUGE, ()),
        ("1a", Kind.GAUGE, ()),
        ("", Kind.GAUGE, ()),
        ("a_total", Kind.GAUGE, ()),
        ("a", Kind.COUNTER, ()),
        ("a", Kind.GAUGE, (Sample(1), Sample(2))),
        ("a", Kind.GAUGE, (Sample(1, (("a", "x"), ("b", "y"))), Sample(1, (("b", "y"), ("a", "x"))))),
    ],
)
def test_a_family_that_the_format_has_not(name, kind, samples):
    with pytest.raises(ValueError, match=r"name|labels"):
        Family(name, "", kind, samples)


@pytest.mark.parametrize("label", ["", "a-b", "1", "__a", "é"])
def test_a_label_that_the_format_has_not(label):
    with pytest.raises(ValueError, match="label"):
        Sample(1, ((label, "x"),))


def test_a_family_comes_once():
    with pytest.raises(ValueError, match="once"):
        text([gauge("a", "", [Sample(1)]), gauge("a", "", [Sample(2)])])


# ---- what is counted when ----


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 14, 59, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def told(counts: EventCounts, kind: type) -> float:
    return read(text([counts.family()]).decode())["pos_bridge_events_total"].samples[
        frozenset({("event", kind.__name__)})
    ]


def test_what_a_sale_can_cause_is_counted_when_its_hour_is_over():
    clock = Clock()
    counts = EventCounts(clock)
    before = text([counts.family()])
    for event in (events.CardNotRead(ReadFailure.UNREADABLE), events.SessionOpened(), events.GivingBack()):
        counts.hear(event)
    assert text([counts.family()]) == before
    clock.now += timedelta(minutes=1)
    assert told(counts, events.CardNotRead) == told(counts, events.SessionOpened) == 1
    counts.hear(events.CardNotRead(ReadFailure.UNREADABLE))
    assert told(counts, events.CardNotRead) == 1
    clock.now -= timedelta(hours=3)
    assert told(counts, events.CardNotRead) == 1, "a clock that is set back ends no hour"
    clock.now += timedelta(hours=4)
    assert told(counts, events.CardNotRead) == 2


def test_what_no_sale_causes_is_counted_at_once():
    counts = EventCounts(Clock())
    counts.hear(events.AdminDenied(3))
    assert told(counts, events.AdminDenied) == 1


def test_each_event_is_there_from_the_start():
    found = read(text([EventCounts(Clock()).family()]).decode())["pos_bridge_events_total"].samples
    assert found == {frozenset({("event", kind.__name__)}): 0 for kind in EVENTS}
    assert set(EVENTS) >= AT_ONCE


def test_no_event_is_told_at_once_that_a_payment_goes_by():
    package = Path(pos_bridge.__file__).parent
    logged: set[str] = set()
    for name in ("checkout", "cardlink", "processor", "till_api", "identity", "devices", "journal"):
        for path in (package / name).rglob("*.py"):
            logged |= set(re.findall(r"events\.([A-Z]\w+)\(", path.read_text()))
    assert len(logged) > 10
    assert logged.isdisjoint(kind.__name__ for kind in AT_ONCE)
