"""A card room that must not start, and one on an older kernel."""

import pytest

from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.cardlink import Failed, Ready, Sealed
from pos_bridge.wire.locks import REQUIRED, Lock
from tests.card.room_process import RoomProcess, room_command, without
from tests.card.tender import FRAME, arm, ended

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
