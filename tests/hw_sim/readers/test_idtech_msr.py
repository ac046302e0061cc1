"""The simulated encrypting reader on a real pseudo-terminal: told to read, keys used up, settings kept."""

import asyncio
import json
from pathlib import Path

import pytest

from hw_sim import key_room
from hw_sim.cards import NON_BANK_CARDS
from hw_sim.readers.key_state import KeyState
from hw_sim.readers.stripe import HOLDER, stripe
from tests.hw_sim.readers.idtech import ACK, DISABLE, ENABLE, NAK, Till, parse, review, told, write
from tests.hw_sim.readers.idtech_scene import Scene, at_the_counter, play_in, tracks
from tests.hw_sim.readers.place import AMEX, VISA
from tests.hw_sim.readers.port import settle


@at_the_counter
async def test_a_card_waits_until_the_reader_is_told_to_read(scene: Scene) -> None:
    customer = scene.place.queue(VISA)
    await settle()
    assert (scene.till.port.look(), customer.done()) == (b"", False)
    await scene.till.ask(ENABLE)
    raw = await scene.till.read_frame()
    assert await customer
    assert scene.opened(raw) == tracks(VISA)
    frame = parse(raw)
    assert HOLDER.encode() in frame.shown[1]  # what the maker shows, and hashes of it all
    assert len(frame.hashes) == 2
    assert frame.ksn[-1] == 1
    await settle()
    assert scene.till.port.look() == b""


@at_the_counter
async def test_a_till_that_asks_whether_it_reads_wants_a_card_and_writes_nothing(scene: Scene) -> None:
    customers = [scene.place.queue(card) for card in (VISA, AMEX)]
    for card, customer in zip((VISA, AMEX), customers, strict=True):
        await scene.till.ask(review(0x1A), told(0x1A, b"1"))
        assert scene.opened(await scene.till.read_frame()) == tracks(card)
        assert await customer
    assert KeyState(key_room.state_file(scene.world, "reader")).settings == {}


@at_the_counter
async def test_one_that_says_that_it_does_not_read_is_wanted_by_nobody(scene: Scene) -> None:
    await scene.till.ask(DISABLE)
    customer = scene.place.queue(VISA)
    await scene.till.ask(review(0x1A), told(0x1A, b"0"))
    await scene.till.ask(review(0x1A)[:-1] + b"\0", NAK)
    await settle()
    assert (scene.till.port.look(), customer.done()) == (b"", False)
    await scene.till.ask(ENABLE)
    assert scene.opened(await scene.till.read_frame()) == tracks(VISA)
    assert await customer


@at_the_counter
async def test_each_time_it_is_told_one_card_is_read_under_a_key_of_its_own(scene: Scene) -> None:
    customers = [scene.place.queue(card) for card in (VISA, VISA, AMEX)]
    frames = []
    for card, customer in zip((VISA, VISA, AMEX), customers, strict=True):
        await scene.till.ask(ENABLE)
        frames.append(await scene.till.read_frame())
        assert await customer
        assert scene.opened(frames[-1]) == tracks(card)
        await scene.till.ask(DISABLE)
    one, two, three = (parse(frame) for frame in frames)
    assert [frame.ksn[-1] for frame in (one, two, three)] == [1, 2, 3]
    assert one.joined != two.joined
    assert one.hashes == two.hashes  # why a till must not keep them: they tell a card from another


@at_the_counter
async def test_a_till_that_tells_it_twice_before_it_prompts_wants_one_card(scene: Scene) -> None:
    first, second = scene.place.queue(VISA), scene.place.queue(AMEX)
    await scene.till.ask(ENABLE)
    await scene.till.ask(ENABLE)
    assert scene.opened(await scene.till.read_frame()) == tracks(VISA)
    assert await first
    await settle()
    assert (scene.till.port.look(), second.done()) == (b"", False)
    await scene.till.ask(ENABLE)
    assert scene.opened(await scene.till.read_frame()) == tracks(AMEX)
    assert await second


@at_the_counter
async def test_disabled_it_says_nothing_of_a_card(scene: Scene) -> None:
    await scene.till.ask(DISABLE)
    assert await scene.place.reader.swipe_now(VISA)
    await settle()
    assert scene.till.port.look() == b""
    await scene.till.ask(ENABLE)
    assert await scene.place.reader.swipe_now(AMEX)
    raw = await scene.till.read_frame()
    assert parse(raw).ksn[-1] == 1  # no key was used on the other one


