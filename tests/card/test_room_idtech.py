"""The card room with an encrypting reader, as the engine meets it: a real process, a real pseudo-terminal."""

import os
import signal

import pytest

from pos_bridge.domain.card import Brand, ChainMode, EntryMode, ReadFailure, Scheme, SealedByReader, SealedCard, Variant
from pos_bridge.wire.cardlink import Armed, Failed, Finish, Notice, ReaderIs, ReaderState, Sealed, Show, Status
from tests.card.idtech_tender import arm, ask
from tests.card.room_process import RoomProcess, room_command
from tests.drivers.idtech_reader import AS_DELIVERED, AS_WANTED, CIPHER, HASHES, OFF, ON, READING, Settings, serve
from tests.drivers.line import VISA, Line
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
    Swiped,
    decrypted,
)
from tests.wire.swipes import PUBLISHED, luhn_completed, swipe, track_1, track_2

FRAME = Swiped(hashes=2).frame()


BAD = FRAME[:-3] + bytes((FRAME[-3] ^ 1,)) + FRAME[-2:]


def ended(room: RoomProcess, line: Line) -> None:
    """The room has gone, and has said nothing more to its reader."""
    assert room.exit_code() == 0
    assert line.unheard() == b""


def check_failed(room: RoomProcess, reason: ReadFailure) -> None:
    assert room.hear() == Failed(reason)
    assert room.exit_code() == 0


def heard_card(room: RoomProcess) -> SealedCard:
    answer = room.hear()
    assert isinstance(answer, Sealed)
    return answer.card


def by_reader(card: SealedCard) -> SealedByReader:
    assert isinstance(card.payment, SealedByReader)
    return card.payment


# ---- a card ----


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_frames_go_to_who_holds_the_readers_key(room, line, keys, kind):
    frame, key, mode, tracks = {
        "original": (ORIGINAL, ORIGINAL_KEY, ChainMode.CBC_CHAINED, CLEAR_1 + CLEAR_2),
        "enhanced": (ENHANCED, ENHANCED_KEY, ChainMode.CBC_PER_TRACK, CLEAR_2),
    }[kind]
    arm(room, line, keys)
    line.send(frame)
    card = heard_card(room)
    assert (card.facts.brand, card.facts.last_four) == (Brand.VISA, 9999)
    assert card.facts.entry_mode is EntryMode.MAGSTRIPE
    payment = by_reader(card)
    assert (payment.scheme, payment.variant, payment.mode) == (Scheme.TDES, Variant.DATA_ONE_WAY, mode)
    assert payment.ksn == frame[-13:-3]
    assert decrypted(key, payment.track1 + payment.track2) == tracks + bytes(5)
    ended(room, line)


@pytest.mark.parametrize("name", ["mastercard", "amex", "discover"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_swipe_byte_by_byte(room, line, keys, kind, name):
    pan = PUBLISHED[name]
    arm(room, line, keys)
    for byte in Swiped(track_1(pan), track_2(pan), kind=kind).frame():
        line.send(bytes((byte,)))
    card = heard_card(room)
    assert (card.facts.brand, card.facts.last_four) == (Brand[name.upper()], int(pan[-4:]))
    payment = by_reader(card)
    assert payment.ksn == KSN
    assert track_2(pan) in decrypted(KEY, payment.track1 + payment.track2)
    ended(room, line)


def test_a_reader_as_delivered_is_set_to_send_no_hash_and_never_written_again(room, line, keys, tmp_path):
    settings = Settings(AS_DELIVERED)
    arm(room, line, keys, settings)
    assert settings.written == [(HASHES, 0x30)]
    room.say(Finish())
    ended(room, line)
    with RoomProcess(room_command(keys.write_trust(tmp_path))) as following:
        following.let_go()
        following.hear()
        arm(following, line, keys, settings)
        line.send(FRAME)
        assert by_reader(heard_card(following)).ksn == KSN
    assert settings.written == [(HASHES, 0x30)]


def test_a_reader_that_does_not_read_is_told_to(room, line, keys):
    settings = Settings(AS_WANTED | {READING: OFF})
    arm(room, line, keys, settings)
    assert settings.written == [(READING, ON)]
    line.send(FRAME)
    assert by_reader(heard_card(room)).ksn == KSN


# ---- no card ----


def test_three_bad_reads(room, line, keys):
    arm(room, line, keys)
    for _ in range(2):
        line.send(BAD)
        assert room.hear() == Show(Notice.SWIPE_AGAIN)
    line.send(BAD)
    check_failed(room, ReadFailure.UNREADABLE)
    assert line.unheard() == b""


def test_a_good_swipe_after_two_bad_ones(room, line, keys):
    arm(room, line, keys)
    for _ in range(2):
        line.send(BAD)
        assert room.hear() == Show(Notice.SWIPE_AGAIN)
    line.send(FRAME)
    assert by_reader(heard_card(room)).ksn == KSN


GIFT = luhn_completed("600649123456789")


INTERAC = PUBLISHED["interac"]


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (Swiped(b"%BADGE 1?0", b";1?0", encrypts=False, card_type=3).frame(), ReadFailure.NOT_A_BANK_CARD),
        (Swiped(track_1(GIFT), track_2(GIFT)).frame(), ReadFailure.NOT_A_BANK_CARD),
        (Swiped(track_1(INTERAC), track_2(INTERAC)).frame(), ReadFailure.CHIP_REQUIRED),
        (Swiped(encrypts=False).frame(), ReadFailure.READER_IN_CLEAR),
        (Swiped(kind="original", encrypts=False).frame(), ReadFailure.READER_IN_CLEAR),
        (swipe(VISA), ReadFailure.READER_IN_CLEAR),
        (Swiped(flags_8=0x08).frame(), ReadFailure.ROOM_FAULT),
        (FRAME[:100], ReadFailure.READER_STALLED),
    ],
)
def test_a_card_that_is_not_taken(room, line, keys, frame, reason):
    arm(room, line, keys)
    line.send(frame)
    check_failed(room, reason)
    ended(room, line)


