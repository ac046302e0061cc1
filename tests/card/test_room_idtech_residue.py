"""What an encrypting reader shows in clear beside its ciphertext comes as far as the room's page, and no further."""

import os
import re
import signal

import pytest

from hw_sim.residue import Search, small_ints_of
from pos_bridge.wire.cardlink import Ready, Sealed, Show
from pos_bridge.wire.cardlink_codec import decode_report
from tests.card.idtech_tender import arm
from tests.card.room_process import RoomProcess, room_command, without
from tests.card.test_residue import drain, fill, found_in, wait_until_writing
from tests.drivers.line import VISA, Line
from tests.processes import may_look
from tests.wire.idtech_frames import SERIAL, SESSION, Swiped, hashed, masked
from tests.wire.swipes import NAME, track_1, track_2

TRACK_3 = f";01{VISA}=724724100000000000030300{VISA}?0".encode()  # ISO 4909 repeats the number


def clear_parts(frame: bytes) -> re.Pattern[bytes]:
    """What finds any nine bytes in a row of what the frame shows beside ciphertext, as they are and in UTF-16.

    Every fourth run of six: one of them is in each run of nine. Runs of little but masks or zeroes aside.
    """
    one, two = track_1(VISA), track_2(VISA)
    hashes = hashed(one) + hashed(two) + hashed(TRACK_3)
    shown = [masked(one), masked(two), NAME.encode(), hashes, SESSION]
    assert all(part in frame for part in shown)
    runs = {part[at : at + 6] for part in (*shown, TRACK_3, SERIAL) for at in range(0, len(part) - 5, 4)}
    runs = {run for run in runs if len(set(run)) > 3}
    wide = {run.decode("latin-1").encode("utf-16-le") for run in runs}
    return re.compile(b"|".join(re.escape(run) for run in runs | wide), re.DOTALL)


@pytest.mark.parametrize(
    ("kind", "secret", "taken"),
    [("original", True, True), ("original", False, True), ("enhanced", False, True), ("enhanced", False, False)],
)
def test_nothing_that_the_reader_showed_is_left_or_goes_out(tmp_path, keys, kind, secret, taken):
    """Of a card that is taken, or of a bad read. The search first finds a card that is there."""
    serial = SERIAL if kind == "enhanced" else b""
    frame = Swiped(kind=kind, three=TRACK_3, hashes=3, serial=serial, session=SESSION).frame()
    wanted = clear_parts(frame)
    command = room_command(keys.write_trust(tmp_path))
    with Line() as line, RoomProcess(command if secret else without(["memfd_secret"], command)) as room:
        assert isinstance(room.hear(), Ready)
        arm(room, line, keys)
        if not may_look(room.pid):
            return
        fill(room)
        os.kill(room.pid, signal.SIGSTOP)
        line.send(frame[:-2])
        line.wait_arrived(len(frame) - 2)
        os.kill(room.pid, signal.SIGCONT)
        line.wait_taken()
        os.kill(room.pid, signal.SIGSTOP)  # or a slow search would pass for a stalled reader
        found, closed = found_in(room.pid, wanted)
        assert (found == 0) is ("/secretmem (deleted)" in closed), "found where it lies, unless nobody can look there"
        tail = frame[-2:] if taken else bytes((frame[-2] ^ 1, frame[-1]))
        line.send(tail)
        line.wait_arrived(2)
        os.kill(room.pid, signal.SIGCONT)
        wait_until_writing(room)
        assert found_in(room.pid, wanted)[0] == 0
        assert list(Search((VISA,), small_ints_of(room.pid), (NAME,)).in_memory(room.pid)) == [], (
            "in no disguise either"
        )
        room.let_go()
        packet = drain(room)
        assert not wanted.search(packet)
        assert isinstance(decode_report(packet), Sealed if taken else Show)
