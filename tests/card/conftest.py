"""A line, a processor's keys, and a card room that is ready for its ask."""

import pytest

from pos_bridge.wire.cardlink import Ready
from pos_bridge.wire.locks import REQUIRED, Lock
from tests.card.keys import ProcessorKeys
from tests.card.room_process import RoomProcess, room_command
from tests.drivers.line import Line


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
