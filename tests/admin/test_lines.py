"""The line protocol: whole, in pieces, too long, and anything at all."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.admin.lines import (
    MOST_LINE,
    Answer,
    Ask,
    Fault,
    Line,
    UnreadableError,
    read_answer,
    read_ask,
    write,
)

ASKED = b'{"call": "overview", "fields": {}}'


def test_a_line_whole_byte_by_byte_and_with_more_after_it():
    assert Line().feed(ASKED + b"\n") == ASKED
    slowly = Line()
    assert [slowly.feed(bytes([byte])) for byte in ASKED] == [None] * len(ASKED)
    assert slowly.feed(b"\n") == ASKED
    assert Line().feed(ASKED + b"\nand more\n") == ASKED


def test_a_line_has_its_longest():
    longest = b"x" * (MOST_LINE - 1)
    assert Line().feed(longest + b"\n") == longest
    for pieces in ([longest + b"x\n"], [longest, b"x"], [b"x" * (4 * MOST_LINE)]):
        line = Line()
        *before, last = pieces
        assert [line.feed(piece) for piece in before] == [None] * len(before)
        with pytest.raises(UnreadableError):
            line.feed(last)


@given(st.lists(st.binary(max_size=300)))
def test_nothing_that_is_fed_is_kept_beyond_the_bound(pieces):
    line = Line(most=512)
    for piece in pieces:
        try:
            whole = line.feed(piece)
        except UnreadableError:
            return
        assert whole is None or len(whole) < 512
        if whole is not None:
            return


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_anything_is_read_or_refused(raw):
    for read in (read_ask, read_answer):
        with suppress(UnreadableError):
            read(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@given(st.fixed_dictionaries({}, optional={"call": JSON | st.just("stop"), "fields": JSON, "more": JSON}))
def test_any_json_is_an_ask_or_refused(value):
    try:
        ask = read_ask(json.dumps(value).encode())
    except UnreadableError:
        return
    assert value.keys() <= {"call", "fields"}
    assert read_ask(write(ask)[:-1]) == ask


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"call": ""}',
        b'{"call": "Overview"}',
        b'{"call": "../overview"}',
        b'{"call": "' + b"a" * 33 + b'"}',
        b'{"call": "stop", "and": 1}',
        b'{"call": "stop", "fields": {"n": 9007199254740992}}',
        b'{"call": "stop", "fields": {"n": ' + b"9" * 5000 + b"}}",
        b'{"call": "stop", "fields": {"n": 1e400}}',
        b'{"call": "stop", "fields": {"n": [1]}}',
        b'{"call": "stop"} {"call": "stop"}',
        b'{"call": "\xff"}',
        b'{"fields":' * 20000,
        b"[" * 60000,
    ],
)
def test_what_is_no_ask(raw):
    with pytest.raises(UnreadableError):
        read_ask(raw)


@pytest.mark.parametrize("raw", [b"{}", b'{"done": {}, "fault": "denied"}', b'{"fault": "other"}', b'{"done": 1}'])
def test_what_is_no_answer(raw):
    with pytest.raises(UnreadableError):
        read_answer(raw)


def test_an_answer_goes_and_comes():
    for answer in (Answer(done={"ok": True, "n": [1, "a"]}), Answer(fault=Fault.DENIED), Answer(done={})):
        line = write(answer)
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert read_answer(line[:-1]) == answer
    with pytest.raises(ValueError, match="64 KiB"):
        write(Ask("overview", {str(number): "x" * 1024 * 8 for number in range(8)}))
