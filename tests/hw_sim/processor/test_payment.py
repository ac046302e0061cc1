"""The clear layout of a sealed payment: read back exactly, or refused without a word of what was in it."""

from hypothesis import example, given
from hypothesis import strategies as st

from hw_sim.processor.facts import EntryMode
from hw_sim.processor.payment import read_clear
from hw_sim.processor.track import ClearCard, UnreadableError
from tests.hw_sim.processor.terminal import clear_text

DIGITS = st.text("0123456789", min_size=12, max_size=19)


@given(number=DIGITS, month=st.text("0123456789", min_size=4, max_size=4), rest=st.text("0123456789=", max_size=20))
def test_a_track_is_read_back(number: str, month: str, rest: str) -> None:
    for track, layout in ((1, f"B{number}^A/B C^{month}101{rest}"), (2, f"{number}={month}101{rest}")):
        read = read_clear(clear_text(layout.encode(), content=track))
        assert read == ClearCard(number, month, EntryMode.MAGSTRIPE)


@given(st.one_of(st.binary(max_size=600), st.binary(min_size=512, max_size=512).map(lambda raw: b"\2\1\2\0" + raw[4:])))
@example(b"")
@example(clear_text(b""))
def test_any_other_bytes_are_unreadable(raw: bytes) -> None:
    try:
        read_clear(raw)
    except UnreadableError as error:
        told = str(error)
        assert told in {"not the layout of this version", "not an entry mode", "not a bank card's track"}
    else:
        assert raw[5:].rstrip(b"\0").isascii()


def test_a_clear_card_does_not_show_itself() -> None:
    assert "4921" not in repr(ClearCard("4921817844445119", "4912", EntryMode.MAGSTRIPE))
