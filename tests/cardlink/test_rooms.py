"""The engine's side of the card link against rooms that are real processes: true ones, and ones that misbehave."""

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
import uvloop

from pos_bridge.cardlink import lane, room
from pos_bridge.cardlink.lane import ConfiguredReader
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.checkout.ports import CardReaders, Prompt
from pos_bridge.domain.card import Brand, ReadFailure, SealedCard
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.wire.cardlink import ReaderState
from pos_bridge.wire.locks import REQUIRED
from tests.card.keys import ProcessorKeys, info, sealed_by_room
from tests.drivers.idtech_reader import AS_WANTED, LEVEL, Settings, next_command, serve
from tests.drivers.line import GREEN, LIMIT_S, OFF, VISA, Line
from tests.wire.idtech_frames import Swiped
from tests.wire.swipes import swipe

FRAME = swipe(VISA)
BAD = FRAME[:-2] + b"0\r"
AMOUNT = Amount(2_599)
KEYS = ProcessorKeys()


@pytest.fixture
def line():
    with Line() as line:
        yield line


@pytest.fixture
def other_line():
    with Line() as line:
        yield line


def children() -> set[int]:
    """Processes of ours that have not been reaped."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


@pytest.fixture(autouse=True)
def no_room_is_left():
    before = children()
    yield
    assert children() == before


def prompted(rooms: CardReaders, leg: LegKey) -> Prompt:
    """Through the checkout's own port, which Rooms is held to by the type checker."""
    return rooms.prompt(leg, AMOUNT, KEYS.sealing_key())


def ask(rooms: Rooms) -> Prompt:
    return prompted(rooms, LegKey.fresh())


async def hear(line: Line, wanted: bytes) -> bytes:
    return await asyncio.to_thread(line.hear, wanted)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0)


def with_rooms(
    folder: Path,
    devices: list[str],
    story: Callable[[Rooms], Awaitable[None]],
    prompt_s: int = 60,
    python: str = sys.executable,
    *,
    drivers: Sequence[str] = ("msr_plain",) * 2,
) -> None:
    """Rooms for these devices, a story with them, and their end."""

    async def run() -> None:
        readers = [
            ConfiguredReader(f"reader-{number}", driver, device)
            for number, (driver, device) in enumerate(zip(drivers, devices, strict=False))
        ]
        rooms = Rooms(readers, KEYS.write_trust(folder), prompt_s, python)
        try:
            await asyncio.wait_for(story(rooms), LIMIT_S)
        finally:
            await rooms.close()

    asyncio.run(run())


def hostile(folder: Path, *words: str) -> str:
    """An interpreter that runs no card room: its rooms behave as the words say, the last for ever."""
    script = folder / "hostile"
    source = Path(__file__).with_name("hostile_room.py").read_text()
    script.write_text(f"#!{sys.executable} -S\n{source}")
    script.chmod(0o755)
    script.with_suffix(".words").write_text(" ".join(words))
    return str(script)


# ---- one reader ----


@pytest.mark.parametrize("loop", [asyncio.run, uvloop.run])
def test_cards_one_after_the_other_each_in_a_room_of_its_own(tmp_path, line, loop):
    async def story() -> None:
        rooms = Rooms([ConfiguredReader("front", "msr_plain", line.device)], KEYS.write_trust(tmp_path), 60)
        (locks,) = (await rooms.start()).values()
        assert locks is not None
        assert not REQUIRED & ~locks
        seen = set()
        for _ in range(3):
            leg = LegKey.fresh()
            prompt = prompted(rooms, leg)
            await hear(line, GREEN)
            seen |= children()
            line.send(FRAME)
            card = await prompt.card()
            assert isinstance(card, SealedCard)
            assert (card.facts.brand, card.facts.last_four) == (Brand.VISA, 5119)
            clear = KEYS.open(sealed_by_room(card).ciphertext, info(leg.raw, AMOUNT.cents))
            assert VISA.encode() in clear
            assert await prompt.card() is card
        assert len(seen) >= 3
        await rooms.close()

    loop(story())


