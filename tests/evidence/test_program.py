"""The program's files against their lists: what was changed, taken away or added is named."""

import base64
import hashlib
import marshal
import py_compile
from pathlib import Path

import pytest

from pos_bridge import __version__
from pos_bridge.checkup.finding import Finding
from pos_bridge.evidence import program
from pos_bridge.evidence.program import CHANGED, FROM_SOURCE, UNCHANGED, look_at
from tests.checkup.finds import line

FILES = {"pos_bridge/__init__.py": b"one = 1\n", "pos_bridge/cli/main.py": b"two = 2\n", "pos_bridge/page.css": b"p {}"}


def record_of(files: dict[str, bytes], name: str) -> str:
    def digest(content: bytes) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()

    rows = [f"{path},sha256={digest(content)},{len(content)}" for path, content in files.items()]
    return "\n".join([*rows, f"{name}/RECORD,,", "pos_bridge-1.data/scripts/x,sha256=AAAA,3"]) + "\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """As a wheel is unpacked, with a library beside it."""
    for name, files in (
        ("pos_bridge-1.dist-info", FILES),
        ("lib-2.dist-info", {"lib.py": b"x = 1\n", "lib/fast.cpython-311.so": b"\x7fELF"}),
    ):
        for path, content in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(content)
        (tmp_path / name).mkdir()
        (tmp_path / name / "RECORD").write_text(record_of(files, name))
    return tmp_path


def only(place: Path) -> Finding:
    (found,) = look_at(place)
    return found


def test_as_it_was_packed(place):
    found = only(place)
    assert line(found) == UNCHANGED
    assert dict(found.values) == {"version": __version__, "count": "5"}


@pytest.mark.parametrize("name", [*FILES, "lib.py", "lib/fast.cpython-311.so"])
def test_one_byte_of_one_file(place, name):
    content = (place / name).read_bytes()
    (place / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    found = only(place)
    assert line(found) == CHANGED
    assert dict(found.values)["names"] == name
    (place / name).unlink()
    assert dict(only(place).values)["names"] == name


@pytest.mark.parametrize("name", ["pos_bridge/more.py", "sitecustomize.py", "x.pth", "lib/other.so", "lib/other.pyc"])
def test_code_that_nobody_packed(place, name):
    (place / name).write_bytes(b"")
    assert dict(only(place).values)["names"] == name


def test_many_are_counted_and_three_are_named(place):
    for each in range(20):
        (place / f"x{each:02}.py").write_bytes(b"")
    assert dict(only(place).values) == {"version": __version__, "count": "20", "names": "x00.py, x01.py, x02.py, ..."}


def test_bytecode_that_is_believed_unasked(place):
    """As the package compiles it. Of the source that lies there: well; of another: named."""
    source = place / "lib.py"
    py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH, doraise=True)
    assert line(only(place)) == UNCHANGED
    other = place / "other.txt"
    other.write_text("x = 666\n")
    (made,) = (place / "__pycache__").glob("lib.*.pyc")
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(other), cfile=str(made), invalidation_mode=unchecked, doraise=True)
    assert dict(only(place).values)["names"] == "lib.py"


@pytest.mark.parametrize("how", list(py_compile.PycInvalidationMode))
@pytest.mark.parametrize("inside", [b"", b"x", None])
def test_bytecode_that_says_of_itself_what_it_is_not(place, how, inside):
    """Its head names the source that lies there, and what Python would run is something else."""
    source = place / "lib.py"
    made = str(py_compile.compile(str(source), invalidation_mode=how, doraise=True))
    assert line(only(place)) == UNCHANGED
    evil = marshal.dumps(compile("x = 666", "lib.py", "exec")) if inside is None else inside
    Path(made).write_bytes(Path(made).read_bytes()[:16] + evil)
    assert dict(only(place).values)["names"] == "lib.py"


def test_bytecode_that_python_does_not_believe_is_left_to_it(place):
    made = Path(str(py_compile.compile(str(place / "lib.py"), doraise=True)))
    of_another_time = made.read_bytes()
    made.write_bytes(of_another_time[:8] + bytes(4) + of_another_time[12:16] + b"else")
    assert line(only(place)) == UNCHANGED
    made.write_bytes(b"\0" * 20)
    assert line(only(place)) == UNCHANGED


def test_from_a_folder_of_sources_there_is_nothing_to_compare(config, tmp_path):
    assert line(only(tmp_path)) == FROM_SOURCE
    (found,) = program.look(config)
    assert line(found) == FROM_SOURCE, "these tests run from one"
