import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.card import Brand, EntryMode
from pos_bridge.wire.tracks import MAX_FRAME, Swipe, Verdict, read_swipe
from tests.wire.swipes import PUBLISHED, TAIL, luhn_completed, sealed_off, swipe, track_1, track_2

VISA = PUBLISHED["visa"]
FRAMES = {
    "both": track_1(VISA) + track_2(VISA) + b"\r",
    "one": track_1(VISA) + b"\r",
    "two": track_2(VISA) + b"\r",
}


def read(frame: bytes | bytearray) -> Swipe | Verdict:
    return read_swipe(memoryview(bytearray(frame)))


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_may_be_known_of_each_published_card(name):
    pan = PUBLISHED[name]
    for frame in (swipe(pan), track_1(pan) + b"\r", track_2(pan) + b"\r"):
        card = read(frame)
        assert isinstance(card, Swipe)
        assert card.facts.brand is Brand[name.upper()]
        assert card.facts.last_four == int(pan[-4:])


def test_track_2_is_taken_where_it_is_there():
    card = read(FRAMES["both"])
    assert isinstance(card, Swipe)
    assert (card.track, FRAMES["both"][card.start : card.stop]) == (2, f"{VISA}={TAIL[:-2]}".encode())


def test_track_1_alone_begins_with_its_format_code():
    card = read(FRAMES["one"])
    assert isinstance(card, Swipe)
    assert card.track == 1
    assert FRAMES["one"][card.start : card.stop] == track_1(VISA)[1:-2]


@pytest.mark.parametrize("kind", FRAMES)
def test_no_single_bit_flip_gives_a_card(kind):
    frame = bytearray(FRAMES[kind])
    for place in range(len(frame)):
        for bit in range(8):
            frame[place] ^= 1 << bit
            assert not isinstance(read(frame), Swipe), (place, bit)
            frame[place] ^= 1 << bit


@pytest.mark.parametrize("kind", FRAMES)
def test_no_missing_added_or_doubled_byte_gives_a_card(kind):
    frame = FRAMES[kind]
    for place in range(len(frame)):
        assert read(frame[:place]) is Verdict.BAD_READ
        if frame[place : place + 1] in (b"0", b" "):
            continue  # worth nothing in one of the tracks' LRC: ISO/IEC 7811-2 cannot tell
        assert not isinstance(read(frame[:place] + frame[place + 1 :]), Swipe)
        assert not isinstance(read(frame[:place] + frame[place : place + 1] + frame[place:]), Swipe)
    assert read(frame + b"\r") is Verdict.BAD_READ
    assert read(b" " + frame) is Verdict.BAD_READ


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\r",
        b"%?\r",
        b";\r",
        track_2(VISA) + track_1(VISA) + b"\r",  # the wrong order
        track_1(VISA) + track_1(VISA) + b"\r",
        track_2(VISA) + track_2(VISA) + b"\r",
        track_1(VISA) + track_2(PUBLISHED["mastercard"]) + b"\r",  # two cards
        track_1(VISA) + track_2(luhn_completed(VISA)) + b"\r",
        track_2(VISA[:-1] + "8") + b"\r",  # Luhn
        track_2(luhn_completed("4921817844")) + b"\r",  # 11 digits
        track_2(luhn_completed("4921817844445119123")) + b"\r",  # 20 digits
        track_2(VISA, "2900101") + b"\r",  # month 00
        track_2(VISA, "2913101") + b"\r",  # month 13
        track_2(VISA, "291210") + b"\r",  # no service code
        track_2(VISA, "29=2101") + b"\r",
        track_1(VISA, name="A" * 27) + b"\r",
        sealed_off(f"%B{VISA}^{'N' * 26}^{TAIL}{'0' * 20}?") + b"\r",  # longer than ISO/IEC 7811-2 allows
        sealed_off(f";{VISA}={TAIL}00?") + b"\r",
        sealed_off(f"%B4921 8178 4444 5119^X/Y^{TAIL}?") + b"\r",
        sealed_off(f";{VISA}={TAIL[:7]};9?") + b"\r",
    ],
)
def test_bad_reads(frame):
    assert read(frame) is Verdict.BAD_READ


