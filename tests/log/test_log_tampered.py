"""Ways around an event's constructor: what was put in afterwards, pickled, renamed or made up is not written."""

import copy
import pickle
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Any

import pytest

from pos_bridge.domain.card import ReadFailure
from pos_bridge.log import events
from pos_bridge.log.log import Event, closed_set
from pos_bridge.wire.locks import Lock
from tests.log_values import (
    CARD,
    FIELDS,
    FORGED,
    HOSTILE,
    NAME,
    NUMBERED,
    NumberWord,
    Tagged,
    TextWord,
    good,
    written,
)

# ---- ways around the constructor ----


@pytest.mark.parametrize(("kind", "name", "declared"), FIELDS, ids=lambda value: getattr(value, "__name__", value))
def test_what_was_put_in_afterwards_is_not_written(log, tmp_path, kind, name, declared):
    for value in HOSTILE.values():
        event = kind(**good(kind))
        with pytest.raises(FrozenInstanceError):
            setattr(event, name, value)
        with pytest.raises(ValueError, match="cannot carry"):
            replace(event, **{name: value})
        object.__setattr__(event, name, value)
        for made in (event, copy.copy(event)):
            with pytest.raises(ValueError, match="cannot carry"):
                log.emit(made)
        with pytest.raises(ValueError, match="cannot carry"):
            log.emit(object.__new__(kind))  # made without its constructor
    assert written(tmp_path / "log") == []


def test_what_was_pickled_is_looked_at_too(log, tmp_path):
    event = events.EngineStarted(3)
    object.__setattr__(event, "unsettled", int(CARD))
    with pytest.raises(ValueError, match="cannot carry"):
        log.emit(pickle.loads(pickle.dumps(event)))
    assert written(tmp_path / "log") == []


def foreign_events() -> list[Any]:
    @dataclass(frozen=True, slots=True)
    class Tremblay4921817844445119(Event):
        text: str = NAME

    @dataclass(frozen=True, slots=True)
    class Careless(Event):
        text: str = NAME

        def __post_init__(self) -> None:
            """Looks at nothing."""

    class Nested(events.EngineStopping):
        def __post_init__(self) -> None:
            """Looks at nothing."""

    forged = type(f"N{CARD}", (Careless,), {"__module__": events.__name__})
    return [Tremblay4921817844445119, Careless, Nested, forged, Event]


@pytest.mark.parametrize("kind", foreign_events(), ids=lambda kind: kind.__name__[:8])
def test_no_event_can_be_added(log, tmp_path, kind):
    with pytest.raises(ValueError, match="closed set"):
        log.emit(kind())
    with pytest.raises(TypeError, match="one set of events"):
        closed_set({"kind": kind})
    assert written(tmp_path / "log") == []


@pytest.mark.parametrize(
    "value", [CARD, None, {"event": NAME}, Exception(CARD)], ids=lambda value: type(value).__name__
)
def test_what_is_no_event_is_not_written(log, tmp_path, value):
    with pytest.raises(ValueError, match="closed set"):
        log.emit(value)
    assert written(tmp_path / "log") == []


@pytest.fixture
def renamed() -> Iterator[None]:
    """The program's own words, changed while it runs."""
    kind, told, unread = events.EngineStopping, ReadFailure.NO_CARD, ReadFailure.UNREADABLE
    before = (kind.__name__, kind.severity, told._name_, unread._value_)
    kind.__name__, kind.severity, told._name_, unread._value_ = CARD, TextWord.SECRET, CARD, CARD  # type: ignore[assignment]  # the attack
    yield
    kind.__name__, kind.severity, told._name_, unread._value_ = before


@pytest.mark.usefixtures("renamed")
def test_words_are_those_that_the_program_was_written_with(log, tmp_path):
    log.emit(events.EngineStopping())
    log.emit(events.CardNotRead(ReadFailure.UNREADABLE))
    log.emit(events.CardNotRead(ReadFailure.NO_CARD))
    stopping, unread, no_card = written(tmp_path / "log")
    assert (stopping["event"], stopping["severity"]) == ("EngineStopping", "info")
    assert unread["reason"] == "unreadable"
    assert no_card["reason"] == "no_card", "told by which member it is, and not by its name or the hash of its name"


@pytest.mark.parametrize("kind", [TextWord, NumberWord, Tagged, FORGED, NUMBERED, Lock, str, float, object])
def test_an_event_with_an_open_vocabulary_stops_the_program_before_it_starts(kind, monkeypatch):
    @dataclass(frozen=True, slots=True)
    class Open(Event):
        word: kind  # type: ignore[valid-type]  # one of several

    monkeypatch.setattr("pos_bridge.log.log._SHAPES", {})
    with pytest.raises(TypeError):
        closed_set({"Open": Open})