def test_a_room_is_ready_before_it_is_asked_and_replaced_while_it_is_used(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        await rooms.start()
        idle = children()
        assert len(idle) == 1
        prompt = ask(rooms)
        await hear(line, GREEN)
        assert idle < children()
        prompt.withdraw()
        assert await prompt.card() is ReadFailure.NO_CARD
        await hear(line, OFF)

    with_rooms(tmp_path, [line.device], story)


def test_the_customer_is_asked_to_swipe_again(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        line.send(BAD)
        await hear(line, OFF + GREEN)
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [line.device], story)


def test_nobody_comes(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        assert await ask(rooms).card() is ReadFailure.NO_CARD
        await hear(line, OFF)

    with_rooms(tmp_path, [line.device], story, prompt_s=1)


def test_withdrawn_before_the_reader_is_armed_and_then_asked_again(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        for _ in range(3):
            prompt = ask(rooms)
            prompt.withdraw()
            prompt.withdraw()
            assert await prompt.card() is ReadFailure.NO_CARD
        prompt = ask(rooms)
        await hear(line, GREEN)
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)
        prompt.withdraw()
        assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [line.device], story)


def test_who_stops_waiting_withdraws(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        waiting = asyncio.ensure_future(ask(rooms).card())
        await hear(line, GREEN)
        waiting.cancel()
        await hear(line, OFF)
        with pytest.raises(asyncio.CancelledError):
            await waiting

    with_rooms(tmp_path, [line.device], story)


def test_a_second_prompt_has_the_reader_when_the_first_has_let_it_go(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        first = ask(rooms)
        await hear(line, GREEN)
        second = ask(rooms)
        first.withdraw()
        await hear(line, OFF + GREEN)
        line.send(FRAME)
        assert isinstance(await second.card(), SealedCard)

    with_rooms(tmp_path, [line.device], story)


def test_a_room_killed_in_mid_swipe_costs_this_prompt_and_no_other(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        await rooms.start()
        (used,) = children()
        prompt = ask(rooms)
        await hear(line, GREEN)
        line.send(FRAME[:60])
        os.kill(used, signal.SIGKILL)
        assert await prompt.card() is ReadFailure.ROOM_LOST
        prompt = ask(rooms)
        await hear(line, GREEN)
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [line.device], story)


def test_an_idle_room_that_is_killed_is_replaced(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        await rooms.start()
        (idle,) = children()
        os.kill(idle, signal.SIGKILL)
        await until(lambda: idle not in children())
        prompt = ask(rooms)
        await hear(line, GREEN)
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [line.device], story)


# ---- two readers ----


@pytest.mark.parametrize("chosen", [0, 1])
def test_the_first_card_wins_and_the_other_reader_is_switched_off(tmp_path, line, other_line, chosen):
    lines = [line, other_line]

    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        for each in lines:
            await hear(each, GREEN)
        lines[chosen].send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)
        for each in lines:
            await hear(each, OFF)

    with_rooms(tmp_path, [line.device, other_line.device], story)


def test_a_reader_that_is_not_there_does_not_keep_the_other_from_reading(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, ["/dev/not-there", line.device], story)


def test_the_most_telling_reason_of_several(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        assert await ask(rooms).card() is ReadFailure.NO_CARD

    async def unplugged(rooms: Rooms) -> None:
        assert await ask(rooms).card() is ReadFailure.READER_ABSENT

    with_rooms(tmp_path, ["/dev/not-there", line.device], story, prompt_s=1)
    with_rooms(tmp_path, ["/dev/not-there", "/dev/nor-this"], unplugged)


def test_a_card_that_is_refused_ends_it_at_once(tmp_path, line, other_line):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        for each in (line, other_line):
            await hear(each, GREEN)
        line.send(swipe(VISA, "2912201999988887777"))
        assert await prompt.card() is ReadFailure.CHIP_REQUIRED
        await hear(other_line, OFF)

    with_rooms(tmp_path, [line.device, other_line.device], story)


# ---- one of two has no keys ----


def answer_without_keys(line: Line) -> None:
    line.send(Settings(AS_WANTED | {LEVEL: 0x30}).answer(next_command(line)))


def test_a_reader_without_keys_does_not_keep_the_other_from_reading(tmp_path, line, other_line):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(other_line, GREEN)
        await asyncio.to_thread(answer_without_keys, line)
        await until(lambda: not rooms._lanes[0]._port.locked())
        other_line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [line.device, other_line.device], story, drivers=("idtech_msr", "msr_plain"))


def test_what_is_told_when_one_has_no_keys(tmp_path, line, other_line):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await asyncio.to_thread(answer_without_keys, line)
        assert await prompt.card() is ReadFailure.NO_CARD, "the other one waited to the end"

    async def alone(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await asyncio.to_thread(answer_without_keys, line)
        assert await prompt.card() is ReadFailure.READER_IN_CLEAR

    devices = [line.device, other_line.device]
    with_rooms(tmp_path, devices, story, drivers=("idtech_msr", "msr_plain"), prompt_s=3)
    with_rooms(tmp_path, devices[:1], alone, drivers=("idtech_msr",))


def test_a_card_that_a_reader_shows_in_clear_ends_it_at_once(tmp_path, line, other_line):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(other_line, GREEN)
        await asyncio.to_thread(serve, line)
        await until(lambda: rooms._lanes[0]._state is ReaderState.PRESENT)
        line.send(Swiped(encrypts=False).frame())
        assert await prompt.card() is ReadFailure.READER_IN_CLEAR
        await hear(other_line, OFF)

    with_rooms(tmp_path, [line.device, other_line.device], story, drivers=("idtech_msr", "msr_plain"))


# ---- how the readers are ----


def test_reader_states(tmp_path, line, other_line):
    async def story(rooms: Rooms) -> None:
        present, absent = True, False
        assert dict(await rooms.states()) == {"reader-0": present, "reader-1": present}
        other_line.hang_up()
        first, second = await asyncio.gather(rooms.states(), rooms.states())
        assert dict(first) == dict(second) == {"reader-0": present, "reader-1": absent}
        prompt = ask(rooms)
        await hear(line, GREEN)
        assert dict(await rooms.states()) == {"reader-0": present, "reader-1": absent}
        assert line.unheard() == b"", "the question did not disturb the prompt"
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [line.device, other_line.device], story)


def test_a_reader_that_comes_back_is_seen(tmp_path):
    (tmp_path / "reader").symlink_to("/dev/not-there")

    async def story(rooms: Rooms) -> None:
        assert dict(await rooms.states()) == {"reader-0": False}
        assert await ask(rooms).card() is ReadFailure.READER_ABSENT
        with Line() as line:
            (tmp_path / "reader").unlink()
            (tmp_path / "reader").symlink_to(line.device)
            assert dict(await rooms.states()) == {"reader-0": True}
            prompt = ask(rooms)
            await hear(line, GREEN)
            line.send(FRAME)
            assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [str(tmp_path / "reader")], story)


# ---- rooms that misbehave ----

LOST = ReadFailure.ROOM_LOST


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        *[(word, LOST) for word in ("dies", "dies-armed", "exits", "nonsense", "empty", "oversized")],
        *[(word, LOST) for word in ("card-in-a-report", "armed-twice", "sealed-unarmed", "other-key", "three-shows")],
        *[(word, LOST) for word in ("show-unarmed", "ready-again", "reader-state", "says-lost", "flood", "hangs")],
        *[(word, LOST) for word in ("hangs-armed", "dies-at-once", "fault-at-once", "unlocked", "not-ready")],
        *[(word, LOST) for word in ("speaks-unasked",)],
        ("stalled", ReadFailure.READER_STALLED),
        ("no-card", ReadFailure.NO_CARD),
        ("absent", ReadFailure.READER_ABSENT),
        ("busy", ReadFailure.READER_BUSY),
        ("key-refused", ReadFailure.KEY_REFUSED),
        ("chip", ReadFailure.CHIP_REQUIRED),
    ],
)
def test_what_a_room_may_say_and_what_ends_it(tmp_path, monkeypatch, word, reason):
    """And the next prompt works."""
    monkeypatch.setattr(lane, "_ANSWER_GRACE_S", -0.5)
    monkeypatch.setattr(room, "_END_GRACE_S", 0.5)

    async def story(rooms: Rooms) -> None:
        assert await ask(rooms).card() is reason
        assert isinstance(await ask(rooms).card(), SealedCard)

    with_rooms(tmp_path, ["/dev/any"], story, prompt_s=1, python=hostile(tmp_path, word, "shows"))


