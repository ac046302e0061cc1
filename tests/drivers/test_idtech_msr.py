"""The driver on a real pseudo-terminal, with the clock in the test's hand."""

import math
import os
import select

import pytest

from drivers.reader import Armed, BadRead, CardSealed, Event, SealingPlace
from drivers.registry import DRIVERS
from drivers.serial.idtech_arming import REVIEW_S, WRITE_S
from drivers.serial.idtech_msr import IdtechMsr
from drivers.serial.intake import ARM_LIMIT_S, QUIET_S, STALL_S
from pos_bridge.domain.card import Brand, ChainMode, EntryMode, ReadFailure, Scheme, Variant
from pos_bridge.wire.idtech_setup import IS_READING, READ, review, write
from tests.drivers.idtech_reader import (
    AS_DELIVERED,
    AS_WANTED,
    HASHES,
    LEVEL,
    NAK,
    OFF,
    ON,
    READING,
    Settings,
    next_command,
)
from tests.drivers.line import VISA, Line
from tests.drivers.test_msr_plain import reason_of, waiting
from tests.wire.idtech_frames import CLEAR_1, CLEAR_2, ENHANCED, ENHANCED_KEY, KINDS, ORIGINAL, ORIGINAL_KEY, Swiped
from tests.wire.idtech_frames import decrypted as opened
from tests.wire.swipes import luhn_completed, swipe, track_1, track_2

FRAME = Swiped(hashes=2).frame()
BAD = FRAME[:-3] + bytes((FRAME[-3] ^ 1,)) + FRAME[-2:]