def test_a_reader_with_encryption_off_gets_no_card(room, line, keys):
    room.say(ask(line, keys))
    settings = Settings(AS_WANTED | {CIPHER: 0x30})
    for _ in range(2):
        command = line.hear_count(5)
        line.send(settings.answer(command))
    check_failed(room, ReadFailure.READER_IN_CLEAR)
    assert settings.written == []
    ended(room, line)


def test_a_swipe_between_two_asks_pays_for_nobody(room, line, keys, tmp_path):
    """The reader reads on when the room has gone."""
    arm(room, line, keys)
    line.send(FRAME)
    heard_card(room)
    ended(room, line)
    line.send(FRAME)
    line.wait_arrived(len(FRAME))
    with RoomProcess(room_command(keys.write_trust(tmp_path))) as following:
        following.let_go()
        following.hear()
        arm(following, line, keys, prompt_ms=2_000)
        check_failed(following, ReadFailure.NO_CARD)


def test_a_swipe_from_before_the_ask_pays_for_nobody(room, line, keys):
    line.send(FRAME[:150])
    os.kill(room.pid, signal.SIGSTOP)
    room.say(ask(line, keys, prompt_ms=2_000))
    line.send(FRAME[150:])
    line.wait_arrived(len(FRAME))
    os.kill(room.pid, signal.SIGCONT)
    serve(line)
    assert room.hear() == Armed()
    check_failed(room, ReadFailure.NO_CARD)


@pytest.mark.parametrize("size", [0, 1, 3, 40, 117, len(FRAME) - 1])
def test_unplugged_in_a_swipe(room, line, keys, size):
    arm(room, line, keys)
    line.send(FRAME[:size])
    line.hang_up()
    check_failed(room, ReadFailure.READER_ABSENT)


@pytest.mark.parametrize("size", [0, 1, 5])
def test_unplugged_while_it_is_set_up(room, line, keys, size):
    room.say(ask(line, keys))
    line.send(Settings().answer(line.hear_count(5))[:size])
    line.hang_up()
    check_failed(room, ReadFailure.READER_ABSENT)


def test_plugged_in_again(room, line, keys, tmp_path):
    """Another line stands for the same reader: the next room takes a card on it."""
    arm(room, line, keys)
    line.hang_up()
    check_failed(room, ReadFailure.READER_ABSENT)
    with Line() as again, RoomProcess(room_command(keys.write_trust(tmp_path))) as following:
        following.let_go()
        following.hear()
        arm(following, again, keys)
        again.send(FRAME)
        assert by_reader(heard_card(following)).ksn == KSN


@pytest.mark.parametrize("size", [0, 90])
def test_withdrawn_while_armed(room, line, keys, size):
    arm(room, line, keys)
    line.send(FRAME[:size])
    room.say(Finish())
    ended(room, line)


def test_withdrawn_while_it_is_set_up(room, line, keys):
    room.say(ask(line, keys))
    line.hear_count(5)
    room.say(Finish())
    ended(room, line)


def test_noise_is_not_a_card_and_garbage_keeps_nobody_waiting(room, line, keys):
    arm(room, line, keys)
    os.set_blocking(line.master, False)
    with pytest.raises(BlockingIOError):
        line.send(bytes(range(256)) * 4096)
    room.say(Finish())
    assert room.exit_code() == 0


def test_status(room, line):
    room.say(Status("idtech_msr", line.device))
    assert room.hear() == ReaderIs(ReaderState.PRESENT)
    assert room.exit_code() == 0
    assert line.unheard() == b""
