import re
from functools import reduce
from operator import xor
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.cards import CARDS, NON_BANK_CARDS, Card
from hw_sim.readers.fault import NOISE_LENGTHS, HangUp, noise
from hw_sim.readers.msr_plain import MsrPlain
from hw_sim.readers.stripe import frame, stripe

SWIPE = re.compile(
    rb"(%B(?P<number1>\d{12,19})\^[A-Z/]{2,26}\^\d{4}\d{3}\d*\?)(?P<lrc1>[\x20-\x5f])"
    rb"(;(?P<number2>\d{12,19})=(?P<rest>\d{4}\d{3}\d*)\?)(?P<lrc2>[\x30-\x3f])\r",
)
cards = st.sampled_from(sorted(CARDS.values(), key=lambda card: card.name))


def lrc_holds(track: bytes, lrc: bytes, zero: int) -> bool:
    return reduce(xor, (byte - zero for byte in track + lrc)) == 0


@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.name)
def test_a_swipe_is_two_tracks_with_their_checks(card: Card):
    swipe = SWIPE.fullmatch(frame(card))
    assert swipe is not None
    assert swipe["number1"].decode() == swipe["number2"].decode() == card.number
    assert swipe["rest"].decode().startswith(card.expiry_yymm + card.service_code)
    assert lrc_holds(swipe[1], swipe["lrc1"], 0x20)
    assert lrc_holds(swipe[4], swipe["lrc2"], 0x30)
    assert len(swipe[1]) + 1 <= 79  # ISO 7811-6: 79 characters on track 1, 40 on track 2
    assert len(swipe[4]) + 1 <= 40


def test_cards_that_are_not_for_payment_have_good_tracks_and_no_number_of_a_card():
    assert frame(NON_BANK_CARDS["badge"]) == b";00120457?" + bytes((0x30 + 1 ^ 2 ^ 4 ^ 5 ^ 7 ^ 0xB ^ 0xF,)) + b"\r"
    for card in NON_BANK_CARDS.values():
        swipe = frame(card)
        assert not re.search(rb"\d{12}", swipe)
        assert SWIPE.fullmatch(swipe) is None
        for track, zero in ((stripe(card).track_1, 0x20), (stripe(card).track_2, 0x30)):
            assert not track or lrc_holds(track[:-1], track[-1:], zero)


@given(card=cards, seed=st.integers(0, 2**32))
def test_a_garbled_swipe_has_the_shape_and_no_check_that_holds(card: Card, seed: int):
    """The number can be among what was left as it was."""
    good = frame(card)
    bad = MsrPlain().garble(good, Random(seed))
    assert len(bad) == len(good)
    end1 = good.index(b"?")
    end2 = good.index(b"?", end1 + 2)  # past the LRC, which may be a question mark itself
    assert [bad[place] for place in (0, end1, end1 + 2, end2, -1)] == list(b"%?;?\r")
    assert not lrc_holds(bad[: end1 + 1], bad[end1 + 1 : end1 + 2], 0x20)
    assert not lrc_holds(bad[end1 + 2 : end2 + 1], bad[end2 + 1 : end2 + 2], 0x30)


@given(data=st.binary(max_size=100), seed=st.integers(0, 2**32))
def test_anything_can_be_garbled(data: bytes, seed: int):
    assert len(MsrPlain().garble(data, Random(seed))) == len(data)


@given(seed=st.integers(0, 2**32))
def test_noise_starts_no_track(seed: int):
    burst = noise(MsrPlain.meaningful, Random(seed))
    assert len(burst) in NOISE_LENGTHS
    assert not set(burst) & set(b"%;+")


def test_a_hang_up_has_a_place():
    with pytest.raises(ValueError, match="0 or more"):
        HangUp(-1)
