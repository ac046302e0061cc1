"""What is left of a card in a room's memory: searched from outside at a moment when the room cannot go on.

The room is held without a hook in it: the test fills the link that the room answers on, so the room has parsed, sealed
and wiped, and sits in the very system call that hands the sealed card over. Who may trace any process reads all of its
memory then. Nobody else can, and then that is what is tested; in many containers not even root.
"""

import contextlib
import os
import re
import signal
import socket
from pathlib import Path

import pytest

from hw_sim.residue import Search, small_ints_of
from pos_bridge.card.kernel import machine
from pos_bridge.wire.cardlink import Armed, Read, Ready, Sealed
from pos_bridge.wire.cardlink_codec import decode_report
from tests.card.keys import CAD, CENTS, LEG_KEY, LOCAL_TIME, ProcessorKeys, info, sealed_by_room
from tests.card.room_process import RoomProcess, room_command, without
from tests.drivers.line import VISA, Line
from tests.processes import may_look
from tests.wire.swipes import NAME, TAIL, swipe

FRAGMENT = 9
FILLER = b"\0filler"
FRAME = swipe(VISA)


def needles() -> list[bytes]:
    """Every run of nine characters of what is on the stripe, in ASCII and UTF-16, and the number packed otherwise."""
    texts = [f"{VISA}={TAIL[:-2]}", f"{VISA}^{NAME}^{TAIL}"]
    runs = {text[at : at + FRAGMENT] for text in texts for at in range(len(text) - FRAGMENT + 1)}
    plain = [run.encode() for run in runs]
    wide = [run.encode("utf-16-le") for run in runs]
    packed = [bytes.fromhex(VISA), bytes.fromhex(VISA[1:] + "0")]
    swapped = [bytes(half >> 4 | (half & 15) << 4 for half in each) for each in packed]
    small_integers = [bytes(int(digit) for digit in VISA[at : at + FRAGMENT]) for at in range(len(VISA) - FRAGMENT + 1)]
    return plain + wide + packed + swapped + small_integers


NEEDLES = re.compile(b"|".join(re.escape(needle) for needle in needles()))


def found_in(pid: int, wanted: re.Pattern[bytes] = NEEDLES) -> tuple[int, set[str]]:
    """How often any needle is in the memory of a process, and the names of what even root could not read."""
    found, closed = 0, set()
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for area in maps:
            bounds, rights, _, _, file, *name = area.split(maxsplit=5)
            if file != "0" and "w" not in rights:
                continue  # a library's own bytes, never written to
            start, end = (int(bound, 16) for bound in bounds.split("-"))
            try:
                memory.seek(start)
                found += len(wanted.findall(memory.read(end - start)))
            except (OSError, OverflowError, ValueError):
                closed.add("".join(name))
    return found, closed


def wait_until_writing(room: RoomProcess) -> None:
    """Until the room sits in write() on the link."""
    wanted = f"{machine().numbers['write']} 0x3 "
    while not Path(f"/proc/{room.pid}/syscall").read_text().startswith(wanted):
        assert Path(f"/proc/{room.pid}/stat").read_text().split()[2] != "Z"
        os.sched_yield()


def fill(room: RoomProcess) -> None:
    """The room's queue towards us, until it takes no more."""
    with contextlib.suppress(BlockingIOError):
        while True:
            room.theirs.send(FILLER * 100, socket.MSG_DONTWAIT)


def drain(room: RoomProcess) -> bytes:
    packet = FILLER
    while packet.startswith(FILLER):
        packet = room.hear_packet()
    return packet


@pytest.mark.parametrize("secret", [True, False])
@pytest.mark.parametrize("whole", [True, False])
def test_nothing_is_left_of_a_card_once_it_is_sealed(tmp_path, secret, whole):
    keys = ProcessorKeys()
    command = room_command(keys.write_trust(tmp_path))
    with Line() as line, RoomProcess(command if secret else without(["memfd_secret"], command)) as room:
        assert isinstance(room.hear(), Ready)
        room.say(Read("msr_plain", line.device, 60_000, LEG_KEY, CENTS, CAD, keys.sealing_key(), LOCAL_TIME))
        assert room.hear() == Armed()
        if not may_look(room.pid):
            return
        fill(room)
        if whole:
            line.send(FRAME)
        else:
            os.kill(room.pid, signal.SIGSTOP)
            line.send(FRAME[:-1])
            line.wait_arrived(len(FRAME) - 1)
            os.kill(room.pid, signal.SIGCONT)
            line.wait_taken()
            os.kill(room.pid, signal.SIGSTOP)  # or a slow search would pass for a stalled reader
            found, closed = found_in(room.pid)
            if secret and "/secretmem (deleted)" in closed:
                assert found == 0, "the page is out of even root's reach"
            else:
                assert found > 0, "the search finds a card that is there"
            line.send(FRAME[-1:])
            line.wait_arrived(1)
            os.kill(room.pid, signal.SIGCONT)
        wait_until_writing(room)
        found, _ = found_in(room.pid)
        assert found == 0
        assert list(Search((VISA,), small_ints_of(room.pid), (NAME,)).in_memory(room.pid)) == [], (
            "in no disguise either"
        )
        room.let_go()
        answer = decode_report(drain(room))
        assert isinstance(answer, Sealed)
        assert VISA.encode() in keys.open(sealed_by_room(answer.card).ciphertext, info())
        assert room.exit_code() == 0
