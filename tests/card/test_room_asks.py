"""What a card room says of readers that are not there, of keys that nobody signed, and of an engine that goes."""

import fcntl
import os
import signal

import pytest

from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.wire.cardlink import Failed, Finish, ReaderIs, ReaderState, Sealed, Status
from tests.card.keys import LOWEST_EPOCH, ProcessorKeys
from tests.card.room_process import RoomProcess, room_command
from tests.card.tender import FRAME, arm, check_failed, ended, read_from
from tests.drivers.line import OFF

# ---- the reader is not there ----


def test_an_absent_reader(room, keys, line):
    line.hang_up()
    room.say(read_from(line, keys.sealing_key()))
    check_failed(room, ReadFailure.READER_ABSENT)


def test_a_reader_that_another_program_holds(room, keys, line):
    other = os.open(line.device, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(other, fcntl.LOCK_EX)
    room.say(read_from(line, keys.sealing_key()))
    check_failed(room, ReadFailure.READER_BUSY)
    os.close(other)


def test_an_unknown_driver(room, keys, line):
    room.say(read_from(line, keys.sealing_key(), driver="os"))
    assert room.hear() == Failed(ReadFailure.ROOM_FAULT)
    assert room.exit_code() == 4


@pytest.mark.parametrize("state", ReaderState)
def test_status(room, line, state):
    other = os.open(line.device, os.O_RDWR | os.O_NOCTTY)
    if state is ReaderState.BUSY:
        fcntl.flock(other, fcntl.LOCK_EX)
    if state is ReaderState.ABSENT:
        line.hang_up()
    room.say(Status("msr_plain", line.device))
    assert room.hear() == ReaderIs(state)
    assert room.exit_code() == 0
    os.close(other)
    if state is ReaderState.PRESENT:
        assert line.unheard() == b""


def bad_key(keys: ProcessorKeys, fault: str) -> SealingKey:
    good = keys.sealing_key()
    match fault:
        case "substituted":
            return ProcessorKeys().sealing_key()
        case "rolled back":
            return keys.sealing_key(epoch=LOWEST_EPOCH - 1)
        case "expired":
            return keys.sealing_key(not_after_s=1_700_000_000)
        case "no key":
            return keys.sealing_key(public=b"\xff" * 1216)
        case "other key under a true signature":
            public = ProcessorKeys().sealing_key().public_key
        case _:
            public = good.public_key
    signature = good.signature[:-1] + bytes((good.signature[-1] ^ 1,)) if fault == "signature" else good.signature
    not_after_s = good.not_after_s + 1 if fault == "later end" else good.not_after_s
    return SealingKey(good.key_id, good.epoch, not_after_s, public, signature)


@pytest.mark.parametrize(
    "fault",
    ["substituted", "rolled back", "expired", "no key", "other key under a true signature", "signature", "later end"],
)
def test_a_key_that_the_root_did_not_sign_for_now_is_refused_before_the_reader_is_touched(room, line, keys, fault):
    room.say(read_from(line, bad_key(keys, fault)))
    check_failed(room, ReadFailure.KEY_REFUSED)
    assert line.unheard() == b""


# ---- the engine ----


def test_finish_switches_the_lamp_off(room, line, keys):
    arm(room, line, keys)
    line.send(FRAME[:40])
    room.say(Finish())
    ended(room, line)


def test_the_engines_death_switches_the_lamp_off_and_frees_the_reader(room, line, keys, tmp_path):
    arm(room, line, keys)
    room.hang_up()
    ended(room, line)
    with RoomProcess(room_command(keys.write_trust(tmp_path))) as following:
        following.let_go()
        following.hear()
        following.say(Status("msr_plain", line.device))
        assert following.hear() == ReaderIs(ReaderState.PRESENT)


def test_an_idle_room_ends_with_the_engine(room):
    room.hang_up()
    assert room.exit_code() == 0


def test_an_idle_room_that_is_told_to_finish(room):
    room.say(Finish())
    assert room.exit_code() == 0


@pytest.mark.parametrize("packet", [b"\xff", b"\x02", b"\x03\x03", b"\x01\x09short", b"x" * 8192, b"x" * 20_000])
def test_what_is_no_request(room, packet):
    room.link.send(packet)
    assert room.hear() == Failed(ReadFailure.ROOM_FAULT)
    assert room.exit_code() == 4


def test_a_second_ask_while_a_card_is_awaited(room, line, keys):
    arm(room, line, keys)
    room.say(read_from(line, keys.sealing_key()))
    assert room.hear() == Failed(ReadFailure.ROOM_FAULT)
    assert room.exit_code() == 4
    assert line.hear(OFF) == OFF


def test_a_room_killed_in_mid_swipe_leaves_a_reader_that_works(room, line, keys, tmp_path):
    arm(room, line, keys)
    line.send(FRAME[:60])
    os.kill(room.pid, signal.SIGKILL)
    assert room.exit_code() == -signal.SIGKILL
    line.send(FRAME[60:])
    with RoomProcess(room_command(keys.write_trust(tmp_path))) as following:
        following.let_go()
        following.hear()
        arm(following, line, keys)
        line.send(FRAME)
        assert isinstance(following.hear(), Sealed)