@at_the_counter
async def test_a_new_reader_reads_before_anybody_told_it_to(scene: Scene) -> None:
    """And so a card can lie in the port's buffer when a till opens it."""
    scene.till.port.close()
    assert await scene.place.reader.swipe_now(VISA)
    till = Till(scene.place.open())
    assert scene.opened(await till.read_frame()) == tracks(VISA)


@at_the_counter
async def test_settings_change_the_next_frame_and_outlast_the_power(scene: Scene) -> None:
    await scene.till.ask(write(0x5C, b"0"))
    await scene.till.ask(write(0x85, b"1"))
    await scene.till.ask(review(0x5C), told(0x5C, b"0"))
    scene.place.reader.plug()
    till = Till(scene.place.open())
    await till.ask(review(0x5C), told(0x5C, b"0"))
    customer = scene.place.queue(VISA)
    await till.ask(ENABLE)
    frame = parse(await till.read_frame())
    assert (frame.card_type, frame.hashes) == (0x80, [])
    assert await customer


@at_the_counter
async def test_commands_are_answered_in_their_order_and_before_a_card(scene: Scene) -> None:
    customer = scene.place.queue(VISA)
    scene.till.say(review(0x7E) + write(0x99, b"1") + ENABLE)
    answers = told(0x7E, b"3") + b"\x16" + ACK
    assert await scene.till.port.read(len(answers)) == answers
    assert scene.opened(await scene.till.read_frame()) == tracks(VISA)
    assert await customer


@at_the_counter
async def test_a_command_during_a_frame_is_answered_behind_it(scene: Scene) -> None:
    customer = scene.place.queue(VISA)
    await scene.till.ask(ENABLE)
    begin = await scene.till.port.read(5)
    scene.till.say(DISABLE)
    rest = await scene.till.port.read(int.from_bytes(begin[1:3], "little") + 1)
    assert scene.opened(begin + rest) == tracks(VISA)
    assert await scene.till.port.read(1) == ACK
    assert await customer


@at_the_counter
async def test_a_port_that_is_closed_wants_nothing_and_forgets_half_a_command(scene: Scene) -> None:
    await scene.till.ask(ENABLE)
    scene.till.say(ENABLE[:3])
    await settle()
    scene.till.port.close()
    await settle()
    customer = scene.place.queue(VISA)
    till = Till(scene.place.open())
    await till.ask(review(0x7E), told(0x7E, b"3"))  # it reads, but nobody asked that since
    await settle()
    assert not customer.done()
    await till.ask(ENABLE)
    assert scene.opened(await till.read_frame()) == tracks(VISA)
    assert await customer


@pytest.mark.parametrize("card", NON_BANK_CARDS.values(), ids=NON_BANK_CARDS)
def test_another_card_comes_in_clear_and_uses_no_key(tmp_path: Path, card):
    @at_the_counter
    async def test(scene: Scene) -> None:
        await scene.till.ask(ENABLE)
        assert await scene.place.reader.swipe_now(stripe(card))
        frame = parse(await scene.till.read_frame())
        assert frame.card_type == 3
        assert b"".join(frame.shown.values()) == tracks(stripe(card))
        assert await scene.place.reader.swipe_now(VISA)
        assert parse(await scene.till.read_frame()).ksn[-1] == 1

    test(tmp_path)


def test_started_again_it_goes_on_with_the_next_key(tmp_path: Path):
    seen = []

    async def swipe_and_stop_in_the_middle(scene: Scene) -> None:
        await scene.till.ask(ENABLE)
        card = asyncio.create_task(scene.place.reader.swipe_now(VISA))
        await scene.till.port.read(20)
        held = json.loads(key_room.state_file(scene.world, "reader").read_bytes())
        seen.append(int(held["next_ksn"], 16) & 0xFF)
        scene.place.reader.unplug()
        assert await card

    async def swipe(scene: Scene) -> None:
        await scene.till.ask(ENABLE)
        assert await scene.place.reader.swipe_now(VISA)
        seen.append(parse(await scene.till.read_frame()).ksn[-1])

    for what in (swipe, swipe_and_stop_in_the_middle, swipe):
        play_in(tmp_path, what)
    assert seen == [1, 3, 3]
