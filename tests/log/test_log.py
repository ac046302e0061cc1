"""The log: no event can be made to carry a card number, a name or a text, and a line holds none."""

import ast
import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given

from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.leg import Cause
from pos_bridge.log import events
from pos_bridge.log.events import EVENTS
from pos_bridge.log.log import MAX_NUMBER, Log, counted
from tests.log_values import (
    CARD,
    FIELDS,
    HOSTILE,
    good,
    made,
    written,
)

OURS = (Cause.NO_CARD, ReadFailure.NO_CARD, 3, True)  # each is right in some field and wrong in all others


def test_the_set_is_what_stands_in_its_module():
    tree = ast.parse(Path(events.__file__).read_text())
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    assert {kind.__name__ for kind in EVENTS} == {name for name, those in bases.items() if "Event" in those}
    assert len(EVENTS) >= 13
    assert ast.unparse(tree.body[-1]) == "EVENTS = closed_set(globals())", "an event below that line is in no set"


@pytest.mark.parametrize(("kind", "name", "declared"), FIELDS, ids=lambda value: getattr(value, "__name__", value))
def test_no_field_takes_anything_but_what_it_is_declared_as(kind, name, declared):
    ours = {str(value): value for value in OURS if type(value) is not declared}
    for what, value in {**HOSTILE, **ours}.items():
        with pytest.raises(ValueError, match="cannot carry") as caught:
            kind(**good(kind) | {name: value})
        assert CARD not in str(caught.value), what
        assert "Tremblay" not in str(caught.value), what


def test_an_event_holds_less_than_any_number_of_a_person():
    """Three digits a field and two numbers a line: nine digits in a row never fit, nor a card's last four."""
    for kind in EVENTS:
        assert sum(field.type is int for field in fields(kind)) <= 2, kind
    assert len(str(MAX_NUMBER)) == 3
    assert (counted(7), counted(10**16)) == (7, MAX_NUMBER)


@given(made())
def test_a_line_is_numbers_flags_and_words_of_letters(tmp_path_factory, event):
    path = tmp_path_factory.mktemp("log") / "log"
    log = Log(path)
    log.emit(event)
    log.close()
    (said,) = written(path)
    assert said.pop("event") == type(event).__name__
    assert said.pop("severity") == event.severity.value
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", str(said.pop("timestamp")))
    assert set(said) == {field.name for field in fields(event)}
    assert all(isinstance(value, int) or re.fullmatch(r"[a-z_]{1,32}", str(value)) for value in said.values())


def test_standard_error_is_the_log_where_no_file_is_named(capfdbinary):
    Log().emit(events.EngineStarted(2))
    (line,) = capfdbinary.readouterr().err.splitlines()
    assert json.loads(line)["unsettled"] == 2


def test_a_log_that_cannot_be_written_stops_nothing():
    log = Log(Path("/dev/full"))
    for _ in range(200):
        log.emit(events.EngineStopping())
    log.close()
    closed = Log(Path("/dev/null"))
    closed.close()