class Desk:
    """A reader that was opened at time 0 on a line."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.memory = bytearray(IdtechMsr.memory_needed)
        self.reader = IdtechMsr().open(line.device, memoryview(self.memory), 0.0)
        self.now = 0.0

    def ask(self) -> bytes:
        """Let the line be quiet, and hear the first question."""
        assert self.after(QUIET_S) is None
        return next_command(self.line)

    def arm(self, settings: Settings | None = None) -> Settings:
        settings = settings or Settings()
        command = self.ask()
        while self.take(settings.answer(command)) != Armed():
            assert not settings.says_reading(command)
            command = next_command(self.line)
        assert settings.says_reading(command)
        return settings

    def take(self, data: bytes, *, after: float = 0.0) -> Event | None:
        """Send, and turn the reader until it has taken everything in; the last event."""
        self.line.send(data)
        self.now += after
        event = None
        while waiting(self.reader.fileno()) < len(data):
            os.sched_yield()
        while select.select([self.reader], [], [], 0)[0] and event is None:
            event = self.reader.turn(self.now, readable=True)
        return event

    def after(self, seconds: float) -> Event | None:
        self.now += seconds
        return self.reader.turn(self.now, readable=False)


@pytest.fixture
def line():
    with Line() as line:
        yield line


@pytest.fixture
def desk(line):
    desk = Desk(line)
    yield desk
    desk.reader.stop()
    assert not any(desk.memory)


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


# ---- arming ----


@pytest.mark.parametrize(
    ("values", "written"),
    [
        (AS_WANTED, []),
        (AS_DELIVERED, [(HASHES, 0x30)]),
        (AS_WANTED | {READING: OFF}, [(READING, ON)]),
        (AS_DELIVERED | {READING: OFF}, [(HASHES, 0x30), (READING, ON)]),
    ],
)
def test_only_what_is_wrong_is_written(desk, values, written):
    settings = desk.arm(Settings(values))
    assert settings.written == written
    assert isinstance(desk.take(FRAME), CardSealed)


def test_a_reader_is_written_once_and_not_for_each_customer(line):
    settings = Settings(AS_DELIVERED | {READING: OFF})
    for _ in range(3):
        desk = Desk(line)
        desk.arm(settings)
        assert isinstance(desk.take(FRAME), CardSealed)
        desk.reader.stop()
    assert settings.written == [(HASHES, 0x30), (READING, ON)]
    assert line.unheard() == b""


def test_nothing_is_said_until_the_line_is_quiet(desk, line):
    for _ in range(10):
        assert desk.take(FRAME, after=QUIET_S * 0.9) is None
        assert not any(desk.memory)
    assert line.unheard() == b""
    desk.arm()
    assert isinstance(desk.take(FRAME), CardSealed)


@pytest.mark.parametrize(("reading", "last"), [(ON, [IS_READING]), (OFF, [IS_READING, READ])])
def test_a_frame_that_comes_while_the_reader_is_set_up_is_dropped(desk, line, reading, last):
    command = desk.ask()
    settings = Settings(AS_WANTED | {READING: reading})
    asked = [command]
    while True:
        assert desk.take(FRAME) is None
        assert not any(desk.memory)
        assert line.unheard() == b"", "silence first"
        assert desk.after(QUIET_S) is None
        assert next_command(line) == command, "then the same once more"
        event = desk.take(settings.answer(command))
        if event == Armed():
            break
        command = next_command(line)
        asked.append(command)
    assert asked[len(AS_WANTED) - 1 :] == last


@pytest.mark.parametrize(("reading", "last"), [(ON, IS_READING), (OFF, READ)])
def test_a_frame_right_behind_the_acknowledgement_that_it_reads_is_dropped(desk, line, reading, last):
    settings, command = Settings(AS_WANTED | {READING: reading}), desk.ask()
    while command != last:
        desk.take(settings.answer(command))
        command = next_command(line)
    assert desk.take(settings.answer(last) + FRAME) is None
    assert not any(desk.memory)
    assert desk.after(QUIET_S) == Armed()
    assert line.unheard() == b""
    assert isinstance(desk.take(FRAME), CardSealed)


def test_a_reader_that_answers_nothing_is_stalled(desk, line):
    command = desk.ask()
    assert command == review(LEVEL)
    while desk.now + WRITE_S < ARM_LIMIT_S:
        assert desk.after(WRITE_S if command == READ else REVIEW_S) is None
        command = next_command(line)
    assert command == READ
    assert reason_of(lambda: desk.after(WRITE_S)) is ReadFailure.READER_STALLED


def test_a_reader_that_ignores_every_question_and_reads_when_it_is_told_to_is_armed(desk, line):
    """As one of an older make, which says nothing of commands that it does not know."""
    command = desk.ask()
    while command != READ:
        assert desk.after(REVIEW_S) is None
        command = next_command(line)
    assert desk.take(Settings().answer(READ)) == Armed()
    assert isinstance(desk.take(FRAME), CardSealed)


def test_a_line_that_is_never_quiet_is_given_up(desk):
    steps = int(ARM_LIMIT_S / (QUIET_S / 2)) - 1
    for _ in range(steps):
        assert desk.take(b"x", after=QUIET_S / 2) is None
    assert reason_of(lambda: desk.take(b"x", after=QUIET_S)) is ReadFailure.READER_STALLED


@pytest.mark.parametrize("question", [review(HASHES), write(HASHES, 0x30), IS_READING])
def test_a_question_without_an_answer_is_passed_over_and_leave_to_read_is_asked_again(desk, line, question):
    settings, command = Settings(AS_DELIVERED | {READING: OFF}), desk.ask()
    while command != READ:
        if command == question:
            patience = WRITE_S if command == write(HASHES, 0x30) else REVIEW_S
            assert desk.after(patience * 0.99) is None
            assert line.unheard() == b""
            assert desk.after(patience * 0.02) is None
        else:
            assert desk.take(settings.answer(command)) is None
        command = next_command(line)
    assert desk.after(WRITE_S) is None
    assert next_command(line) == READ
    assert desk.take(settings.answer(READ)) == Armed()


def test_leave_to_read_that_is_refused_is_asked_again_until_the_time_is_over(desk, line):
    settings, command = Settings(unknown=[READING]), desk.ask()
    while command != READ:
        assert desk.take(settings.answer(command)) is None
        command = next_command(line)
    while desk.now + QUIET_S < ARM_LIMIT_S:
        assert desk.take(NAK) is None
        assert desk.after(QUIET_S) is None
        assert next_command(line) == READ
    assert reason_of(lambda: desk.after(QUIET_S)) is ReadFailure.READER_STALLED


@pytest.mark.parametrize(("value", "reason"), [(0x31, ReadFailure.READER_IN_CLEAR), (0x39, ReadFailure.ROOM_FAULT)])
def test_a_reader_without_encryption_is_refused_before_any_card(desk, line, value, reason):
    settings = Settings(AS_WANTED | {LEVEL: value})
    command = desk.ask()
    assert reason_of(lambda: desk.take(settings.answer(command))) is reason
    assert line.unheard() == b""


def test_settings_a_reader_does_not_know_hinder_no_sale(desk):
    settings = desk.arm(Settings(unknown=set(AS_WANTED) - {READING}))
    assert settings.written == []
    assert isinstance(desk.take(FRAME), CardSealed)


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
    desk = Desk(line)
    desk.arm()
    desk.take(FRAME[:90])
    assert any(desk.memory)
    desk.reader.stop()
    assert not any(desk.memory)
    assert line.unheard() == b""
    IdtechMsr().probe(line.device)


def test_the_next_customer_meets_none_of_it(line):
    first = Desk(line)
    first.arm()
    assert first.take(FRAME[:90]) is None
    first.reader.stop()
    line.send(FRAME[90:] + FRAME)
    line.wait_arrived(2 * len(FRAME) - 90)
    second = Desk(line)
    assert second.after(QUIET_S / 2) is None
    second.arm()
    assert second.after(STALL_S) is None
    second.reader.stop()


def test_stop_after_a_hang_up_is_silent(line):
    desk = Desk(line)
    desk.arm()
    line.hang_up()
    desk.reader.stop()
