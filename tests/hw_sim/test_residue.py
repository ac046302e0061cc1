"""The search finds what is planted, in each encoding, in files and in another process's memory; and nothing else."""

import base64
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.residue import (
    FRAGMENT,
    FREED_FRAGMENT,
    TEXT_FRAGMENT,
    Search,
    encodings,
    family,
    small_ints_of,
    text_encodings,
)

NUMBER = "4921817844445119"
OTHERS = ("5413330089020011", "374245455400126", "6011000990139424")
TEXT = "TREMBLAY/ZOE"
SHORT = "Zoe Roy."
OTHER_TEXT = "desrosiers@kourriel.qc"
PLAIN_HASH = bytes(range(0x70, 0x84))
WAYS = sorted(encodings(NUMBER, id(0)))
TEXT_WAYS = sorted(text_encodings(TEXT, id(0)))


def search(*numbers: str, texts: tuple[str, ...] = (), small_ints: int | None = None) -> Search:
    return Search(numbers, small_ints, texts)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", [NUMBER, *OTHERS])
def test_each_encoding_of_the_whole_number_is_found(number, way):
    planted = b"before" + encodings(number, id(0))[way] + b"after"
    found = {find.encoding for find in search(number, texts=(TEXT,), small_ints=id(0)).in_bytes(planted)}
    assert family(way) in found
    others = {NUMBER, *OTHERS} - {number}
    assert list(search(*others, texts=(TEXT,), small_ints=id(0)).in_bytes(planted)) == []


@pytest.mark.parametrize("way", TEXT_WAYS)
def test_each_encoding_of_a_name_is_found(way):
    planted = b"before" + text_encodings(TEXT, id(0))[way] + b"after"
    finds = list(search(NUMBER, texts=(TEXT,), small_ints=id(0)).in_bytes(planted))
    assert {find.what for find in finds} == {"text 0"}
    assert way == "url" or family(way) in {find.encoding for find in finds}
    assert list(search(NUMBER, texts=(OTHER_TEXT,), small_ints=id(0)).in_bytes(planted)) == []


ANYWHERE = ["ascii", "utf-16-le", "utf-16-be", "utf-32-le", "hex", "upper hex", "percent", "json", "repr"]


@given(
    st.integers(0, 16 - FRAGMENT),
    st.integers(FRAGMENT, 16),
    st.sampled_from([*ANYWHERE, "digits", "int32", "int list", "code list"]),
)
def test_any_nine_digits_are_a_find(start, length, way):
    fragment = NUMBER[start : start + length]
    if len(fragment) >= FRAGMENT:
        assert list(search(NUMBER, small_ints=id(0)).in_bytes(b"\xff" + encodings(fragment, id(0))[way] + b"\xff"))
    short = encodings(fragment[: FRAGMENT - 1], id(0))[way]
    assert not list(search(NUMBER, small_ints=id(0)).in_bytes(b"\xff" + short + b"\xff"))


@given(
    st.integers(0, len(TEXT) - TEXT_FRAGMENT),
    st.integers(TEXT_FRAGMENT, len(TEXT)),
    st.sampled_from([*ANYWHERE, "other case", "code list"]),
)
def test_any_eight_characters_of_a_name_are_a_find(start, length, way):
    fragment = TEXT[start : start + length]
    wanted = search(texts=(TEXT,), small_ints=id(0))
    if len(fragment) >= TEXT_FRAGMENT:
        assert list(wanted.in_bytes(b"\xff" + text_encodings(fragment, id(0))[way] + b"\xff"))
    short = text_encodings(fragment[: TEXT_FRAGMENT - 1], id(0))[way]
    assert not list(wanted.in_bytes(b"\xff" + short + b"\xff"))


@given(st.binary(max_size=40), st.sampled_from([NUMBER, *OTHERS]), st.integers(0, 16 - FRAGMENT))
def test_nine_digits_within_other_base64_are_a_find(before, number, start):
    fragment = number[start : start + FRAGMENT].encode()
    if len(fragment) == FRAGMENT:
        assert list(search(number).in_bytes(base64.b64encode(before + fragment + b"tail")))


@given(st.binary(max_size=4096))
def test_noise_is_no_find(noise):
    assert list(search(NUMBER, *OTHERS, texts=(TEXT, OTHER_TEXT), small_ints=id(0)).in_bytes(noise)) == []


