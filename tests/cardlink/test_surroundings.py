"""Cards in surroundings that are unfit, or become so: real rooms and lines, on a machine made of files."""

import asyncio
from pathlib import Path

import pytest

from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.cardlink.watch import MachineWatch
from pos_bridge.config.settings import CardRoom
from pos_bridge.domain.card import ReadFailure, SealedCard
from pos_bridge.domain.surroundings import ACCEPTABLE, Unfit
from pos_bridge.log import events
from pos_bridge.log.log import Event
from tests.cardlink.world import FRAME, ask, hear, with_rooms
from tests.drivers.line import GREEN, OFF, Line
from tests.machine_tree import Machine


class Till:
    """A watch over such a machine, and what it told."""

    def __init__(self, folder: Path, *accepts: Unfit) -> None:
        self.machine = Machine(folder / "machine")
        self.told: list[Event] = []
        self.watch = MachineWatch(frozenset(accepts), self.told.append, self.machine.root)


@pytest.fixture(name="till")
def one_till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def test_no_card_is_asked_for(tmp_path: Path, line: Line, till: Till):
    async def story(rooms: Rooms) -> None:
        till.machine.swap("/dev/sda2")
        assert await ask(rooms).card() is ReadFailure.SURROUNDINGS
        prompt = ask(rooms)
        prompt.withdraw()
        assert await prompt.card() is ReadFailure.SURROUNDINGS
        till.machine.swap()
        prompt = ask(rooms)
        assert await hear(line, GREEN) == GREEN, "no lamp before it was fit"
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [line.device], story, is_fit=till.watch.is_fit)


def test_swap_that_is_added_while_a_card_is_awaited(tmp_path: Path, line: Line, other_line: Line, till: Till):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        for each in (line, other_line):
            await hear(each, GREEN)
        till.machine.swap("/dev/sda2")
        assert await prompt.card() is ReadFailure.SURROUNDINGS, "though nobody swiped"
        for each in (line, other_line):
            await hear(each, OFF)

    with_rooms(tmp_path, [line.device, other_line.device], story, is_fit=till.watch.is_fit)


def test_a_card_that_was_read_in_the_moment_it_became_unfit_pays_nothing(tmp_path: Path, line: Line, till: Till):
    """The looks of each second are put off here: what counts is the one when the card is there."""

    async def story(rooms: Rooms) -> None:
        looks = iter((True, False))
        rooms._is_fit = lambda: next(looks)
        prompt = ask(rooms)
        await hear(line, GREEN)
        line.send(FRAME)
        assert await prompt.card() is ReadFailure.SURROUNDINGS

    with_rooms(tmp_path, [line.device], story, is_fit=till.watch.is_fit)


# ---- what is told ----


def test_it_is_told_once_until_it_changes(till: Till):
    watch, machine = till.watch, till.machine
    assert watch.is_fit()
    assert till.told == []
    machine.swap("/dev/sda2")
    assert [watch.is_fit(), watch.is_fit()] == [False, False]
    machine.write("dev/usbmon0", "")
    assert not watch.is_fit()
    machine.swap()
    (machine.root / "dev/usbmon0").unlink()
    assert [watch.is_fit(), watch.is_fit()] == [True, True]
    nothing = {reason.value: False for reason in Unfit}
    assert till.told == [
        events.SurroundingsUnfit(**nothing | {"swap": True}),
        events.SurroundingsUnfit(**nothing | {"swap": True, "usb_monitor": True}),
        events.SurroundingsFit(),
    ]


def test_what_the_shop_answers_for_refuses_nothing_and_nothing_else_is_let_through(tmp_path: Path):
    till = Till(tmp_path, Unfit.SWAP)
    till.machine.swap("/dev/sda2")
    assert till.watch.is_fit()
    till.machine.hibernates()
    assert not till.watch.is_fit()
    assert till.told == [
        events.SurroundingsUnfit(swap=False, hibernation=True, crash_dump=False, usb_monitor=False, unseen=False)
    ]


def test_nobody_accepts_what_cannot_be_seen(tmp_path: Path):
    with pytest.raises(ValueError, match="cannot be accepted"):
        MachineWatch(ACCEPTABLE | {Unfit.UNSEEN}, print, tmp_path)
    everything = CardRoom(trust="trust.txt", accepts=("swap", "hibernation", "crash_dump", "usb_monitor"))
    assert everything.accepted == ACCEPTABLE
    till = Till(tmp_path, *ACCEPTABLE)
    (till.machine.root / "proc/swaps").unlink()
    assert not till.watch.is_fit()


def test_a_prompt_that_is_over_is_looked_after_no_more(tmp_path: Path, line: Line, till: Till):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        prompt.withdraw()
        till.machine.swap("/dev/sda2")
        assert await prompt.card() is ReadFailure.NO_CARD
        await asyncio.sleep(0)

    with_rooms(tmp_path, [line.device], story, is_fit=till.watch.is_fit)
    assert till.told == []
