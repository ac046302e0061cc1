"""What is sent to a pole display, and what a display that this program did not write shows of it."""

from hypothesis import given
from hypothesis import strategies as st

from hw_sim.counter.line_display import Screen
from pos_bridge.wire.code_page import CodePage
from pos_bridge.wire.line_display import show


def shown(*lines: str, page: CodePage = CodePage.CP858) -> list[str]:
    screen = Screen()
    screen.feed(show(("before", "the customer"), page))
    screen.feed(show(lines, page))
    return screen.shown


def test_the_bytes():
    assert show(("Café", "2,50 $"), CodePage.CP858) == (
        b"\x1b@\x1bt\x13\x1fC\x00\x0c\x1f$\x01\x01Caf\x82\x1f$\x01\x022,50 $"
    )


def test_two_lines_of_twenty():
    assert shown("Crème glacée à l'érable", "Total 12,30 $") == ["Crème glacée à l'éra", "Total 12,30 $"]
    assert shown("one", "two", "three") == ["one", "two"]


def test_nothing_leaves_nothing():
    assert shown() == ["", ""]


@given(st.lists(st.text(max_size=60), max_size=5), st.sampled_from(CodePage))
def test_any_text_is_shown_and_none_is_obeyed(lines, page):
    after = shown(*lines, page=page)
    assert len(after) == 2
    assert not any("<1B>" in line or "<0C>" in line for line in after if "<" not in "".join(lines))


@given(st.binary(max_size=100))
def test_the_simulated_display_takes_any_bytes(data):
    screen = Screen()
    screen.feed(data)
    assert [len(line) <= 20 for line in screen.shown] == [True, True]