@pytest.mark.parametrize("number", ["49218178", "1000000001", "4921 8178 4444 5119", "٤٩٢١٨١٧٨٤٤٤٤٥١١٩"])
def test_what_would_be_found_by_chance_is_no_mark(number):
    with pytest.raises(ValueError, match="a number that is searched"):
        search(number)


@pytest.mark.parametrize("raw", [b"\x8a\x1f\xc3\xd0\x5b\x7e\x29", bytes(16), b"ababababab"])
def test_bytes_that_would_be_found_by_chance_are_no_mark(raw):
    with pytest.raises(ValueError, match="bytes that are searched"):
        Search((), raw=(raw,))


CRYPTOGRAM = bytes.fromhex("8A1FC3D05B7E2946")
STRIDE = id(1) - id(0)
RAW_WAYS = {
    "ascii": CRYPTOGRAM,
    "hex": CRYPTOGRAM.hex().encode(),
    "base64": base64.b64encode(b"?" + CRYPTOGRAM),
    "list": b"".join((id(0) + STRIDE * byte).to_bytes(8, "little") for byte in CRYPTOGRAM),
}


@pytest.mark.parametrize("way", RAW_WAYS)
def test_a_cryptogram_is_found_whole(way):
    wanted = Search((), id(0), (), (PLAIN_HASH, CRYPTOGRAM))
    assert {(find.what, find.encoding) for find in wanted.in_bytes(b"xx" + RAW_WAYS[way] + b"\xff")} == {
        ("bytes 1", way)
    }
    assert not list(wanted.in_bytes(b"xx" + RAW_WAYS["ascii"][:-1] + b"\xff"))


@pytest.mark.parametrize("text", ["Zoe", "Zoé Tremblay"])
def test_a_name_is_searched_that_is_long_and_plain_enough(text):
    with pytest.raises(ValueError, match="a text that is searched"):
        search(texts=(text,))


def test_files_are_searched_across_the_borders_of_reading(tmp_path, monkeypatch):
    monkeypatch.setattr("hw_sim.residue._CHUNK", 64)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.db").write_bytes(b"x" * 57 + NUMBER.encode() + b"x" * 100)
    (tmp_path / "b.db").write_bytes(b"x" * 300)
    (tmp_path / "c.db").write_bytes(b"x" * 60 + TEXT.encode("utf-16-le"))
    finds = {(find.where, find.what) for find in search(NUMBER, texts=(TEXT,)).in_files(tmp_path)}
    assert finds == {("sub/a.db", "number 0"), ("c.db", "text 0")}


@pytest.mark.parametrize(
    ("left", "found"), [(TEXT[-FREED_FRAGMENT:], True), (TEXT[-FREED_FRAGMENT + 1 :], False), (SHORT, True)]
)
def test_what_a_freed_block_may_keep_is_no_find_in_a_memory(left, found):
    held = f"import mmap; held = mmap.mmap(-1, 4096); held[9:{9 + len(left)}] = bytes.fromhex('{left.encode().hex()}')"
    program = f"{held}; print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        finds = {find.what for find in search(texts=(TEXT, SHORT)).in_memory(child.pid) if find.encoding == "ascii"}
        child.communicate(b"\n")
    assert bool(finds) is found


HOLDER = """
import mmap, sys
PAGES = mmap.mmap(-1, 1 << 20)
for line in sys.stdin:
    number = line.strip()
    if number.isdecimal():
        kept = [number.encode("utf-16-le"), [int(digit) for digit in number], list(number.encode())]
        PAGES[65_536 - 4:65_536 + len(number) - 4] = number.encode()
    else:
        kept, number = [], ""
        PAGES[:] = bytes(len(PAGES))
    print("done", flush=True)
"""


def test_the_memory_of_another_process_is_searched():
    """Again and again: what was clean and has changed is found, also across the border of what is read at once."""
    child = subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        wanted: Search | None = None
        for said, found in (
            ("nothing", set()),
            (NUMBER, {"ascii", "wide", "list"}),
            (NUMBER, {"ascii", "wide", "list"}),
        ):
            child.stdin.write(said + "\n")
            child.stdin.flush()
            child.stdout.readline()
            wanted = wanted or search(NUMBER).at(small_ints_of(child.pid))
            finds = {find.encoding for find in wanted.in_memory(child.pid)}
            assert found <= finds
            assert bool(found) is bool(finds)
        child.stdin.close()
