"""The ledger of erasures: what it says, what a crash may leave of it, and what is not believed."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.identity.ledger import START, Entries, Head, after, line_of, parse

persons = st.lists(st.binary(min_size=32, max_size=32), max_size=6, unique=True)


def written(ids: list[bytes]) -> bytes:
    head, raw = START, b""
    for person in ids:
        head = after(head, person)
        raw += line_of(person, head)
    return raw


def outcome(raw: bytes) -> Entries | None:
    try:
        return parse(raw)
    except ValueError:
        return None


@given(persons)
def test_what_was_written_is_read(ids):
    raw = written(ids)
    entries = parse(raw)
    assert list(entries.persons) == ids
    assert (entries.whole, entries.unended, entries.torn) == (len(raw), False, False)
    assert entries.head.count == len(ids)
    assert entries.lines() == raw
    assert all(entries.has(head) for head in entries.heads)
    assert not entries.has(Head(len(ids) + 1, entries.head.digest))


def test_a_line_is_what_the_documents_say():
    assert parse(b"") == Entries()
    number, person, digest = written([b"\x07" * 32]).decode().removesuffix("\n").split(" ")
    assert (number, person, len(digest)) == ("1", "07" * 32, 64)
    assert [line.split()[0] for line in written([os.urandom(32) for _ in range(11)]).splitlines()][-1] == b"11"


@given(persons.filter(bool))
def test_a_crash_at_each_byte_of_the_last_line(ids):
    before, whole = written(ids[:-1]), written(ids)
    for end in range(len(before), len(whole)):
        entries = parse(whole[:end])
        ends = end == len(whole) - 1  # only the end of its line is missing
        assert list(entries.persons) == (ids if ends else ids[:-1])
        assert entries.unended is ends
        assert entries.whole == (end if ends else len(before))
        assert entries.torn is (end > len(before))


@given(persons.filter(bool), st.data())
def test_a_page_of_the_last_line_that_never_reached_the_disk(ids, data):
    before, whole = written(ids[:-1]), written(ids)
    start = data.draw(st.integers(len(before), len(whole) - 2))
    end = data.draw(st.integers(start + 1, len(whole) - 1))
    entries = parse(whole[:start] + bytes(end - start) + whole[end:])
    assert list(entries.persons) == ids[:-1]
    assert entries.torn
    with pytest.raises(ValueError, match="not as it was written"):
        parse(whole[:start] + bytes(end - start) + whole[end:] + b"\n")


@given(persons.filter(bool), st.data())
@settings(max_examples=200)
def test_a_changed_byte_is_never_believed(ids, data):
    raw = bytearray(written(ids))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    entries = outcome(bytes(raw))
    if entries is not None:
        assert list(entries.persons) == ids[:-1], "at most the last one is not there, as after a crash"
        assert entries.torn
        assert entries.head != parse(written(ids)).head


@given(persons, st.binary(max_size=300))
@settings(max_examples=200)
def test_whatever_follows_changes_nothing_before_it(ids, tail):
    raw = written(ids)
    entries = outcome(raw + tail)
    if entries is not None:
        assert list(entries.persons) == ids
        assert entries.whole == len(raw)
        assert entries.torn is bool(tail)


@given(st.binary(max_size=400) | st.text("0123456789abcdef \n", max_size=400).map(str.encode))
@settings(max_examples=300)
def test_noise(raw):
    assert outcome(raw) in (None, parse(b""), Entries(torn=True))


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.upper(),
        lambda line: b"0" + line,
        lambda line: b" " + line,
        lambda line: line[:-1] + b" \n",
        lambda line: line[:-1] + b"\r\n",
        lambda line: line.replace(b"1 ", b"2 ", 1),
        lambda line: line.replace(b" ", b"  ", 1),
        lambda line: line + line,
        lambda line: b"\n" + line,
        lambda line: line + b"\n",
    ],
)
def test_there_is_one_way_to_write_a_line(change):
    assert outcome(change(written([bytes(range(100, 132))]))) is None


def test_lines_that_change_places_or_go_are_missed():
    one, two, three = written([os.urandom(32) for _ in range(3)]).splitlines(keepends=True)
    for raw in (two + one + three, one + three, two + three, one + two + two, three):
        assert outcome(raw) is None


@pytest.mark.parametrize(("count", "digest"), [(-1, bytes(32)), (0, bytes(31)), (1, b"")])
def test_a_head_checks_itself(count, digest):
    with pytest.raises(ValueError, match="head"):
        Head(count, digest)
