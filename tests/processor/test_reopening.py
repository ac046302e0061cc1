"""How soon a session that another one ended is opened again."""

from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.processor.reopening import LONGEST_S, STEADY_S, Reopening


def pause_after(reopening: Reopening, now: float) -> float:
    reopening.lost(now)
    pause = 0.0
    while not reopening.may_open(now + pause):
        pause += 0.5
    return pause


def test_at_once_then_ever_later():
    reopening = Reopening()
    reopening.opened(0)
    assert [pause_after(reopening, 1) for _ in range(10)] == [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_session_that_stood_long_is_reopened_at_once():
    reopening = Reopening()
    for _ in range(4):
        reopening.lost(0)
    reopening.opened(10)
    assert pause_after(reopening, 10 + STEADY_S - 1) == 8
    assert pause_after(reopening, 10 + STEADY_S) == 0
    assert pause_after(reopening, 11 + STEADY_S + 1) == 0, "it was not opened again since, and that was long ago"


@given(st.lists(st.floats(0, 1e6), max_size=80))
def test_never_longer_than_a_minute(times):
    reopening = Reopening()
    for now in sorted(times):
        reopening.lost(now)
        assert reopening.may_open(now + LONGEST_S)
