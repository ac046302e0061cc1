"""docs/errors.md says what the program says: the same words, the same sentences, and none is missing."""

import argparse
import ast
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from string import Formatter

import pytest

import pos_bridge
from pos_bridge.checkout.presented import PROMPT_CAUSES
from pos_bridge.cli.main import COMMANDS, load_command, parser
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.identity import VaultFault
from pos_bridge.domain.person import PersonFault
from pos_bridge.pos_api.said import SITUATIONS, Said, Words
from pos_bridge.pos_api.said_of_baskets import BASKET_FAULTS, PAID_IN_FULL, PARTIAL_OF_SPLIT, STILL_DUE
from pos_bridge.pos_api.said_of_causes import CAUSES
from pos_bridge.pos_api.said_of_days import NOTICED
from pos_bridge.pos_api.said_of_devices import DEVICE_SITUATIONS, NOT_READ_AHEAD, TEXT_CUT
from pos_bridge.pos_api.said_of_points import POINTS
from pos_bridge.pos_api.said_of_refund_causes import REFUND_CAUSES
from pos_bridge.pos_api.said_of_refunds import HAND_BACK, REFUND_SITUATIONS
from pos_bridge.start_fault import StartFault
from pos_bridge.till_api.said_of_people import FAULTS, NOT_ACKNOWLEDGED, UNTAKEN, UNUSABLE, Untaken
from pos_bridge.wire.nexo.decode import Unreadable

DOCUMENT = Path(__file__).parents[2] / "docs" / "errors.md"
PACKAGE = Path(pos_bridge.__file__).parent
NAMED = {name: load_command(name) for name in COMMANDS}
START_ERRORS = {"ConfigError", "CannotStartError", "_UnfitError"}


def table(title: str) -> list[list[str]]:
    """The rows under a heading, without its head: cells as they stand, the first one without its backticks."""
    text = DOCUMENT.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [[row[0].strip("`"), *row[1:]] for row in rows[2:]]


def parsed() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "_pb2" not in path.name:
            yield path, ast.parse(path.read_text())


TOLD: dict[str, Iterable[tuple[Enum, Said]]] = {
    "A payment that was not made": CAUSES.items(),
    "A request that was not done, or whose end is not known": SITUATIONS.items(),
    "A refund that was not made": REFUND_CAUSES.items(),
    "A refund's request that was not done": REFUND_SITUATIONS.items(),
    "A part that a split sale does not take": BASKET_FAULTS.items(),
    "A device message that was not done": DEVICE_SITUATIONS.items(),
    "Points that were not counted": POINTS.items(),
}


@pytest.mark.parametrize("title", TOLD)
def test_what_a_cashier_is_told_of_what_was_not_done(title):
    rows = table(title)
    assert [row[:4] for row in rows] == [
        [what.value, said.condition.value, said.fr, said.en] for what, said in TOLD[title]
    ]
    for row in rows:
        assert row[4], f"{row[0]} does not say what became of the money"


def test_what_is_told_of_people():
    told = [(why.value, said) for why, said in UNTAKEN.items()]
    told += [(fault.name.lower(), said) for fault, said in FAULTS.items()]
    assert set(FAULTS) == set(PersonFault)
    assert set(UNTAKEN) == set(Untaken)
    *rows, unusable = table("About people that was not done")
    assert [row[:3] for row in rows] == [[word, said.fr, said.en] for word, said in told]
    assert unusable[1:3] == [UNUSABLE.fr, UNUSABLE.en]
    assert all(fault.name.lower() in unusable[3] for fault in VaultFault)
    assert NOT_ACKNOWLEDGED.en in DOCUMENT.read_text()


def test_what_a_cashier_is_told_beside_a_success():
    said: tuple[Said | Words, ...] = (PARTIAL_OF_SPLIT, STILL_DUE, PAID_IN_FULL, HAND_BACK, *NOTICED.values())
    said = (*said, TEXT_CUT, NOT_READ_AHEAD)
    assert [row[1:3] for row in table("Said beside a success")] == [[words.fr, words.en] for words in said]


def test_every_reason_of_the_card_room_and_what_the_till_is_told_for_it():
    told = {row[0]: row[1].strip("`") for row in table("Why no card was read")}
    assert told == {reason.name.lower(): PROMPT_CAUSES[reason].value for reason in ReadFailure}


def statuses() -> set[tuple[str, int]]:
    """Each pair of an HTTP status and a kind of fault in the tills' server; Unreadable's kinds have theirs by rule."""
    found = {(kind.value, 413 if kind is Unreadable.TOO_LARGE else 400) for kind in Unreadable}
    for path, tree in parsed():
        if path.parent.name != "pos_api":
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Name("refusal"), args=[ast.Constant(int(status)), ast.Constant(str(kind)), *_]
                ) | ast.Return(ast.Tuple([ast.Constant(int(status)), ast.Constant(str(kind))])):
                    found.add((kind, status))
                case _:
                    pass
    return found


def test_every_kind_of_fault_below_nexo():
    assert {(row[0], int(row[1])) for row in table("Below nexo: HTTP")} == statuses()


def raised_at_the_start() -> Iterator[tuple[Path, ast.Call]]:
    """Where whoever starts the program is told why it does not."""
    for path, tree in parsed():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in START_ERRORS:
                yield path, node


def test_every_line_that_says_why_it_does_not_start():
    rows = table("At the start")
    assert [row[:3] for row in rows] == [[fault.code, fault.value.fr, fault.value.en] for fault in StartFault]
    assert all(english and french and english != french for *_, english, french in rows)


def test_whatever_stops_a_start_has_a_code_and_every_code_stops_one():
    named = set()
    for path, call in raised_at_the_start():
        match call.args:
            case [ast.Attribute(value=ast.Name("StartFault"), attr=name)]:
                named.add(name)
            case [ast.Attribute(value=ast.Name("unfit"), attr="fault")]:
                pass
            case _:
                pytest.fail(f"{path}:{call.lineno}: an error of the start without a code")
    assert named == {fault.name for fault in StartFault}


def test_a_line_of_the_start_is_filled_in_the_same_in_both():
    for fault in StartFault:
        fr, en = (
            {name for _, name, _, _ in Formatter().parse(text) if name} for text in (fault.value.fr, fault.value.en)
        )
        assert fr == en, fault


def codes_of(module: object) -> set[int]:
    """The codes that a command's module names or returns."""
    path = Path(str(vars(module)["__file__"]))
    tree = ast.parse(path.read_text())
    literal = {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and type(node.value.value) is int
    }
    named = {value for name, value in vars(module).items() if name.isupper() and type(value) is int}
    return literal | named | {2}  # argparse and the configuration, for all of them


def test_every_exit_code():
    rows = {row[0]: {code for code, meaning in enumerate(row[1:]) if meaning} for row in table("Exit codes")}
    assert rows == {name: codes_of(module) for name, module in NAMED.items()}


def test_the_commands_are_all_there():
    (commands,) = (a.choices for a in parser(COMMANDS)._actions if isinstance(a, argparse._SubParsersAction))
    assert set(commands) == {row[0] for row in table("Exit codes")}


def test_every_code_a_card_room_ends_with():
    (told,) = re.findall(r"sees its code: ([^.]+)\.", " ".join(DOCUMENT.read_text().split()))
    source = (PACKAGE / "card" / "program.py").read_text()
    (codes,) = re.findall(r"^DONE, BAD_TRUST_FILE, [A-Z_, ]+ = ([0-9, ]+)$", source, re.MULTILINE)
    assert re.findall(r"\d", told) == codes.split(", ")
