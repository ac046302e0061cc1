"""The search finds what is planted, in each encoding, in files and in another process's memory; and nothing else."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.residue import FRAGMENT, Search, encodings, small_ints_of

NUMBER = "4921817844445119"
OTHERS = ("5413330089020011", "374245455400126")
WAYS = sorted(encodings(NUMBER, id(0)))


@pytest.mark.parametrize("way", WAYS)
def test_each_encoding_of_the_whole_number_is_found(way):
    planted = encodings(NUMBER, id(0))[way]
    assert list(Search((NUMBER,), id(0)).in_bytes(b"before" + planted + b"after"))
    assert list(Search(OTHERS, id(0)).in_bytes(b"before" + planted + b"after")) == []


@given(
    st.integers(0, 16 - FRAGMENT),
    st.integers(FRAGMENT, 16),
    st.sampled_from(["ascii", "utf-16-le", "hex", "digits", "int32"]),
)
def test_any_nine_digits_are_a_find(start, length, way):
    fragment = NUMBER[start : start + length]
    if len(fragment) >= FRAGMENT:
        assert list(Search((NUMBER,)).in_bytes(b"\xff" + encodings(fragment)[way] + b"\xff"))
    assert not list(Search((NUMBER,)).in_bytes(b"\xff" + encodings(fragment[: FRAGMENT - 1])[way] + b"\xff"))


@given(st.binary(max_size=4096))
def test_noise_is_no_find(noise):
    assert list(Search((NUMBER, *OTHERS)).in_bytes(noise)) == []


def test_files_are_searched_across_the_borders_of_reading(tmp_path, monkeypatch):
    monkeypatch.setattr("hw_sim.residue._CHUNK", 64)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.db").write_bytes(b"x" * 57 + NUMBER.encode() + b"x" * 100)
    (tmp_path / "b.db").write_bytes(b"x" * 300)
    assert {find.where for find in Search((NUMBER,)).in_files(tmp_path)} == {"sub/a.db"}


HOLDER = """
import sys
number = sys.stdin.readline().strip()
kept = [number.encode("utf-16-le"), [int(digit) for digit in number], list(number.encode())] if len(number) > 9 else []
number = ""
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize(("planted", "found"), [(NUMBER, {"wide", "int list", "code list"}), ("nothing", set())])
def test_the_memory_of_another_process_is_searched(planted, found):
    child = subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        child.stdin.write(planted + "\n")
        child.stdin.flush()
        child.stdout.readline()
        finds = {find.encoding for find in Search((NUMBER,), small_ints_of(child.pid)).in_memory(child.pid)}
        child.stdin.close()
    assert found <= finds
    assert bool(found) is bool(finds)
