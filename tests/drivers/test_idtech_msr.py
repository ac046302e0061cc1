"""The driver of encrypting readers on a real pseudo-terminal: cards, no cards, and the end."""

import math

import pytest

from drivers.reader import BadRead, CardSealed, SealingPlace
from drivers.registry import DRIVERS
from drivers.serial.idtech_msr import IdtechMsr
from drivers.serial.intake import QUIET_S, STALL_S
from pos_bridge.domain.card import Brand, ChainMode, EntryMode, ReadFailure, Scheme, Variant
from tests.drivers.idtech_desk import FRAME, EncryptingDesk
from tests.drivers.idtech_reader import Settings
from tests.drivers.line import VISA
from tests.drivers.test_msr_plain import reason_of
from tests.wire.idtech_frames import CLEAR_1, CLEAR_2, ENHANCED, ENHANCED_KEY, KINDS, ORIGINAL, ORIGINAL_KEY, Swiped
from tests.wire.idtech_frames import decrypted as opened
from tests.wire.swipes import luhn_completed, swipe, track_1, track_2

BAD = FRAME[:-3] + bytes((FRAME[-3] ^ 1,)) + FRAME[-2:]


def test_the_registry_names_it_and_where_it_seals():
    assert DRIVERS["idtech_msr"].sealed_in is SealingPlace.READER


# ---- a card ----


@pytest.mark.parametrize(
    ("frame", "key", "mode", "tracks"),
    [
        (ORIGINAL, ORIGINAL_KEY, ChainMode.CBC_CHAINED, CLEAR_1 + CLEAR_2),
        (ENHANCED, ENHANCED_KEY, ChainMode.CBC_PER_TRACK, CLEAR_2),
    ],
)
def test_the_published_frames(desk, frame, key, mode, tracks):
    desk.arm()
    assert desk.reader.due() == math.inf
    event = desk.take(frame)
    assert isinstance(event, CardSealed)
    assert (event.facts.brand, event.facts.last_four) == (Brand.VISA, 9999)
    assert event.facts.entry_mode is EntryMode.MAGSTRIPE
    payment = event.payment
    assert (payment.scheme, payment.variant, payment.mode) == (Scheme.TDES, Variant.DATA_ONE_WAY, mode)
    assert payment.ksn == frame[-13:-3]
    assert opened(key, payment.track1 + payment.track2) == tracks + bytes(5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_swipe_byte_by_byte_with_pauses(desk, kind):
    desk.arm()
    frame = Swiped(kind=kind).frame()
    for byte in frame[:-1]:
        assert desk.take(bytes((byte,)), after=STALL_S * 0.9) is None
    assert isinstance(desk.take(frame[-1:]), CardSealed)


# ---- no card ----


@pytest.mark.parametrize("bad", [BAD, FRAME[:-1] + b"\0", b"\2\xff\xff", FRAME + b"\0", FRAME + FRAME, b"%E?"])
def test_a_bad_read_and_then_a_good_one(desk, line, bad):
    desk.arm()
    assert desk.take(bad) is None
    assert desk.after(STALL_S) == BadRead()
    assert not any(desk.memory)
    desk.reader.again()
    assert line.unheard() == b""
    assert isinstance(desk.take(FRAME), CardSealed)


def test_noise_between_swipes_does_not_count(desk):
    desk.arm()
    for noise in (b"\0", b"\6", b"\xff" * 40, b"?" * 2000):
        assert desk.take(noise) is None
        assert desk.after(QUIET_S) is None
    assert isinstance(desk.take(FRAME), CardSealed)


def test_noise_with_a_frame_in_it_is_a_bad_read(desk):
    desk.arm()
    assert desk.take(b"\0" + FRAME) is None
    assert desk.after(QUIET_S) == BadRead()


def test_garbage_without_end_stays_in_its_memory_and_makes_no_event(desk):
    desk.arm()
    for _ in range(100):
        assert desk.take(bytes(range(256)) * 4, after=QUIET_S / 2) is None
        assert not any(desk.memory)
    assert desk.after(QUIET_S) == BadRead()


@pytest.mark.parametrize("size", range(1, len(FRAME), 7))
def test_a_frame_that_stops_is_a_stalled_reader_wherever_it_stops(desk, size):
    desk.arm()
    assert desk.take(FRAME[:size]) is None
    assert desk.after(STALL_S * 0.99) is None
    assert reason_of(lambda: desk.after(STALL_S * 0.02)) is ReadFailure.READER_STALLED


@pytest.mark.parametrize("size", range(0, len(FRAME), 7))
def test_a_hang_up_at_any_byte_is_an_absent_reader(desk, line, size):
    desk.arm()
    assert (desk.take(FRAME[:size]) if size else None) is None
    line.hang_up()
    assert reason_of(lambda: desk.reader.turn(desk.now, readable=True)) is ReadFailure.READER_ABSENT


@pytest.mark.parametrize("size", range(8))
def test_a_hang_up_while_it_is_set_up_is_an_absent_reader(desk, line, size):
    answer = Settings().answer(desk.ask())[:size]
    assert (desk.take(answer) if answer else None) is None
    line.hang_up()
    assert reason_of(lambda: desk.reader.turn(desk.now, readable=True)) is ReadFailure.READER_ABSENT


GIFT = luhn_completed("600649123456789")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (Swiped(flags_8=0x20).frame(), ReadFailure.CHIP_REQUIRED),
        (Swiped(track_1(GIFT), track_2(GIFT)).frame(), ReadFailure.NOT_A_BANK_CARD),
        (Swiped(b"%BADGE 1?0", b";1?0", encrypts=False, card_type=3).frame(), ReadFailure.NOT_A_BANK_CARD),
        (Swiped(encrypts=False).frame(), ReadFailure.READER_IN_CLEAR),
        (Swiped(flags_8=0x10).frame(), ReadFailure.ROOM_FAULT),
    ],
)
def test_cards_that_are_not_taken(desk, frame, reason):
    desk.arm()
    assert reason_of(lambda: desk.take(frame)) is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (swipe(VISA), ReadFailure.READER_IN_CLEAR),
        (track_2(VISA), ReadFailure.READER_IN_CLEAR),
        (track_2(GIFT) + b"\r", ReadFailure.NOT_A_BANK_CARD),
    ],
)
def test_a_track_in_clear_in_a_frames_place(desk, text, reason):
    desk.arm()
    assert desk.take(text) is None
    assert reason_of(lambda: desk.after(STALL_S)) is reason


# ---- the end ----


def test_stop_says_nothing_and_frees_the_device(line):
    desk = EncryptingDesk(line)
    desk.arm()
    desk.take(FRAME[:90])
    assert any(desk.memory)
    desk.reader.stop()
    assert not any(desk.memory)
    assert line.unheard() == b""
    IdtechMsr().probe(line.device)


def test_the_next_customer_meets_none_of_it(line):
    first = EncryptingDesk(line)
    first.arm()
    assert first.take(FRAME[:90]) is None
    first.reader.stop()
    line.send(FRAME[90:] + FRAME)
    line.wait_arrived(2 * len(FRAME) - 90)
    second = EncryptingDesk(line)
    assert second.after(QUIET_S / 2) is None
    second.arm()
    assert second.after(STALL_S) is None
    second.reader.stop()


def test_stop_after_a_hang_up_is_silent(line):
    desk = EncryptingDesk(line)
    desk.arm()
    line.hang_up()
    desk.reader.stop()
