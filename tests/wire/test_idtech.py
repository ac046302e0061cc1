"""Frames of an ID TECH reader on the line: the published ones, what spoils one, and anything at all."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.card import Brand, ChainMode
from pos_bridge.wire.burst import Burst, Progress
from pos_bridge.wire.idtech import EncryptedSwipe, IdtechFraming, Verdict, read_text
from pos_bridge.wire.idtech_layout import MAX_DATA, MAX_FRAME, MIN_DATA
from tests.wire.idtech_frames import (
    CLEAR_1,
    CLEAR_2,
    ENHANCED,
    ENHANCED_KEY,
    KINDS,
    ORIGINAL,
    ORIGINAL_KEY,
    SERIAL,
    SESSION,
    TRACK_3,
    Swiped,
    decrypted,
    framed,
)
from tests.wire.idtech_reading import VISA, card, read
from tests.wire.test_burst import put

VECTORS = {"original": ORIGINAL, "enhanced": ENHANCED}


NOTHING = slice(0, 0)


def fresh() -> Burst:
    return Burst(memoryview(bytearray(MAX_FRAME + 1)), IdtechFraming())


# ---- the two published frames ----


def test_the_published_original_frame():
    swiped = card(ORIGINAL)
    assert (swiped.facts.brand, swiped.facts.last_four, swiped.mode) == (Brand.VISA, 9999, ChainMode.CBC_CHAINED)
    assert ORIGINAL[swiped.ksn].hex() == "62994901190000000001"
    chain = decrypted(ORIGINAL_KEY, ORIGINAL[swiped.track1] + ORIGINAL[swiped.track2])
    assert chain == CLEAR_1 + CLEAR_2 + bytes(5)
    assert len(ORIGINAL[swiped.track1]) == len(CLEAR_1)


def test_the_published_enhanced_frame_encrypts_each_track_for_itself():
    swiped = card(ENHANCED)
    assert (swiped.facts.brand, swiped.facts.last_four, swiped.mode) == (Brand.VISA, 9999, ChainMode.CBC_PER_TRACK)
    assert ENHANCED[swiped.ksn].hex() == "62994901190000000002"
    assert ENHANCED[swiped.track1] == b"", "track 2 alone is sent"
    assert decrypted(ENHANCED_KEY, ENHANCED[swiped.track2]) == CLEAR_2 + bytes(5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_hashes_are_those_of_the_clear_tracks(kind):
    """So the frames are what they say, and a hash is worth as much as the track to who can guess."""
    for track in (CLEAR_1, CLEAR_2):
        assert hashlib.sha1(track).digest() in VECTORS[kind]
    assert (hashlib.sha1(bytes.fromhex(TRACK_3)).digest() in VECTORS[kind]) is (kind == "enhanced")


@pytest.mark.parametrize("kind", KINDS)
def test_no_single_bit_flip_gives_a_card(kind):
    frame = bytearray(VECTORS[kind])
    for place in range(len(frame)):
        for bit in range(8):
            frame[place] ^= 1 << bit
            assert read(frame) is Verdict.BAD_READ, (place, bit)
            frame[place] ^= 1 << bit


@pytest.mark.parametrize("kind", KINDS)
def test_no_missing_or_added_byte_gives_a_card(kind):
    frame = VECTORS[kind]
    for place in range(len(frame)):
        assert read(frame[:place]) is Verdict.BAD_READ
        assert read(frame[:place] + frame[place + 1 :]) is Verdict.BAD_READ
        assert read(frame[:place] + b"\0" + frame[place:]) is Verdict.BAD_READ
    assert read(frame + b"\3") is Verdict.BAD_READ


# ---- on the line ----


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_at_once_and_byte_by_byte(kind):
    frame = VECTORS[kind]
    burst = fresh()
    assert put(burst, frame) is Progress.WHOLE
    assert burst.frame() == frame
    burst.fall_silent()
    for place in range(len(frame) - 1):
        assert put(burst, frame[place : place + 1]) is Progress.BEGUN
    assert put(burst, frame[-1:]) is Progress.WHOLE


@pytest.mark.parametrize("tail", [b"\0", b"\3", b"\6", ENHANCED])
def test_anything_behind_a_frame_spoils_it(tail):
    burst = fresh()
    assert put(burst, ENHANCED + tail) is Progress.SPOILT
    burst.fall_silent()
    put(burst, ENHANCED)
    assert put(burst, tail) is Progress.SPOILT


@pytest.mark.parametrize("lead", [b"\0", b"\6", b"\x15" * 3, b"noise" * 200])
def test_a_frame_behind_anything_is_spoilt_until_silence(lead):
    burst = fresh()
    assert put(burst, lead) is Progress.NOISE
    assert put(burst, ENHANCED) is Progress.SPOILT
    burst.fall_silent()
    assert put(burst, ENHANCED) is Progress.WHOLE


@pytest.mark.parametrize("size", [0, MIN_DATA - 1, MAX_DATA + 1, 0xFFFF])
def test_a_frame_of_no_possible_length_is_spoilt_at_once(size):
    assert put(fresh(), b"\2" + size.to_bytes(2, "little")) is Progress.SPOILT


@pytest.mark.parametrize("size", [MIN_DATA, MAX_DATA])
def test_the_shortest_and_the_longest_frame_fit(size):
    frame = framed(b"\1" * size)
    assert put(fresh(), frame) is Progress.WHOLE
    assert read(frame) is Verdict.NOT_A_BANK_CARD


def test_a_longest_bank_card_is_as_long_as_a_frame_may_be():
    one, two, three = (start + b"1" * (size - 1) for start, size in ((b"%", 79), (b";", 40), (b";", 107)))
    full = Swiped(one, two, three, hashes=3, serial=SERIAL, session=SESSION, masks=(b"%" * 79, b";" * 40), flags_8=4)
    longest = framed(full.data()[:126] + b"+" * 107 + full.data()[126:])
    assert len(longest) == MAX_FRAME
    assert put(fresh(), longest) is Progress.WHOLE
    assert read(longest) is Verdict.BAD_READ, "no number in its masks; but the lengths are right"


# ---- anything at all ----


@given(st.binary(max_size=2 * MAX_FRAME))
def test_random_bytes_are_no_card(data):
    assert read(data) is Verdict.BAD_READ
    assert isinstance(read_text(memoryview(data)), Verdict)


@given(st.binary(max_size=MAX_DATA - 1), st.sampled_from((0x00, 0x80, 0x83)))
def test_random_data_in_a_right_frame_is_no_card(data, card_type):
    assert isinstance(read(framed(bytes((card_type,)) + data)), Verdict)


@given(st.data(), st.sampled_from(KINDS))
def test_a_right_frame_with_bytes_changed_raises_nothing_and_lets_no_clear_part_out(data, kind):
    good = Swiped(kind=kind, hashes=2, three=bytes.fromhex(TRACK_3), session=SESSION).data()
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(0, 6))):
        changed[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    frame = framed(bytes(changed))
    taken = read(frame)
    if isinstance(taken, EncryptedSwipe):
        sent = frame[taken.ksn] + frame[taken.track1] + frame[taken.track2]
        assert b"MARQUISE" not in sent
        assert VISA[:4].encode() not in sent


@given(st.lists(st.one_of(st.binary(max_size=700), st.sampled_from((ORIGINAL, ENHANCED)), st.none()), max_size=8))
def test_whatever_comes_only_a_frame_alone_is_whole(pieces):
    """None stands for silence."""
    burst, since_silence = fresh(), b""
    for piece in pieces:
        if piece is None:
            burst.fall_silent()
            since_silence = b""
        elif piece:
            since_silence += piece
            if put(burst, piece) is Progress.WHOLE:
                assert burst.frame() == since_silence
                assert len(since_silence) == 6 + int.from_bytes(since_silence[1:3], "little")
