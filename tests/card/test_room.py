"""The card room as the engine meets it: a real process, a real pseudo-terminal, a real HPKE private key."""

import os
import signal

import pytest

from pos_bridge.domain.card import Brand, EntryMode, ReadFailure
from pos_bridge.wire.cardlink import Armed, Finish, Notice, Sealed, Show
from tests.card.keys import CENTS, KEY_ID, info, sealed_by_room
from tests.card.tender import FRAME, arm, check_failed, ended, read_from
from tests.drivers.line import GREEN, OFF, VISA
from tests.wire.swipes import PUBLISHED, TAIL, luhn_completed, swipe, track_1, track_2

BAD = FRAME[:-2] + b"0\r"


# ---- a card ----


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_card_goes_from_the_line_to_who_holds_the_private_key(room, line, keys, name):
    pan = PUBLISHED[name]
    arm(room, line, keys)
    line.send(swipe(pan))
    answer = room.hear()
    assert isinstance(answer, Sealed)
    facts = answer.card.facts
    assert (facts.brand, facts.last_four) == (Brand[name.upper()], int(pan[-4:]))
    assert facts.entry_mode is EntryMode.MAGSTRIPE
    assert sealed_by_room(answer.card).key_id == KEY_ID
    data = f"{pan}={TAIL[:-2]}".encode()
    clear = keys.open(sealed_by_room(answer.card).ciphertext, info())
    assert clear == bytes((2, 1, 2, 0, len(data))) + data + bytes(512 - 5 - len(data))
    ended(room, line)


def test_a_sealed_card_opens_for_no_other_leg_amount_currency_or_key(room, line, keys):
    arm(room, line, keys)
    line.send(FRAME)
    answer = room.hear()
    assert isinstance(answer, Sealed)
    for other in (info(leg_key=bytes(16)), info(cents=CENTS + 1), info(currency=840), info(key_id=b"key-0002"), b""):
        with pytest.raises(Exception, match=r"^$"):
            keys.open(sealed_by_room(answer.card).ciphertext, other)


@pytest.mark.parametrize(("frame", "track"), [(track_1(VISA) + b"\r", 1), (track_2(VISA) + b"\r", 2), (FRAME, 2)])
def test_each_way_to_swipe_whole_and_byte_by_byte(room, line, keys, frame, track):
    arm(room, line, keys)
    for byte in frame:
        line.send(bytes((byte,)))
    answer = room.hear()
    assert isinstance(answer, Sealed)
    clear = keys.open(sealed_by_room(answer.card).ciphertext, info())
    expected = (track_1 if track == 1 else track_2)(VISA)[1:-2]
    assert (clear[2], clear[5 : 5 + clear[4]]) == (track, expected)
    ended(room, line)


# ---- no card ----


def test_three_bad_reads(room, line, keys):
    arm(room, line, keys)
    for _ in range(2):
        line.send(BAD)
        assert room.hear() == Show(Notice.SWIPE_AGAIN)
        assert line.hear(OFF + GREEN) == OFF + GREEN
    line.send(BAD)
    check_failed(room, ReadFailure.UNREADABLE)
    assert line.hear(OFF + OFF) == OFF + OFF  # after the bad read, and at the end


def test_a_good_swipe_after_two_bad_ones(room, line, keys):
    arm(room, line, keys)
    for _ in range(2):
        line.send(BAD)
        assert room.hear() == Show(Notice.SWIPE_AGAIN)
        line.hear(OFF + GREEN)
    line.send(FRAME)
    assert isinstance(room.hear(), Sealed)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (swipe(VISA, "2912201999988887777"), ReadFailure.CHIP_REQUIRED),
        (track_2(luhn_completed("600649123456789")) + b"\r", ReadFailure.NOT_A_BANK_CARD),
    ],
)
def test_a_card_that_is_not_taken(room, line, keys, frame, reason):
    arm(room, line, keys)
    line.send(frame)
    check_failed(room, reason)
    ended(room, line)


def test_a_swipe_from_before_the_ask_pays_for_nobody(room, line, keys):
    line.send(FRAME)
    arm(room, line, keys, prompt_ms=1_000)
    check_failed(room, ReadFailure.NO_CARD)
    ended(room, line)


def test_a_swipe_begun_before_the_ask_pays_for_nobody(room, line, keys):
    line.send(FRAME[:70])
    os.kill(room.pid, signal.SIGSTOP)
    room.say(read_from(line, keys.sealing_key(), prompt_ms=1_000))
    line.send(FRAME[70:])
    line.wait_arrived(len(FRAME))
    os.kill(room.pid, signal.SIGCONT)
    assert room.hear() == Armed()
    check_failed(room, ReadFailure.NO_CARD)


def test_nobody_comes(room, line, keys):
    arm(room, line, keys, prompt_ms=200)
    check_failed(room, ReadFailure.NO_CARD)
    ended(room, line)


def test_a_frame_that_stops(room, line, keys):
    arm(room, line, keys)
    line.send(FRAME[:40])
    check_failed(room, ReadFailure.READER_STALLED)
    ended(room, line)


@pytest.mark.parametrize("size", [0, 1, 40, len(FRAME) - 1])
def test_a_hang_up(room, line, keys, size):
    arm(room, line, keys)
    line.send(FRAME[:size])
    line.hang_up()
    check_failed(room, ReadFailure.READER_ABSENT)


def test_noise_is_not_a_card_and_ends_nothing(room, line, keys):
    arm(room, line, keys, prompt_ms=1_500)
    line.send(b"\0\xffnoise" * 100)
    check_failed(room, ReadFailure.NO_CARD)  # at its own time, without a word before


def test_garbage_without_end_keeps_nobody_waiting(room, line, keys):
    arm(room, line, keys)
    os.set_blocking(line.master, False)
    with pytest.raises(BlockingIOError):
        line.send(bytes(range(256)) * 4096)
    room.say(Finish())
    assert room.exit_code() == 0
