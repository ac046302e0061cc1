"""A tender in a card room with a plain reader, for tests."""

from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.wire.cardlink import Armed, Failed, Read
from tests.card.keys import CAD, CENTS, LEG_KEY, LOCAL_TIME, ProcessorKeys
from tests.card.room_process import RoomProcess
from tests.drivers.line import GREEN, OFF, VISA, Line
from tests.wire.swipes import swipe

FRAME = swipe(VISA)


def read_from(line: Line, key: SealingKey, prompt_ms: int = 60_000, driver: str = "msr_plain") -> Read:
    return Read(driver, line.device, prompt_ms, LEG_KEY, CENTS, CAD, key, LOCAL_TIME)


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
