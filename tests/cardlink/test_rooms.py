"""The engine's side of the card link with one reader, and rooms that are real processes."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import uvloop

from pos_bridge.cardlink.lane import ConfiguredReader
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.domain.card import Brand, ReadFailure, SealedCard
from pos_bridge.domain.chip import NO_ANSWER, HostWord, IssuerAnswer, SecondAnswer
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.wire.locks import REQUIRED
from tests.card.keys import info, sealed_by_room
from tests.cardlink.world import (
    AMOUNT,
    FRAME,
    KEYS,
    ask,
    children,
    hear,
    prompted,
    swiped_badly_then_well,
    until,
    with_rooms,
)
from tests.drivers.line import GREEN, LIMIT_S, OFF, VISA

APPROVED = IssuerAnswer(HostWord.APPROVED, b"00")


@pytest.mark.parametrize("loop", [asyncio.run, uvloop.run])
def test_cards_one_after_the_other_each_in_a_room_of_its_own(tmp_path, line, loop):
    async def story() -> None:
        rooms = Rooms(
            [ConfiguredReader("front", "msr_plain", line.device)], KEYS.write_trust(tmp_path), 60, is_fit=lambda: True
        )
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
            assert await prompt.second_answer(APPROVED) == SecondAnswer(agreed=True), "a stripe has no second answer"
            assert await prompt.second_answer(NO_ANSWER) == SecondAnswer(agreed=False)
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
        assert await prompt.second_answer(APPROVED) == SecondAnswer(agreed=False), "no card agrees to nothing"
        await hear(line, OFF)

    with_rooms(tmp_path, [line.device], story)


def test_the_customer_is_asked_to_swipe_again(tmp_path, line):
    async def story(rooms: Rooms) -> None:
        await swiped_badly_then_well(rooms, line)

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
    rooms = Rooms([ConfiguredReader("front", "msr_plain", device)], Path(trust), 60, is_fit=lambda: True)
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
        Rooms(readers, Path("trust.txt"), 60, is_fit=lambda: True)


@pytest.mark.parametrize("prompt_s", [0, -1, 601])
def test_a_prompt_has_bounds(prompt_s):
    with pytest.raises(ValueError, match="1 to 600"):
        Rooms([ConfiguredReader("front", "msr_plain", "/dev/a")], Path("trust.txt"), prompt_s, is_fit=lambda: True)


@pytest.mark.parametrize(("driver", "device"), [("", "/dev/a"), ("no dash-es", "/dev/a"), ("msr_plain", "x" * 256)])
def test_a_reader_that_the_link_cannot_name(driver, device):
    with pytest.raises(ValueError, match=r"^a (driver|device)"):
        ConfiguredReader("front", driver, device)
