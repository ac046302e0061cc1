"""The log: no event can be made to carry a card number, a name or a text, whatever is put into it and however."""

import ast
import copy
import json
import pickle
import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from enum import Enum, Flag, IntEnum, StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pos_bridge
from pos_bridge import events
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.leg import Cause
from pos_bridge.events import EVENTS
from pos_bridge.log import MAX_NUMBER, Event, Log, closed_set, counted
from pos_bridge.wire.locks import Lock

CARD = "4921817844445119"
NAME = "Tremblay, Zoé"


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class TextWord(StrEnum):
    SECRET = CARD


class NumberWord(IntEnum):
    SECRET = 492181784


class Tagged(Flag):
    SECRET = 4921


class Disguised:
    """Says of itself that it is a word of ours, and that it equals any."""

    name = CARD
    value = CARD

    @property  # type: ignore[misc]  # the lie is the point
    def __class__(self) -> type:  # what isinstance asks
        return Cause

    def __hash__(self) -> int:
        return hash(Cause.NO_CARD)

    def __eq__(self, other: object) -> bool:
        return True

    def __str__(self) -> str:
        return CARD


# A vocabulary made while the program runs, under one of the program's own names.
FORGED = Enum("Cause", {"NO_CARD": 1, f"TREMBLAY_{CARD}": 2}, module=Cause.__module__)  # type: ignore[misc]  # dynamic
NUMBERED = Enum("Names", {f"N{CARD}": 1}, module="pos_bridge.domain.leg")  # type: ignore[misc]  # dynamic

HOSTILE: dict[str, object] = {
    "number": CARD,
    "number as int": int(CARD),
    "number as bytes": CARD.encode(),
    "number packed": bytes.fromhex(CARD),
    "fragment of nine": CARD[:9],
    "fragment of nine as int": int(CARD[:9]),
    "leading digits": int(CARD[:6]),
    "last four": CARD[-4:],
    "last four as int": int(CARD[-4:]),
    "one too many": MAX_NUMBER + 1,
    "telephone": 5145550123,
    "name": NAME,
    "name as bytes": NAME.encode(),
    "10 kB": "x" * 10_000,
    "subclass of str": Text(CARD),
    "subclass of int": Number(7),
    "word that is a str": TextWord.SECRET,
    "word that is an int": NumberWord.SECRET,
    "flag": Tagged.SECRET,
    "flag of ours with bits of its own": Lock(int(CARD)),
    "forged vocabulary": FORGED["NO_CARD"],
    "forged word": FORGED[f"TREMBLAY_{CARD}"],
    "forged name": NUMBERED[f"N{CARD}"],
    "disguised": Disguised(),
    "name of a word of ours": "no_card",
    "class": Cause,
    "negative": -1,
    "fraction": 1.5,
    "nothing": None,
    "list": [CARD],
    "dict": {"a": CARD},
    "unhashable word": type("Odd", (), {"__hash__": None})(),
}
OURS = (Cause.NO_CARD, ReadFailure.NO_CARD, 3, True)  # each is right in some field and wrong in all others

FIELDS = [(kind, field.name, field.type) for kind in EVENTS for field in fields(kind)]


def good(kind: type[Event]) -> dict[str, Any]:
    """Arguments that the event takes."""
    return {field.name: sample(field.type) for field in fields(kind)}


def sample(declared: object) -> object:
    assert isinstance(declared, type)
    if issubclass(declared, Enum):
        return next(iter(declared))
    return True if declared is bool else 1


def written(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


@pytest.fixture
def log(tmp_path: Path) -> Any:
    opened = Log(tmp_path / "log")
    yield opened
    opened.close()


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
    with pytest.raises(ValueError, match="cannot carry"):
        events.CardNotRead(ReadFailure.NO_CARD)
    stopping, unread = written(tmp_path / "log")
    assert (stopping["event"], stopping["severity"]) == ("EngineStopping", "info")
    assert unread["reason"] == "unreadable"


@pytest.mark.parametrize("kind", [TextWord, NumberWord, Tagged, FORGED, NUMBERED, Lock, str, float, object])
def test_an_event_with_an_open_vocabulary_stops_the_program_before_it_starts(kind, monkeypatch):
    @dataclass(frozen=True, slots=True)
    class Open(Event):
        word: kind  # type: ignore[valid-type]  # one of several

    monkeypatch.setattr("pos_bridge.log._SHAPES", {})
    with pytest.raises(TypeError):
        closed_set({"Open": Open})


# ---- what is written ----


@st.composite
def made(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(EVENTS))
    return kind(**{field.name: draw(value_of(field.type)) for field in fields(kind)})


def value_of(declared: object) -> st.SearchStrategy[object]:
    assert isinstance(declared, type)
    if issubclass(declared, Enum):
        return st.sampled_from(list(declared))
    return st.booleans() if declared is bool else st.integers(0, MAX_NUMBER)


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


# ---- nobody else writes there ----

# Who may write to standard output or error, and why nothing of a customer's can be in it.
WRITERS = {
    "log.py": "the events",
    "faults.py": "types and places of exceptions, from the code's own text",
    "cli": "commands for a person at the till, from the journal's closed columns and the configuration",
    "card/program.py": "nothing: an empty write",
    "pos_api/connection.py": "nothing: the logger that uvicorn wants, in no hierarchy and above every level",
}
SPEAKS = {"print", "stderr", "stdout", "__stderr__", "__stdout__", "structlog", "traceback", "faulthandler", "pprint"}
SPEAKS_AS_MODULE = {"logging", "warnings", "syslog", "structlog", "traceback", "faulthandler", "pprint"}


def speakers() -> dict[str, set[str]]:
    """Each module that names something which writes where the log is written, and what."""
    root = Path(pos_bridge.__file__).parent
    found: dict[str, set[str]] = {}
    for path in sorted(root.rglob("*.py")):
        if path.name.endswith(("_pb2.py", "_pb2_grpc.py")):
            continue
        said: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in SPEAKS:
                    said.add(name)
                case ast.Import(names=names):
                    said |= {alias.name for alias in names} & SPEAKS_AS_MODULE
                case ast.ImportFrom(module=str(module)) if module.split(".")[0] in SPEAKS_AS_MODULE:
                    said.add(module)
                case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="write"), args=[ast.Constant(), *_]):
                    said.add("os.write")
                case _:
                    pass
        if said:
            found[path.relative_to(root).as_posix()] = said
    return found


def test_only_the_log_faults_and_commands_write_where_it_is_read():
    names = {name.split("/")[0] if name.startswith("cli/") else name for name in speakers()}
    assert names == set(WRITERS)
