"""A tender in a card room with an encrypting reader, for tests."""

from pos_bridge.wire.cardlink import Armed, Read
from tests.card.keys import CAD, CENTS, LEG_KEY, LOCAL_TIME, ProcessorKeys
from tests.card.room_process import RoomProcess
from tests.drivers.idtech_reader import Settings, serve
from tests.drivers.line import Line


def ask(line: Line, keys: ProcessorKeys, prompt_ms: int = 60_000) -> Read:
    return Read("idtech_msr", line.device, prompt_ms, LEG_KEY, CENTS, CAD, keys.sealing_key(), LOCAL_TIME)


def arm(
    room: RoomProcess, line: Line, keys: ProcessorKeys, settings: Settings | None = None, prompt_ms: int = 60_000
) -> None:
    room.say(ask(line, keys, prompt_ms))
    serve(line, settings)
    assert room.hear() == Armed()
