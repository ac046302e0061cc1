"""Whatever a person reads is there in French and in English: no text outside Words, no half that is missing or a copy.

Two looks at the source. In the rooms that speak to people a text that reads like a sentence stands in a maker of Words,
or is excused below. Everywhere, what is printed or explained by argparse is no text of one language.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import pos_bridge
from pos_bridge.words import Words, same

PACKAGE = Path(pos_bridge.__file__).parent

# Who makes a text of both languages, and where its halves stand among what it is called with.
MAKERS = {"Words": (0, 1), "both": (0, 1), "Said": (-2, -1)}
ALIKE = "same"

# Texts that are told to programmers: an error that nobody meets unless the program is wrong.
OF_THE_CODE = {
    "ValueError",
    "TypeError",
    "LookupError",
    "KeyError",
    "AssertionError",
    "RuntimeError",
    "ImportError",
    "UsageError",
}

# Rooms whose people read English, with the reason. A room that holds no such text any more is taken off this list.
IN_ENGLISH = {
    "conformance/": "speaks to the developers of a processor or adapter, as docs/conformance.md does",
    "cli/conformance.py": "the same, its words",
    "cli/conformance_setup.py": "the same, its words",
}
# Rooms that speak to nobody: between machines, or to the code. Sentences there are queries, rules and names.
SILENT = {
    "card": "tells reasons of a closed list",
    "cardlink": "tells reasons of a closed list",
    "checkout": "tells outcomes of closed lists",
    "domain": "tells outcomes of closed lists",
    "identity": "SQL",
    "journal": "SQL, and what `verify` found, which is told as found",
    "network": "speaks nft's language, and tells words of closed lists",
    "page/style.py": "a style sheet",
    "operators": "SQL, and what is too easy for a password",
    "processor": "speaks gRPC",
    "protocol": "generated",
    "registers": "SQL",
    "storage/database.py": "SQL",
    "storage/shapes.py": "SQL",
    "wire": "tells messages and faults of closed lists",
}
# Texts of one language in the rooms that do speak, each with its reason.
EXCUSED = {
    "pos-bridge backup 1": "the format of a backup's manifest: a name in a file",
    "PRAGMA query_only = ON": "SQL",
    "SELECT sequence, hash FROM trail ORDER BY sequence DESC LIMIT 1": "SQL",
    "pos-bridge doctor": "the SaleID that its Diagnosis shows the engine: a name on the wire",
    "passphrase ": "before the name of who holds one: hashed, never shown",
    "native socket": "the name of whoever may open it: hashed, never shown",
    "native certificate ": "before the name of who holds one: hashed, never shown",
    "POST ": "the beginning of a request, between machines",
    "GET ": "the same",
    "/cacerts HTTP/1.1\r\nHost: ": "the same",
    "Authorization: Basic ": "the same",
    "matching regex": "what msgspec says of a text that does not fit: looked for, never told",
    "without an exception": "a fault's line, to be reported as it is: for who mends the program",
    "no place": "the same",
    "pos-bridge: fault: ": "the same",
    " at ": "the same",
    " from ": "the same",
    "pos-bridge: ": "the program's name before its line",
    "pos-bridge ": "the program's name and its version",
    "Max core file size": "a row of /proc/PID/limits",
    "Max file size": "the same",
    "<!DOCTYPE html>": "the first line of a page, between machines",
}
PRINTS = {"print", "write"}
EXPLAINS = {"help", "description", "epilog", "title"}

SENTENCE = re.compile(r"[^\W\d_]{2,}[ '][^\W\d_]{2,}|\A[ :,]*[^\W\d_]{2,} \Z")
WORD = re.compile(r"[^\W\d_]{2,}")


PATHS = {
    path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py")) if "_pb2" not in path.name
}


@cache
def source(name: str) -> ast.Module:
    return ast.parse(PATHS[name].read_text(encoding="utf-8"))


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def texts(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every text that is neither a docstring, nor a half of Words, nor told to programmers, nor looked up by."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Call() if called(node) in {*MAKERS, ALIKE, *OF_THE_CODE}:
                continue
            case ast.Expr(value=ast.Constant(str())):
                continue
            case ast.Constant(str()):
                yield node
            case ast.Subscript(value=value):
                waiting.append(value)  # Literal["a b"], a key
                continue
            case _:
                pass
        waiting += ast.iter_child_nodes(node)


def speaks(name: str) -> bool:
    return SILENT.keys().isdisjoint({name, name.split("/", maxsplit=1)[0]})


def in_english(name: str) -> str | None:
    return next((room for room in IN_ENGLISH if name.startswith(room)), None)


def lonely(name: str, tree: ast.Module) -> list[tuple[str, str]]:
    return [
        (f"{name}:{text.lineno}", str(text.value))
        for text in texts(tree)
        if SENTENCE.search(str(text.value)) and text.value not in EXCUSED
    ]


@pytest.mark.parametrize("name", [name for name in PATHS if speaks(name) and in_english(name) is None])
def test_no_text_of_one_language(name):
    assert lonely(name, source(name)) == []


@pytest.mark.parametrize("name", [name for name in PATHS if in_english(name) is None])
def test_nothing_is_printed_or_explained_in_one_language(name):
    """A single word too: of what is handed to print, write or argparse no letter stands outside Words."""
    found = []
    for node in ast.walk(source(name)):
        if not isinstance(node, ast.Call):
            continue
        told = list(node.args) if called(node) in PRINTS else []
        told += [word.value for word in node.keywords if word.arg in EXPLAINS]
        found += [
            text.value
            for part in told
            for text in directly(part)
            if WORD.search(str(text.value)) and text.value not in EXCUSED
        ]
    assert found == []


def directly(part: ast.expr) -> Iterator[ast.Constant]:
    """The texts in an expression that are not handed on to something else."""
    match part:
        case ast.Constant(str()):
            yield part
        case ast.JoinedStr(values):
            for value in values:
                if isinstance(value, ast.Constant):
                    yield value
        case ast.BinOp(left=left, right=right):
            yield from (*directly(left), *directly(right))
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*directly(body), *directly(orelse))
        case _:
            return


@cache
def halves() -> tuple[tuple[str, str, str], ...]:
    """Each text of both languages that stands in the source: where, in French, in English."""
    return tuple(half for name in PATHS for half in halves_of(name))


def halves_of(name: str) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(source(name)):
        if isinstance(node, ast.Call) and called(node) in MAKERS:
            first, second = MAKERS[called(node)]
            match node.args[first:][:1] + node.args[second:][:1]:
                case [ast.Constant(str(fr)), ast.Constant(str(en))]:
                    yield f"{name}:{node.lineno}", fr, en
                case _:
                    pass


def test_most_of_what_is_said_was_found():
    assert len(halves()) > 400


def test_no_half_is_missing_and_none_is_a_copy_of_the_other():
    assert [where for where, fr, en in halves() if not (fr.strip() and en.strip()) or fr == en] == []


def test_both_halves_are_filled_in_by_the_same_names():
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert [where for where, fr, en in halves() if "{" in fr + en and names(fr) != names(en)] == []


def test_french_is_french_and_english_english():
    """As far as letters tell: what is swapped by mistake is seen here."""
    assert [where for where, _, en in halves() if re.search("[àâçéèêëîïôûùœ]", en)] == []


def test_french_is_set_as_quebec_sets_it():
    """No space before a semicolon, a question mark or an exclamation mark."""
    shown = re.compile(r"[^\s`] [;?!]")
    assert [(where, fr) for where, fr, _ in halves() if shown.search(re.sub("`[^`]*`", "", fr))] == []


def test_no_list_grows_old():
    """Who is excused is still there; who is silent or speaks English still says something."""
    all_texts = {str(text.value) for name in PATHS for text in texts(source(name))}
    assert set(EXCUSED) <= all_texts
    assert {
        room for room in IN_ENGLISH if any(lonely(name, source(name)) for name in PATHS if name.startswith(room))
    } == set(IN_ENGLISH)
    assert all(IN_ENGLISH.values())
    assert all(SILENT.values())
    assert all(EXCUSED.values())


@pytest.mark.parametrize(
    "code",
    [
        'print("Nothing was done")',
        'print(f"{name}: good")',
        'parser.add_argument("--x", help="what it is")',
        'sys.stderr.write("no" + "thing")',
        'print("oui" if well else "non")',
    ],
)
def test_a_text_of_one_language_is_noticed(code):
    tree = ast.parse(code)
    (call,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call)][:1]
    told = [*call.args, *(word.value for word in call.keywords if word.arg in EXPLAINS)]
    assert any(WORD.search(str(text.value)) for part in told for text in directly(part))


def test_a_half_cannot_be_left_out():
    for fr, en in (("", "English"), ("Français", " ")):
        with pytest.raises(ValueError, match="both"):
            Words(fr, en)
    assert same("AID").both == "AID"
