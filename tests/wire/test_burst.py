import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.wire.burst import Burst, Progress
from pos_bridge.wire.tracks import MAX_FRAME, SwipeFraming
from tests.wire.swipes import PUBLISHED, swipe

FRAME = swipe(PUBLISHED["visa"])


def put(burst: Burst, data: bytes) -> Progress:
    """As a reader does: what fits, again and again."""
    progress = burst.progress
    while data:
        space = burst.space()
        taken = min(len(space), len(data))
        space[:taken] = data[:taken]
        progress, data = burst.feed(taken), data[taken:]
    return progress


@pytest.fixture
def memory():
    return bytearray(256)


@pytest.fixture
def burst(memory):
    return Burst(memoryview(memory), SwipeFraming())


def test_a_frame_at_once(burst):
    assert put(burst, FRAME) is Progress.WHOLE
    assert burst.frame() == FRAME


def test_a_frame_byte_by_byte(burst):
    for place in range(len(FRAME) - 1):
        assert put(burst, FRAME[place : place + 1]) is Progress.BEGUN
    assert put(burst, FRAME[-1:]) is Progress.WHOLE
    assert burst.frame() == FRAME


@pytest.mark.parametrize("tail", [b"\n", b"\0", FRAME])
def test_anything_behind_cr_spoils_it(burst, memory, tail):
    assert put(burst, FRAME + tail) is Progress.SPOILT
    assert not any(memory)
    burst.fall_silent()
    put(burst, FRAME)
    assert put(burst, tail) is Progress.SPOILT
    assert not any(memory)


@pytest.mark.parametrize("lead", [b"\0", b"\r", b"x" * 300, b"\xff" * 13])
def test_a_frame_behind_anything_is_spoilt_until_silence(burst, memory, lead):
    assert put(burst, lead) is Progress.NOISE
    assert put(burst, FRAME) is Progress.SPOILT
    assert put(burst, FRAME) is Progress.SPOILT
    assert not any(memory)
    burst.fall_silent()
    assert put(burst, FRAME) is Progress.WHOLE


def test_a_frame_without_end_is_bounded(burst, memory):
    assert put(burst, b";" + b"1" * (MAX_FRAME - 2)) is Progress.BEGUN
    assert put(burst, b"1") is Progress.SPOILT
    assert not any(memory)


def test_a_longest_frame_fits(burst):
    assert put(burst, b";" + b"1" * (MAX_FRAME - 2) + b"\r") is Progress.WHOLE


def test_spoil_forgets(burst, memory):
    put(burst, FRAME)
    burst.spoil()
    assert not any(memory)
    assert put(burst, FRAME) is Progress.SPOILT


def test_a_page_too_small_is_refused():
    with pytest.raises(ValueError, match="room for one frame"):
        Burst(memoryview(bytearray(MAX_FRAME)), SwipeFraming())


@given(st.lists(st.one_of(st.binary(max_size=200), st.just(FRAME), st.just(None)), max_size=12))
def test_whatever_comes_only_a_frame_alone_is_whole(pieces):
    """None stands for silence."""
    burst, since_silence = Burst(memoryview(bytearray(MAX_FRAME + 1)), SwipeFraming()), b""
    for piece in pieces:
        if piece is None:
            burst.fall_silent()
            since_silence = b""
        elif piece:
            since_silence += piece
            if put(burst, piece) is Progress.WHOLE:
                assert burst.frame() == since_silence
                assert since_silence[0:1] in (b"%", b";")
                assert since_silence.count(b"\r") == 1
