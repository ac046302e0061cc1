import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.chip.replay import UNEXPECTED, RecordedCard, RecordingError, read_recording

TEXT = """
# a card of somebody else's
atr 3B 60 00 00
> 00A40400 07 A0000000031010 00   # select
< 6F00 9000
> 80AE8000 04 ???????? 00
< 7700 9000
"""
SELECT = bytes.fromhex("00A4040007A000000003101000")


def test_it_answers_in_order_and_again_after_a_reset():
    told: list[str] = []
    card = RecordedCard(read_recording(TEXT), told.append)
    assert card.atr == bytes.fromhex("3B600000")
    for _ in range(2):
        assert card.respond(SELECT).hex() == "6f009000"
        assert card.respond(bytes.fromhex("80AE800004DEADBEEF00")).hex() == "77009000"
        card.reset()
    assert told == []


def test_what_it_does_not_expect_it_answers_with_6f00_and_tells_without_the_data():
    told: list[str] = []
    card = RecordedCard(read_recording(TEXT), told.append)
    for wrong in (SELECT[:-1], SELECT[:6] + b"\xb0" + SELECT[7:], b"\0"):
        assert card.respond(wrong) == UNEXPECTED
    assert card.respond(SELECT) != UNEXPECTED
    assert [each.partition(";")[0] for each in told] == [
        "command 1 was 00A40400 with 12 bytes",
        "command 1 was 00A40400 with 13 bytes",
        "command 1 was 00 with 1 bytes",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "1 to 1000"),
        ("> 00A40400\n", "with its response"),
        ("> 00A404\n< 9000", "line 1"),
        ("> 00A40400\n> 00A40400", "line 2"),
        ("< 9000", "line 1"),
        ("> 00A40400\n< 90", "line 2"),
        ("> 00A40400\n< 9x00", "line 2"),
        ("> 00A40400\n< 90000", "line 2"),
        ("select", "line 1"),
        ("> " + "00" * 300, "too long"),
    ],
)
def test_what_is_no_recording_says_in_which_line(text, why):
    with pytest.raises(RecordingError, match=why):
        read_recording(text)


@given(st.text(alphabet="<>?# \n0123456789ABCDEFatr", max_size=200))
def test_any_text_is_a_recording_or_an_error(text):
    try:
        card = RecordedCard(read_recording(text), lambda _: None)
    except RecordingError:
        return
    assert len(card.respond(bytes.fromhex("00A40400"))) >= 2
