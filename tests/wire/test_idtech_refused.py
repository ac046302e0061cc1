"""What an ID TECH reader sends and is not taken: other cards, chips, anything in clear, and frames that do not fit."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.card import EntryMode
from pos_bridge.wire.idtech import EncryptedSwipe, Verdict, read_frame, read_text
from tests.wire.idtech_frames import KEY, KINDS, KSN, SESSION, TRACK_3, Swiped, encrypted, framed, masked
from tests.wire.idtech_reading import VISA, read
from tests.wire.swipes import NAME, PUBLISHED, luhn_completed, swipe, track_1, track_2

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
def test_a_fallback_is_flagged_and_never_interac(kind):
    for service, flagged in (("201", True), ("101", False), ("***", True)):
        one, two = track_1(VISA, "2912" + service), track_2(VISA, "2912" + service)
        shown = [masked(track)[:-5] + service.encode() + masked(track)[-2:] for track in (one, two)]
        taken = read_frame(memoryview(Swiped(one, two, kind=kind, masks=(shown[0], shown[1])).frame()), fallback=True)
        assert isinstance(taken, EncryptedSwipe)
        assert taken.facts.entry_mode is (EntryMode.MAGSTRIPE_FALLBACK if flagged else EntryMode.MAGSTRIPE)
    interac = PUBLISHED["interac"]
    frame = Swiped(track_1(interac), track_2(interac), kind=kind).frame()
    assert read_frame(memoryview(frame), fallback=True) is Verdict.CHIP_REQUIRED


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
