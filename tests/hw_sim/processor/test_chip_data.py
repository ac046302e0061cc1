"""The chip's part of a sealed payment: read back exactly, or refused without a word of what was in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.processor.chip_data import NotChipDataError, read_chip
from tests.hw_sim.processor.chip_card import ChipCard, pin_block, tlv

SAID = ChipCard("interac", tags=pin_block(bytes(16))).says(1999)


def written(tags: dict[str, bytes]) -> bytes:
    return b"".join(tlv(tag, value) for tag, value in tags.items())


@given(st.permutations(sorted(SAID)))
def test_every_tag_is_read_in_any_order(order: list[str]) -> None:
    read = read_chip(written({tag: SAID[tag] for tag in order}))
    assert dict(read.tags) == SAID
    assert (read.number, read.expiry_yymm, read.cents, read.currency) == ("4506445006931933", "4912", 1999, 124)
    assert (read.sequence, read.counter) == ("01", 1)


@pytest.mark.parametrize("tag", sorted(SAID))
def test_a_tag_that_is_missing_or_twice_there(tag: str) -> None:
    less = written({name: value for name, value in SAID.items() if name != tag})
    if tag == "5F34":
        assert read_chip(less).sequence == "00"
    else:
        with pytest.raises(NotChipDataError):
            read_chip(less)
    with pytest.raises(NotChipDataError):
        read_chip(written(SAID) + tlv(tag, SAID[tag]))


def test_a_card_without_a_pin() -> None:
    assert "99" not in read_chip(written(ChipCard("visa").says(1))).tags


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("57", "4506445006931933D4912"),
        ("57", "4506445006931933449122010000000F"),
        ("9F02", "00000000199A"),
        ("5F2A", "0A24"),
        ("9F26", "00"),
        ("9F10", "00" * 33),
        ("5A", "4506445006931933"),
        ("5F20", "4341"),
    ],
)
def test_a_tag_that_is_not_what_it_should_be(tag: str, value: str) -> None:
    raw = bytes.fromhex(value + "F" * (len(value) % 2))
    with pytest.raises(NotChipDataError) as told:
        read_chip(written(SAID | {tag: raw}))
    assert value[:8] not in str(told.value)


@given(at=st.integers(0, 400), value=st.integers(0, 255), cut=st.integers(0, 400))
def test_whatever_comes_is_read_or_refused(at: int, value: int, cut: int) -> None:
    raw = bytearray(written(SAID))
    raw[at % len(raw)] = value
    for data in (bytes(raw), bytes(raw[:cut])):
        try:
            read = read_chip(data)
        except NotChipDataError:
            continue
        assert len(written(dict(read.tags))) == len(data)


@given(st.binary(max_size=507))
def test_any_other_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(NotChipDataError):
        read_chip(raw)


def test_it_does_not_show_itself() -> None:
    assert "4506" not in repr(read_chip(written(SAID)))