@pytest.mark.parametrize("word", ["sealed-then-nonsense", "sealed-then-hangs", "sealed-then-dies"])
def test_what_a_room_does_after_its_answer_changes_nothing(tmp_path, monkeypatch, word):
    monkeypatch.setattr(room, "_END_GRACE_S", 0.2)

    async def story(rooms: Rooms) -> None:
        for _ in range(2):
            assert isinstance(await ask(rooms).card(), SealedCard)

    with_rooms(tmp_path, ["/dev/any"], story, python=hostile(tmp_path, word))


def test_a_room_that_was_gone_before_its_nonsense_was_read_is_let_go():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.send(b"\xff")
    theirs.close()
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {})
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    async def story() -> None:
        gone = room.Room(ours, pid)
        gone._loop.remove_reader(ours.fileno())  # the engine is busy: it hears of the end first
        await asyncio.wait_for(gone.end(), LIMIT_S)
        assert ours.fileno() == -1

    asyncio.run(story())


def test_a_room_that_does_not_finish_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "_END_GRACE_S", 0.2)

    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await until(lambda: rooms._lanes[0]._state is ReaderState.PRESENT)
        prompt.withdraw()
        assert await prompt.card() is ReadFailure.NO_CARD
        assert dict(await rooms.states()) == {"reader-0": True}

    with_rooms(tmp_path, ["/dev/any"], story, python=hostile(tmp_path, "shows-and-hangs", "present"))


