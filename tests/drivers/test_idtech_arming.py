"""An encrypting reader is asked, set right and told to read before any card of it counts."""

import pytest

from drivers.reader import Armed, CardSealed
from drivers.serial.idtech_arming import REVIEW_S, WRITE_S
from drivers.serial.intake import ARM_LIMIT_S, QUIET_S
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.idtech_setup import IS_READING, READ, review, write
from tests.drivers.idtech_desk import FRAME, EncryptingDesk
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
from tests.drivers.test_msr_plain import reason_of

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
        desk = EncryptingDesk(line)
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
