"""The card room as the engine meets it: a real process, a real pseudo-terminal, a real HPKE private key."""

import fcntl
import os
import signal

import pytest

from pos_bridge.domain.card import Brand, EntryMode, ReadFailure
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.wire.cardlink import (
    Armed,
    Failed,
    Finish,
    Notice,
    Read,
    ReaderIs,
    ReaderState,
    Ready,
    Sealed,
    Show,
    Status,
)
from pos_bridge.wire.locks import REQUIRED, Lock
from tests.card.keys import CAD, CENTS, KEY_ID, LEG_KEY, LOWEST_EPOCH, ProcessorKeys, info, sealed_by_room
from tests.card.room_process import RoomProcess, room_command, without
from tests.drivers.line import GREEN, OFF, VISA, Line
from tests.wire.swipes import PUBLISHED, TAIL, luhn_completed, swipe, track_1, track_2

FRAME = swipe(VISA)
BAD = FRAME[:-2] + b"0\r"


@pytest.fixture(scope="module")
def keys():
    return ProcessorKeys()


@pytest.fixture
def line():
    with Line() as line:
        yield line


@pytest.fixture
def room(keys, tmp_path):
    with RoomProcess(room_command(keys.write_trust(tmp_path))) as room:
        room.let_go()
        ready = room.hear()
        assert isinstance(ready, Ready)
        assert not REQUIRED & ~Lock(ready.locks)
        yield room


def read_from(line: Line, key: SealingKey, prompt_ms: int = 60_000, driver: str = "msr_plain") -> Read:
    return Read(driver, line.device, prompt_ms, LEG_KEY, CENTS, CAD, key)


def arm(room: RoomProcess, line: Line, keys: ProcessorKeys, prompt_ms: int = 60_000) -> None:
    room.say(read_from(line, keys.sealing_key(), prompt_ms))
    assert room.hear() == Armed()
    assert line.hear(GREEN) == GREEN


def ended(room: RoomProcess, line: Line) -> None:
    """The room has gone, and its lamp with it."""
    assert room.exit_code() == 0
    assert line.hear(OFF) == OFF


def check_failed(room: RoomProcess, reason: ReadFailure) -> None:
    assert room.hear() == Failed(reason)
    assert room.exit_code() == 0


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
    assert clear == bytes((1, 1, 2, len(data))) + data + bytes(256 - 4 - len(data))
    ended(room, line)


def test_a_sealed_card_opens_for_no_other_leg_amount_currency_or_key(room, line, keys):
    arm(room, line, keys)
    line.send(FRAME)
    answer = room.hear()
    assert isinstance(answer, Sealed)
    for other in (
        info(leg_key=bytes(16)),
        info(cents=CENTS + 1),
        info(currency=840),
        info(key_id=b"key-0002"),
        b"",
    ):
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
    assert (clear[2], clear[4 : 4 + clear[3]]) == (track, expected)
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


# ---- the sealing key ----


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


# ---- the start ----


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "root 00\nlowest-epoch 1\n",
        "root " + "0" * 64,
        "lowest-epoch 1",
        "root " + "0" * 64 + "\nlowest-epoch -1\n",
        "root " + "0" * 64 + "\nlowest-epoch 1\nlowest-epoch 2\n",
        "root " + "0" * 64 + "\nlowest-epoch 1\nother 2\n",
        "root " + "0" * 64 + " 0\nlowest-epoch 1\n",
        "root é\nlowest-epoch 1\n",
        "#" * 5000,
    ],
)
def test_no_room_without_a_trust_file(tmp_path, text):
    path = tmp_path / "trust.txt"
    if text is not None:
        path.write_text(text)
    with RoomProcess(room_command(path)) as room:
        assert room.hear() == Failed(ReadFailure.ROOM_FAULT)
        assert room.exit_code() == 2


@pytest.mark.parametrize("call", ["seccomp", "capset"])
def test_no_room_without_its_locks(tmp_path, keys, call):
    with RoomProcess(without([call], room_command(keys.write_trust(tmp_path)))) as room:
        assert room.hear() == Failed(ReadFailure.ROOM_FAULT)
        assert room.exit_code() == 4


def test_an_older_kernel_without_secret_memory_and_landlock(tmp_path, keys, line):
    command = without(["memfd_secret", "landlock_create_ruleset"], room_command(keys.write_trust(tmp_path)))
    with RoomProcess(command) as room:
        ready = room.hear()
        assert isinstance(ready, Ready)
        assert Lock(ready.locks) & (Lock.PAGE_SECRET | Lock.FILES_FENCED | REQUIRED) == REQUIRED
        arm(room, line, keys)
        line.send(FRAME)
        assert isinstance(room.hear(), Sealed)
        ended(room, line)
