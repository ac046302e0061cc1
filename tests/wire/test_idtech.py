"""The published frames whole, byte by byte and with anything around them; frames of our own from the manual's text."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.card import Brand, ChainMode
from pos_bridge.wire.burst import Burst, Progress
from pos_bridge.wire.idtech import EncryptedSwipe, IdtechFraming, Verdict, read_frame, read_text
from pos_bridge.wire.idtech_layout import MAX_DATA, MAX_FRAME, MIN_DATA
from tests.wire.idtech_frames import (
    CLEAR_1,
    CLEAR_2,
    ENHANCED,
    ENHANCED_KEY,
    KEY,
    KINDS,
    KSN,
    ORIGINAL,
    ORIGINAL_KEY,
    SERIAL,
    SESSION,
    TRACK_3,
    Swiped,
    decrypted,
    encrypted,
    framed,
    masked,
)
from tests.wire.swipes import NAME, PUBLISHED, TAIL, luhn_completed, swipe, track_1, track_2
from tests.wire.test_burst import put

VISA = PUBLISHED["visa"]
VECTORS = {"original": ORIGINAL, "enhanced": ENHANCED}
NOTHING = slice(0, 0)


def read(frame: bytes | bytearray) -> EncryptedSwipe | Verdict:
    return read_frame(memoryview(bytearray(frame)))


def card(frame: bytes) -> EncryptedSwipe:
    swiped = read(frame)
    assert isinstance(swiped, EncryptedSwipe)
    return swiped


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


# ---- what may be known of a card ----


@pytest.mark.parametrize("name", ["visa", "mastercard", "amex", "discover"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_published_card(kind, name):
    pan = PUBLISHED[name]
    for swiped in (
        Swiped(track_1(pan), track_2(pan), kind=kind),
        Swiped(track_1(pan), b"", kind=kind),
        Swiped(b"", track_2(pan), kind=kind),
    ):
        facts = card(swiped.frame()).facts
        assert (facts.brand, facts.last_four) == (Brand[name.upper()], int(pan[-4:]))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"three": bytes.fromhex(TRACK_3)},
        {"hashes": 2},
        {"hashes": 3, "three": bytes.fromhex(TRACK_3)},
        {"session": SESSION},
        {"session": SESSION, "hashes": 2},
        {"serial": SERIAL, "kind": "enhanced"},
        {"serial": SERIAL, "session": SESSION, "hashes": 3, "kind": "enhanced"},
    ],
)
@pytest.mark.parametrize("one", [track_1(VISA), track_1(VISA, name="A/B"), b""])
@pytest.mark.parametrize("two", [track_2(VISA), track_2(VISA, TAIL[:-3]), b""])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_on_opens_to_the_tracks(kind, one, two, changes):
    if not one and not two:
        return
    swiped = Swiped(one, two, **{"kind": kind, **changes})
    frame = swiped.frame()
    taken = card(frame)
    assert frame[taken.ksn] == KSN
    if swiped.kind == "original":
        chain = decrypted(KEY, frame[taken.track1] + frame[taken.track2])
        assert taken.mode is ChainMode.CBC_CHAINED
        assert chain.rstrip(b"\0") == one + two
        assert len(frame[taken.track1]) == min(-(-len(one) // 8) * 8, len(chain))
    else:
        assert taken.mode is ChainMode.CBC_PER_TRACK
        assert frame[taken.track1] == (encrypted(KEY, one) if one and not two else b"")
        assert frame[taken.track2] == (encrypted(KEY, two) if two else b"")


@pytest.mark.parametrize(
    ("masks", "last_four"),
    [
        ((masked(track_1(VISA))[:-1] + b"!", masked(track_2(VISA))[:-1] + b"0"), 5119),
        ((masked(track_1(VISA), mask="x"), masked(track_2(VISA), mask="x")), 5119),
        ((masked(track_1(VISA), shown=6), masked(track_2(VISA), shown=6)), 5119),
        ((b"%B" + masked(track_1(VISA))[2:], masked(track_2(VISA))), 5119),
        ((masked(track_1(VISA)), b""), 5119),
        ((b"", masked(track_2(VISA))), 5119),
    ],
)
def test_the_ways_to_mask_a_card(masks, last_four):
    assert card(Swiped(masks=masks).frame()).facts.last_four == last_four


# ---- what is not taken ----


@pytest.mark.parametrize("card_type", [1, 3, 4, 5, 0x10, 0x7F])
@pytest.mark.parametrize("kind", KINDS)
def test_other_cards_than_bank_cards(kind, card_type):
    badge = Swiped(b"%BADGE 12345?0", b";12345?0", kind=kind, encrypts=False, card_type=card_type)
    assert read(badge.frame()) is Verdict.NOT_A_BANK_CARD
    assert read(Swiped(kind=kind, card_type=card_type).frame()) is Verdict.NOT_A_BANK_CARD


def test_a_gift_card_that_the_reader_takes_for_a_bank_card():
    pan = luhn_completed("600649123456789")
    for kind in KINDS:
        assert read(Swiped(track_1(pan), track_2(pan), kind=kind).frame()) is Verdict.NOT_A_BANK_CARD


@pytest.mark.parametrize("kind", KINDS)
def test_cards_that_belong_in_a_chip_reader(kind):
    interac = PUBLISHED["interac"]
    assert read(Swiped(track_1(interac), track_2(interac), kind=kind).frame()) is Verdict.CHIP_REQUIRED
    for service, chip in (("101", False), ("201", True), ("601", True), ("520", False)):
        one, two = track_1(VISA, "2912" + service), track_2(VISA, "2912" + service)
        shows_1 = masked(one)[:-5] + service.encode() + masked(one)[-2:]
        shows_2 = masked(two)[:-5] + service.encode() + masked(two)[-2:]
        for masks in ((shows_1, masked(two)), (masked(one), shows_2), (shows_1, shows_2)):
            assert (read(Swiped(one, two, kind=kind, masks=masks).frame()) is Verdict.CHIP_REQUIRED) is chip
        assert isinstance(read(Swiped(one, two, kind=kind).frame()), EncryptedSwipe)


def test_a_card_without_expiry_shows_its_service_code_earlier():
    two = track_2(VISA, "=201")
    shown = masked(two)[:-6] + b"=201" + masked(two)[-2:]
    assert read(Swiped(b"", two, masks=(b"", shown)).frame()) is Verdict.CHIP_REQUIRED


def test_the_readers_own_word_for_a_chip():
    assert read(Swiped(flags_8=0x20).frame()) is Verdict.CHIP_REQUIRED


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "changes",
    [
        {"encrypts": False},
        {"masks": (masked(track_1(VISA)), track_2(VISA))},
        {"masks": (track_1(VISA), masked(track_2(VISA)))},
        {
            "masks": (masked(track_1(VISA), mask="0"), masked(track_2(VISA), mask="0"))
        },  # who could tell it from a number
        {"ciphers": "clear"},
    ],
)
def test_a_bank_card_in_clear(kind, changes):
    if changes.get("ciphers"):
        tracks = (track_1(VISA) + track_2(VISA),) if kind == "original" else (track_1(VISA), track_2(VISA))
        changes = {"ciphers": tuple(track + bytes(-len(track) % 8) for track in tracks)}
    assert read(Swiped(kind=kind, **changes).frame()) is Verdict.IN_CLEAR


def packed(digits: str) -> bytes:
    return bytes.fromhex(digits + "F" * (len(digits) % 2))


@pytest.mark.parametrize(
    "text",
    [
        b"".join(bytes((0, digit)) for digit in track_2(VISA)[:12]),
        track_2(VISA)[:20].decode().encode("utf-16-le"),
        b"4921 8178 4444 5119",
        b"49218178-44445119",
        base64.b64encode(track_2(VISA)[:20]),
        track_2(VISA).decode().encode("cp037"),  # EBCDIC
        bytes(int(digit) for digit in VISA),
        packed(VISA),
        packed(VISA + "4912101"),
        packed(VISA)[::-1],
        NAME.encode(),
    ],
)
def test_a_track_that_is_written_otherwise_where_ciphertext_should_be(text):
    """What no encryption makes: only characters of seven bits, digits of any table in a row, a filling of one byte."""
    good = Swiped()
    one, two = (encrypted(KEY, track) for track in (good.one, good.two))
    field = text[: len(two)] + bytes(len(two) - len(text))
    assert read(Swiped(ciphers=(one, field)).frame()) is Verdict.IN_CLEAR
    whole = encrypted(KEY, good.one + good.two)
    field = text[: len(whole)] + bytes(len(whole) - len(text))
    assert read(Swiped(kind="original", ciphers=(field,)).frame()) is Verdict.IN_CLEAR


@pytest.mark.parametrize("text", [b"4921817844", b"\xff492181784"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_number_where_the_keys_serial_number_should_be(kind, text):
    data = Swiped(kind=kind).data()
    assert read(framed(data[: -len(KSN)] + text)) is Verdict.IN_CLEAR


@given(st.binary(min_size=16, max_size=16), st.sampled_from(KINDS), st.sampled_from(["visa", "amex", "mastercard"]))
def test_what_was_encrypted_is_never_taken_for_clear(key, kind, name):
    one, two = track_1(PUBLISHED[name]), track_2(PUBLISHED[name])
    for tracks in ((one, two), (one, b""), (b"", two)):
        sealed = tuple(encrypted(key, track) for track in (tracks if kind == "enhanced" else (b"".join(tracks),)))
        assert isinstance(read(Swiped(*tracks, kind=kind, ciphers=sealed).frame()), EncryptedSwipe)


def test_an_original_frame_with_a_keys_number_and_no_ciphertext():
    assert read(framed(Swiped(kind="original", encrypts=False).data() + KSN)) is Verdict.IN_CLEAR


@pytest.mark.parametrize("flag", [0x80, 0x01, 0x02])
def test_an_enhanced_frame_that_says_it_is_not_encrypted(flag):
    data = bytearray(Swiped().data())
    data[6] &= ~flag
    assert read(framed(bytes(data))) is Verdict.IN_CLEAR


@pytest.mark.parametrize("flag", [0x08, 0x10, 0x40])
def test_keys_and_ciphers_without_a_name(flag):
    assert read(Swiped(flags_8=flag).frame()) is Verdict.FOREIGN_SETTING


@pytest.mark.parametrize("kind", KINDS)
def test_masks_that_show_too_little(kind):
    for shown, last in ((3, 4), (4, 3), (0, 0)):
        masks = masked(track_1(VISA), shown, last), masked(track_2(VISA), shown, last)
        assert read(Swiped(kind=kind, masks=masks).frame()) is Verdict.FOREIGN_SETTING
    assert read(Swiped(masks=(b"", b"")).frame()) is Verdict.FOREIGN_SETTING


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "changes",
    [
        {"one": b"", "two": b""},
        {"one": b"", "two": b"", "status": 0x3C},  # sampled, not decoded
        {"status": 0x38},
        {"status": 0x07},
        {"status": 0x3D},  # it has a track 2 and says it was not decoded
        {"one": b"", "two": b"", "three": bytes.fromhex(TRACK_3)},
        {"masks": (masked(track_1(VISA)), masked(track_2(PUBLISHED["mastercard"])))},  # two cards
        {"masks": (b";" + masked(track_1(VISA))[1:], masked(track_2(VISA)))},
        {"masks": (masked(track_1(VISA)), b"%" + masked(track_2(VISA))[1:])},
        {"masks": (masked(track_1(VISA))[:-2] + b"**", masked(track_2(VISA)))},  # cut short
        {"masks": (masked(track_1(VISA)), masked(track_2(VISA))[:-2] + b"**")},
        {"masks": (b"%" + b"*" * 57, masked(track_2(VISA)))},
        {"masks": (masked(track_1(VISA)), b";" + b"*" * 36)},
    ],
)
def test_bad_reads(kind, changes):
    swiped = Swiped(kind=kind, **changes)
    if changes.get("masks"):
        assert [len(mask) for mask in swiped.masks or ()] == [len(swiped.one), len(swiped.two)], "a slip in this test"
    assert read(swiped.frame()) is Verdict.BAD_READ


@pytest.mark.parametrize("kind", KINDS)
def test_lengths_that_do_not_fill_the_frame(kind):
    data = Swiped(kind=kind).data()
    for size in range(7, len(data)):
        assert not isinstance(read(framed(data[:size])), EncryptedSwipe)
    for more in (1, 7, 9, 10, 19):
        assert read(framed(data + bytes(more))) is Verdict.BAD_READ
    for place in (2, 3, 4):
        for length in range(256):
            changed = bytearray(data)
            changed[place] = length
            if length != data[place]:
                assert not isinstance(read(framed(bytes(changed))), EncryptedSwipe)


@pytest.mark.parametrize("hashes", range(4))
@pytest.mark.parametrize("session", [SESSION, b""])
def test_no_length_of_track_3_gives_a_part_of_it_for_ciphertext(session, hashes):
    """The original format has no flags: a track 3 cut by 8, 20 or 28 would fit with another session id or hash.

    One bit less in that length, and the same bit more in another byte, and both checksums still hold.
    """
    data = bytearray(Swiped(kind="original", three=bytes.fromhex(TRACK_3), session=session, hashes=hashes).data())
    assert isinstance(read(framed(bytes(data))), EncryptedSwipe)
    true = data[4]
    for length in set(range(256)) - {true}:
        data[4] = length
        assert not isinstance(read(framed(bytes(data))), EncryptedSwipe), length


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (swipe(VISA), Verdict.IN_CLEAR),
        (track_1(VISA), Verdict.IN_CLEAR),
        (track_2(VISA), Verdict.IN_CLEAR),
        (track_2(VISA)[:10], Verdict.IN_CLEAR),
        (track_2(luhn_completed("600649123456789")), Verdict.NOT_A_BANK_CARD),
        (b";600649123?", Verdict.NOT_A_BANK_CARD),
        (b";49218178?", Verdict.BAD_READ),
        (b"%BADGE 123456789?", Verdict.BAD_READ),
        (b"%C4921817844445119?", Verdict.BAD_READ),
        (b"%E?;E?", Verdict.BAD_READ),
        (b"%", Verdict.BAD_READ),
        (b";", Verdict.BAD_READ),
        (b"", Verdict.BAD_READ),
        (b"\2", Verdict.BAD_READ),
    ],
)
def test_text_in_a_frames_place(text, verdict):
    assert read_text(memoryview(text)) is verdict


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