@pytest.mark.parametrize(
    "frame",
    [
        sealed_off(";6006491234567890?") + b"\r",  # one long number
        sealed_off("%CARD HOLDER 12345?") + b"\r",
        sealed_off("%BADGE 12345?") + b"\r",
        sealed_off("%?") + b"\r",
        sealed_off("%A12345^X^2912101?") + track_2(VISA) + b"\r",
        track_2(luhn_completed("600649123456789")) + b"\r",  # a gift card's range
        track_2(luhn_completed("999999123456789")) + b"\r",
    ],
)
def test_cards_that_are_no_bank_cards(frame):
    assert read(frame) is Verdict.NOT_A_BANK_CARD


@pytest.mark.parametrize(("service", "chip"), [("101", False), ("201", True), ("601", True), ("520", False)])
def test_a_fallback_is_flagged_where_the_stripe_asks_for_the_chip(service, chip):
    for frame in (track_1(VISA, "2912" + service), track_2(VISA, "2912" + service)):
        card = read_swipe(memoryview(frame + b"\r"), fallback=True)
        assert isinstance(card, Swipe)
        assert card.facts.entry_mode is (EntryMode.MAGSTRIPE_FALLBACK if chip else EntryMode.MAGSTRIPE)


def test_there_is_no_fallback_for_interac():
    frame = track_2(PUBLISHED["interac"], "2912220") + b"\r"
    assert read_swipe(memoryview(frame), fallback=True) is Verdict.CHIP_REQUIRED


@pytest.mark.parametrize(("service", "chip"), [("101", False), ("201", True), ("601", True), ("520", False)])
def test_the_service_code_says_chip(service, chip):
    for frame in (track_1(VISA, "2912" + service), track_2(VISA, "2912" + service)):
        assert (read(frame + b"\r") is Verdict.CHIP_REQUIRED) is chip


@pytest.mark.parametrize(
    ("digits", "brand"),
    [
        ("222100000000000", Brand.MASTERCARD),
        ("272099000000000", Brand.MASTERCARD),
        ("510000000000000", Brand.MASTERCARD),
        ("559999000000000", Brand.MASTERCARD),
        ("34000000000000", Brand.AMEX),
        ("644000000000000", Brand.DISCOVER),
        ("649999000000001", Brand.DISCOVER),
        ("650000000000000", Brand.DISCOVER),
        ("451900000000000", Brand.INTERAC),
        ("411111111111111", Brand.VISA),
        ("352800000000000", Brand.OTHER),
        ("620000000000001", Brand.OTHER),
        ("3600000000000", Brand.OTHER),
        ("222099000000000", None),
        ("272100000000000", None),
        ("643999000000000", None),
        ("601200000000000", None),
        ("910000000000000", None),
        ("000000000000000", None),
    ],
)
def test_the_edges_of_the_ranges(digits, brand):
    card = read(track_2(luhn_completed(digits)) + b"\r")
    assert (card.facts.brand if isinstance(card, Swipe) else None) is brand


@given(st.binary(max_size=MAX_FRAME + 8))
def test_no_bytes_raise_or_give_a_card(frame):
    assert not isinstance(read(frame), Swipe)


@given(st.text(alphabet="%;?^=B0123456789A ", max_size=76))
def test_no_track_1_with_a_right_lrc_raises(inner):
    answer = read(sealed_off(f"%{inner}?") + b"\r")
    assert isinstance(answer, Verdict | Swipe)


@given(st.text(alphabet=";?=0123456789", max_size=38))
def test_no_track_2_with_a_right_lrc_raises(inner):
    answer = read(sealed_off(f";{inner}?") + b"\r")
    assert isinstance(answer, Verdict | Swipe)


@given(st.binary(min_size=1, max_size=4), st.integers(0, len(FRAMES["both"]) - 5))
def test_overwritten_bytes_never_give_another_card(damage, place):
    frame = bytearray(FRAMES["both"])
    frame[place : place + len(damage)] = damage
    card = read(frame)
    if isinstance(card, Swipe):
        assert card.facts.last_four == 5119
        assert frame[card.start : card.start + 16] == VISA.encode()