def test_an_idle_room_that_dies_again_and_again_is_not_started_in_a_rush(tmp_path):
    async def story(rooms: Rooms) -> None:
        await rooms.start()
        await until(lambda: not children())
        assert await ask(rooms).card() is ReadFailure.ROOM_LOST

    with_rooms(tmp_path, ["/dev/any"], story, python=hostile(tmp_path, "dies-idle", "dies"))


@pytest.mark.parametrize("python", ["/not/there", "/dev/null"])
def test_an_interpreter_that_cannot_be_started(tmp_path, python):
    async def story(rooms: Rooms) -> None:
        assert await rooms.start() == {"reader-0": None}
        assert await ask(rooms).card() is ReadFailure.ROOM_LOST
        assert dict(await rooms.states()) == {"reader-0": False}

    with_rooms(tmp_path, ["/dev/any"], story, python=python)


def test_a_trust_file_that_is_not_there(tmp_path, line):
    async def story() -> None:
        rooms = Rooms([ConfiguredReader("front", "msr_plain", line.device)], tmp_path / "none", 60)
        assert await rooms.start() == {"front": None}
        assert await ask(rooms).card() is ReadFailure.ROOM_LOST
        await rooms.close()

    asyncio.run(story())


# ---- the end ----


def test_close_ends_a_prompt_and_all_rooms(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        waiting = asyncio.ensure_future(prompt.card())
        await rooms.close()
        assert children() == set()
        assert await waiting is ReadFailure.NO_CARD
        assert await ask(rooms).card() is ReadFailure.ROOM_LOST
        await hear(line, OFF)

    with_rooms(tmp_path, [line.device], story)


ENGINE = """
import asyncio, ctypes, signal, sys
from pathlib import Path
ctypes.CDLL(None).prctl(1, ctypes.c_ulong(signal.SIGKILL))
from pos_bridge.cardlink.lane import ConfiguredReader
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.sealing_key import SealingKey
async def main(device, trust, key):
    rooms = Rooms([ConfiguredReader("front", "msr_plain", device)], Path(trust), 60)
    await rooms.start()
    public, signature = bytes.fromhex(key).split(b"--split--")
    rooms.prompt(LegKey.fresh(), Amount(100), SealingKey(b"key-0001", 5, 2**40, public, signature))
    await asyncio.sleep(3600)
asyncio.run(main(*sys.argv[1:]))
"""


def test_an_engine_that_is_killed_takes_its_rooms_along(tmp_path, line):
    key = KEYS.sealing_key()
    packed = (key.public_key + b"--split--" + key.signature).hex()
    engine = subprocess.Popen([sys.executable, "-c", ENGINE, line.device, KEYS.write_trust(tmp_path), packed])
    try:
        line.hear(GREEN)
        rooms = Path(f"/proc/{engine.pid}/task/{engine.pid}/children").read_text().split()
        assert len(rooms) == 2
        ends = [os.pidfd_open(int(pid)) for pid in rooms]
    finally:
        engine.kill()
        engine.wait()
    line.hear(OFF)  # the armed room switches its lamp off before it ends
    for end in ends:
        room_ended(end)


def room_ended(end: int) -> None:
    """Waits for it; the process is not our child any more."""
    assert select.select([end], [], [], LIMIT_S)[0]
    os.close(end)


# ---- the house ----


def test_the_engines_side_loads_no_driver_and_no_card_room():
    told = subprocess.run(
        [sys.executable, "-c", "import sys, pos_bridge.cardlink.rooms; print(*sys.modules)"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout.split()
    assert "pos_bridge.cardlink.rooms" in told
    wrong = ("drivers", "serial", "pos_bridge.card", "cryptography")
    assert [name for name in told for word in wrong if name == word or name.startswith(word + ".")] == []


@pytest.mark.parametrize(
    "readers",
    [
        [],
        [ConfiguredReader("front", "msr_plain", "/dev/a"), ConfiguredReader("front", "msr_plain", "/dev/b")],
    ],
)
def test_readers_have_names_of_their_own(readers):
    with pytest.raises(ValueError, match="each with a name"):
        Rooms(readers, Path("trust.txt"), 60)


@pytest.mark.parametrize("prompt_s", [0, -1, 601])
def test_a_prompt_has_bounds(prompt_s):
    with pytest.raises(ValueError, match="1 to 600"):
        Rooms([ConfiguredReader("front", "msr_plain", "/dev/a")], Path("trust.txt"), prompt_s)


@pytest.mark.parametrize(("driver", "device"), [("", "/dev/a"), ("no dash-es", "/dev/a"), ("msr_plain", "x" * 256)])
def test_a_reader_that_the_link_cannot_name(driver, device):
    with pytest.raises(ValueError, match=r"^a (driver|device)"):
        ConfiguredReader("front", driver, device)
