"""BER-TLV of chip cards: vectors, every refusal, noise, and another parser's opinion where both have one."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyemv import tlv as other

from pos_bridge.wire.tlv import (
    Item,
    TlvError,
    build,
    encode,
    leaves,
    once,
    only,
    parse,
    parse_with_bytes,
    tag_bytes,
)


def raw_tags() -> st.SearchStrategy[bytes]:
    """Tags of one to three bytes that a card may use; a tag never begins with a zero byte."""
    short = st.integers(1, 0xFF).filter(lambda byte: byte & 0x1F != 0x1F).map(lambda byte: bytes((byte,)))
    first = st.integers(0, 7).map(lambda top: bytes((top << 5 | 0x1F,)))
    long = st.tuples(first, st.lists(st.integers(0x80, 0xFF), max_size=1).map(bytes), st.integers(0, 0x7F))
    return short | long.map(lambda parts: parts[0] + parts[1] + bytes((parts[2],)))


def tags() -> st.SearchStrategy[int]:
    return raw_tags().map(lambda raw: int.from_bytes(raw, "big"))


ITEMS = st.lists(st.builds(Item, tags(), st.binary(max_size=300)), max_size=8)


def test_what_is_read():
    assert parse(bytes.fromhex("9F0206000000001234 5A0149 DF810102ABCD")) == (
        Item(0x9F02, bytes.fromhex("000000001234")),
        Item(0x5A, b"\x49"),
        Item(0xDF8101, b"\xab\xcd"),
    )
    assert parse(b"") == ()


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535])
def test_lengths(size):
    raw = encode(0x70, bytes(size))
    assert parse(raw) == (Item(0x70, bytes(size)),)
    head = {0: 1, 1: 1, 127: 1, 128: 2, 255: 2, 256: 3, 65535: 3}[size]
    assert len(raw) == 1 + head + size


def test_a_length_may_be_longer_than_it_need_be():
    assert parse(bytes.fromhex("5A8101 49 5A82000149")) == (Item(0x5A, b"\x49"), Item(0x5A, b"\x49"))


def test_padding_between_objects():
    assert parse(bytes.fromhex("0000 5A0149 00 5A0100 00")) == (Item(0x5A, b"\x49"), Item(0x5A, b"\0"))


def test_what_comes_twice_is_there_twice():
    items = parse(bytes.fromhex("5A0149 5A0150"))
    assert [item.value for item in items] == [b"\x49", b"\x50"]
    with pytest.raises(TlvError, match="twice"):
        once(items)


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        ("5A", "length is missing"),
        ("5A02 49", "value is cut short"),
        ("9F", "tag is cut short"),
        ("9F80", "tag is cut short"),
        ("9F808002 00", "more than three"),
        ("7080 5A0149 0000", "indefinite"),
        ("5A81", "length is cut short"),
        ("5A8201", "length is cut short"),
        ("5A83000001 49", "more than three"),
        ("5AFF", "more than three"),
    ],
)
def test_what_is_refused(raw, what):
    with pytest.raises(TlvError, match=what):
        parse(bytes.fromhex(raw))


def test_an_error_holds_no_data():
    with pytest.raises(TlvError) as failed:
        parse(bytes.fromhex("5A0849218178444451"))
    assert not any(digits in str(failed.value) for digits in ("4921", "5A", "8"))


def test_templates_within_templates():
    raw = encode(0x6F, encode(0x84, b"name") + encode(0xA5, encode(0x88, b"\1") + encode(0xBF0C, encode(0x9F4D, b""))))
    assert leaves(raw) == (Item(0x84, b"name"), Item(0x88, b"\1"), Item(0x9F4D, b""))


def test_templates_too_deep():
    raw = b""
    for _ in range(7):
        raw = encode(0x70, raw)
    assert leaves(raw) == ()
    with pytest.raises(TlvError, match="too deep"):
        leaves(encode(0x70, raw))


@pytest.mark.parametrize("raw", ["", "5A0149 5A0149", "5B0149"])
def test_the_only_one(raw):
    assert only(bytes.fromhex("5A0149"), 0x5A) == b"\x49"
    with pytest.raises(TlvError, match="expected"):
        only(bytes.fromhex(raw), 0x5A)


@pytest.mark.parametrize("tag", [-1, 0, 0x1F, 0x9F, 0x9F80, 0x9F8080, 0x9F808001, 0x5A01])
def test_what_is_no_tag(tag):
    with pytest.raises(ValueError, match="tag"):
        tag_bytes(tag)


def test_a_value_that_is_too_long():
    with pytest.raises(ValueError, match="65535"):
        encode(0x70, bytes(65536))


@given(ITEMS)
def test_there_and_back(items):
    raw = build(items)
    assert parse(raw) == tuple(items)
    assert b"".join(piece for _, piece in parse_with_bytes(raw)) == raw


@given(ITEMS, st.data())
def test_cut_anywhere_it_is_a_beginning_or_an_error(items, data):
    raw = build(items)
    cut = data.draw(st.integers(0, len(raw)))
    try:
        read = parse(raw[:cut])
    except TlvError:
        return
    assert read == tuple(items)[: len(read)]


@given(st.binary(max_size=300))
@example(b"\x1f")
@example(bytes.fromhex("708000"))
def test_noise(raw):
    for reader in (parse, leaves):
        with suppress(TlvError):
            reader(raw)


@given(st.lists(st.builds(Item, tags().filter(lambda tag: not tag_bytes(tag)[0] & 0x20), st.binary(max_size=300))))
def test_another_parser_reads_what_was_built(items):
    last = {tag_bytes(item.tag).hex().upper(): item.value for item in items}
    assert other.decode(build(items)) == last


@given(st.binary(max_size=60))
def test_another_parser_where_both_accept(raw):
    """It drops what comes twice and takes longer tags and lengths: there nothing is compared."""
    try:
        theirs = other.decode(raw, flatten=True)
        ours = leaves(raw)
    except (other.DecodeError, TlvError):
        return
    for tag, value in theirs.items():
        mine = [item.value for item in ours if tag_bytes(item.tag).hex().upper() == tag]
        assert not mine or value == mine[-1]
