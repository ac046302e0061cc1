"""The engine's side of the card link with two readers: the first card wins, and one that fails stops nobody."""

import asyncio

import pytest

from pos_bridge.cardlink.room import Room
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.domain.card import ReadFailure, SealedCard
from pos_bridge.wire.cardlink import ReaderState
from tests.cardlink.world import (
    FRAME,
    ask,
    hear,
    until,
    with_rooms,
)
from tests.drivers.idtech_reader import AS_WANTED, LEVEL, Settings, next_command, serve
from tests.drivers.line import GREEN, OFF, VISA, Line
from tests.wire.idtech_frames import Swiped
from tests.wire.swipes import swipe


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


def test_a_reader_that_fails_while_another_waits_is_told_of(tmp_path, line):
    told: list[ReadFailure] = []

    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        await until(lambda: bool(told))
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    async def nobody(rooms: Rooms) -> None:
        assert await ask(rooms).card() is ReadFailure.NO_CARD

    with_rooms(tmp_path, ["/dev/not-there", line.device], story, on_failure=told.append)
    assert told == [ReadFailure.READER_ABSENT]
    with_rooms(tmp_path, [line.device], nobody, prompt_s=1, on_failure=told.append)
    assert told == [ReadFailure.READER_ABSENT], "what ends a prompt is its own answer"


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
        while dict(await rooms.states())["reader-1"]:  # that it was there is believed for a second
            await asyncio.sleep(0.05)
        first, second = await asyncio.gather(rooms.states(), rooms.states())
        assert dict(first) == dict(second) == {"reader-0": present, "reader-1": absent}
        prompt = ask(rooms)
        await hear(line, GREEN)
        assert dict(await rooms.states()) == {"reader-0": present, "reader-1": absent}
        assert line.unheard() == b"", "the question did not disturb the prompt"
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [line.device, other_line.device], story)


def test_whoever_asks_again_and_again_costs_one_room(tmp_path, line):
    """A room is a program: a till that polls does not start one each time. What is not there is looked for anew."""

    async def story(rooms: Rooms) -> None:
        (lane,) = rooms._lanes
        taken, take = 0, lane.standby.take

        async def counted() -> Room:
            nonlocal taken
            taken += 1
            return await take()

        lane.standby.take = counted  # type: ignore[method-assign] # counts and goes on
        lane._fresh_until = 0.0
        await rooms.states()
        fresh = lane._fresh_until
        while asyncio.get_running_loop().time() < fresh - 0.1:
            assert dict(await rooms.states()) == {"reader-0": True}
            await asyncio.sleep(0.01)
        assert taken == 1
        line.hang_up()
        while dict(await rooms.states())["reader-0"]:
            await asyncio.sleep(0.05)
        before = taken
        assert dict(await rooms.states()) == {"reader-0": False}
        assert taken == before + 1

    with_rooms(tmp_path, [line.device], story)


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
