"""The driver on a real pseudo-terminal, with the clock in the test's hand."""

import math
from collections.abc import Callable
from typing import Self

import pytest

from drivers.reader import Armed, BadRead, CardRead, ReadFailedError, SealingPlace
from drivers.registry import DRIVERS
from drivers.serial.intake import ARM_LIMIT_S, QUIET_S, STALL_S
from drivers.serial.msr_plain import MsrPlain
from pos_bridge.domain.card import Brand, ReadFailure
from tests.drivers.desk import Desk
from tests.drivers.line import GREEN, OFF, VISA, Line
from tests.wire.swipes import luhn_completed, swipe, track_1, track_2

FRAME = swipe(VISA)


class PlainDesk(Desk):
    def __init__(self, line: Line) -> None:
        super().__init__(line, MsrPlain())

    def arm(self) -> Self:
        self.now += QUIET_S
        assert self.turn() == Armed()
        assert self.line.hear(GREEN) == GREEN
        return self


@pytest.fixture
def desk(line):
    desk = PlainDesk(line)
    yield desk
    desk.reader.stop()
    assert not any(desk.memory)


def reason_of(act: Callable[[], object]) -> ReadFailure:
    with pytest.raises(ReadFailedError) as caught:
        act()
    return caught.value.reason


def test_the_registry_names_it_and_where_it_seals():
    assert DRIVERS["msr_plain"].sealed_in is SealingPlace.CARD_ROOM


def test_a_swipe(desk):
    desk.arm()
    assert desk.reader.due() == math.inf
    event = desk.take(FRAME)
    assert isinstance(event, CardRead)
    assert (event.facts.brand, event.facts.last_four, event.track) == (Brand.VISA, 5119, 2)
    assert event.data == track_2(VISA)[1:-2]


def test_a_swipe_byte_by_byte_with_pauses(desk):
    desk.arm()
    for byte in FRAME[:-1]:
        assert desk.take(bytes((byte,)), after=STALL_S * 0.9) is None
    assert isinstance(desk.take(FRAME[-1:]), CardRead)


def test_arming_waits_for_a_quiet_line_and_drops_what_comes(desk, line):
    for _ in range(10):
        assert desk.take(FRAME, after=QUIET_S * 0.9) is None
        assert not any(desk.memory)
    assert line.unheard() == b""
    desk.arm()


def test_the_tail_of_a_swipe_from_before_arming_is_dropped(line):
    line.send(FRAME[:50])
    desk = PlainDesk(line)
    assert desk.take(FRAME[50:], after=QUIET_S / 2) is None
    desk.arm()
    assert isinstance(desk.take(FRAME), CardRead)
    desk.reader.stop()


def test_a_line_that_is_never_quiet_is_given_up(desk):
    steps = int(ARM_LIMIT_S / (QUIET_S / 2)) - 1
    for _ in range(steps):
        assert desk.take(b"x", after=QUIET_S / 2) is None
    assert reason_of(lambda: desk.take(b"x", after=QUIET_S)) is ReadFailure.READER_STALLED


def test_the_lamp_goes_off_and_on_again_around_a_bad_read(desk, line):
    desk.arm()
    assert desk.take(FRAME[:-2] + b"0\r") is None
    assert line.unheard() == b""
    assert desk.after(QUIET_S) == BadRead()
    assert line.hear(OFF) == OFF
    desk.reader.again()
    assert line.hear(GREEN) == GREEN
    assert isinstance(desk.take(FRAME), CardRead)


@pytest.mark.parametrize("tail", [b"\n", b"\0", FRAME, b"x" * 500])
def test_a_swipe_with_something_behind_it_is_bad_once(desk, tail):
    desk.arm()
    assert desk.take(FRAME + tail) is None
    assert desk.after(QUIET_S) == BadRead()
    assert desk.after(QUIET_S) is None


def test_noise_between_swipes_does_not_count(desk, line):
    desk.arm()
    for noise in (b"\0", b"\xff" * 40, b"hello\r\n", b"?" * 1000):
        assert desk.take(noise) is None
        assert desk.after(QUIET_S) is None
    assert line.unheard() == b""
    assert isinstance(desk.take(FRAME), CardRead)


def test_noise_with_a_swipe_in_it_is_a_bad_read(desk):
    desk.arm()
    assert desk.take(b"\0" + FRAME) is None
    assert desk.after(QUIET_S) == BadRead()


def test_garbage_without_end_stays_in_its_memory_and_makes_no_event(desk):
    desk.arm()
    for _ in range(300):
        assert desk.take(bytes(range(256)) * 2, after=QUIET_S / 2) is None
        assert not any(desk.memory)
    assert desk.after(QUIET_S) == BadRead()


@pytest.mark.parametrize("size", range(1, len(FRAME)))
def test_a_frame_that_stops_is_a_stalled_reader_wherever_it_stops(desk, size):
    desk.arm()
    assert desk.take(FRAME[:size]) is None
    assert desk.after(STALL_S * 0.99) is None
    assert reason_of(lambda: desk.after(STALL_S * 0.02)) is ReadFailure.READER_STALLED


@pytest.mark.parametrize("size", range(len(FRAME)))
def test_a_hang_up_at_any_byte_is_an_absent_reader(desk, line, size):
    desk.arm()
    assert (desk.take(FRAME[:size]) if size else None) is None
    line.hang_up()
    assert reason_of(lambda: desk.reader.turn(desk.now, readable=True)) is ReadFailure.READER_ABSENT


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (swipe(VISA, "2912201999988887777"), ReadFailure.CHIP_REQUIRED),
        (track_1(VISA, "2912601") + b"\r", ReadFailure.CHIP_REQUIRED),
        (track_2(luhn_completed("600649123456789")) + b"\r", ReadFailure.NOT_A_BANK_CARD),
    ],
)
def test_cards_that_are_not_taken(desk, frame, reason):
    desk.arm()
    assert reason_of(lambda: desk.take(frame)) is reason


def test_stop_switches_the_lamp_off_and_frees_the_device(line):
    desk = PlainDesk(line).arm()
    desk.take(FRAME[:60])
    assert any(desk.memory)
    desk.reader.stop()
    assert not any(desk.memory)
    assert line.hear(OFF) == OFF
    MsrPlain().probe(line.device)


def test_stop_after_a_hang_up_is_silent(line):
    desk = PlainDesk(line).arm()
    line.hang_up()
    desk.reader.stop()
