"""A chip reader beside a stripe reader, as the engine asks them: real rooms, a real pcscd, a virtual card."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import drivers.pcsc
from pos_bridge.cardlink import prompt as prompt_module
from pos_bridge.cardlink.lane import ConfiguredReader
from pos_bridge.cardlink.prompt import CardPrompt
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.domain.card import EntryMode, ReadFailure, SealedCard
from pos_bridge.domain.chip import NO_ANSWER, HostWord, IssuerAnswer, SecondAnswer
from pos_bridge.domain.leg_key import LegKey
from tests.cardlink.world import AMOUNT, FRAME, KEYS, hear
from tests.drivers.line import GREEN, LIMIT_S, OFF, VISA
from tests.pcsc.card import VirtualCard
from tests.pcsc.daemon import READER, Pcscd
from tests.pcsc.emv_card import AAC, TC, EmvCard
from tests.pcsc.supervised import Supervised
from tests.wire.swipes import PUBLISHED, swipe

EMV = Path(drivers.pcsc.__path__[0]) / "emv-canada.toml"
APPROVED = IssuerAnswer(HostWord.APPROVED, b"00")
CHIP_STRIPE = swipe(VISA, "2912201999988887777")


@pytest.fixture(scope="module")
def pcscd(tmp_path_factory):
    with Pcscd(tmp_path_factory.mktemp("p")) as pcscd:
        yield pcscd


def chip_reader(pcscd: Pcscd | Supervised) -> ConfiguredReader:
    return ConfiguredReader("chip", "pcsc_emv", READER, EMV, pcscd.socket)


def with_readers(
    folder: Path, readers: list[ConfiguredReader], story: Callable[[Rooms], Awaitable[None]], prompt_s: int = 60
) -> None:
    async def run() -> None:
        rooms = Rooms(readers, KEYS.write_trust(folder), prompt_s, is_fit=lambda: True)
        try:
            await asyncio.wait_for(story(rooms), LIMIT_S)
        finally:
            await rooms.close()

    asyncio.run(run())


def ask(rooms: Rooms) -> CardPrompt:
    return rooms.prompt(LegKey.fresh(), AMOUNT, KEYS.sealing_key())


async def agrees(prompt: CardPrompt, issuer: IssuerAnswer) -> bool:
    said = await prompt.second_answer(issuer)
    assert isinstance(said, SecondAnswer)
    return said.agreed


@asynccontextmanager
async def inserted(rooms: Rooms, pcscd: Pcscd, script: EmvCard) -> AsyncIterator[VirtualCard]:
    """Once the chip reader is armed, which must be its first time: a card that lies there before counts for nobody."""
    await asyncio.sleep(0)  # the ask has its reader now, and what is told of it is what the ask has seen
    while not dict(await rooms.states())["chip"]:
        await asyncio.sleep(0)
    card = VirtualCard(pcscd, script)
    try:
        yield await asyncio.to_thread(card.__enter__)
    finally:
        await asyncio.to_thread(card.pull)


def stripe(device: str) -> ConfiguredReader:
    return ConfiguredReader("stripe", "msr_plain", device)


@pytest.mark.parametrize(("second", "agreed"), [(TC, True), (AAC, False)])
def test_a_chip_wins_and_says_its_last_word(tmp_path, line, pcscd, second, agreed):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        async with inserted(rooms, pcscd, EmvCard(second=second)):
            sealed = await prompt.card()
            assert isinstance(sealed, SealedCard)
            assert sealed.facts.entry_mode is EntryMode.CHIP
            await hear(line, OFF)
            assert await agrees(prompt, APPROVED) is agreed
            prompt.withdraw()

    with_readers(tmp_path, [stripe(line.device), chip_reader(pcscd)], story)


def test_a_swipe_wins_and_the_chip_reader_is_let_go(tmp_path, line, pcscd):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)
        assert await prompt.second_answer(APPROVED) == SecondAnswer(agreed=True)

    with_readers(tmp_path, [stripe(line.device), chip_reader(pcscd)], story)


def test_a_stripe_that_asks_for_the_chip_ends_nothing_while_there_is_a_chip_reader(tmp_path, line, pcscd):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        line.send(CHIP_STRIPE)
        await hear(line, OFF + GREEN)
        async with inserted(rooms, pcscd, EmvCard()):
            assert isinstance(await prompt.card(), SealedCard)
            assert await agrees(prompt, APPROVED)

    with_readers(tmp_path, [stripe(line.device), chip_reader(pcscd)], story)


class Broken(EmvCard):
    """Its application can be started, and its records not read."""

    def _answer(self, command: bytes) -> bytes:
        return b"\x6f\x00" if command[1] == 0xB2 else super()._answer(command)


def test_a_chip_that_cannot_be_read_may_be_swiped_and_that_is_flagged(tmp_path, line, pcscd):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        async with inserted(rooms, pcscd, Broken()):
            await hear(line, OFF + GREEN)
            line.send(CHIP_STRIPE)
            sealed = await prompt.card()
            assert isinstance(sealed, SealedCard)
            assert sealed.facts.entry_mode is EntryMode.MAGSTRIPE_FALLBACK
            assert await agrees(prompt, APPROVED)

    with_readers(tmp_path, [stripe(line.device), chip_reader(pcscd)], story)


def test_interac_has_no_fallback(tmp_path, line, pcscd):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        async with inserted(rooms, pcscd, Broken()):
            await hear(line, OFF + GREEN)
            line.send(swipe(PUBLISHED["interac"], "2912220999988887777"))
            assert await prompt.card() is ReadFailure.CHIP_FAILED

    with_readers(tmp_path, [stripe(line.device), chip_reader(pcscd)], story)


def test_a_chip_that_cannot_be_read_where_nothing_can_be_swiped(tmp_path, pcscd):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        async with inserted(rooms, pcscd, Broken()):
            assert await prompt.card() is ReadFailure.CHIP_FAILED

    with_readers(tmp_path, [chip_reader(pcscd)], story)


def test_a_card_pulled_while_its_issuer_is_asked_has_not_agreed(tmp_path, pcscd):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        async with inserted(rooms, pcscd, EmvCard()) as card:
            assert isinstance(await prompt.card(), SealedCard)
            await asyncio.to_thread(card.pull)
            assert await prompt.second_answer(APPROVED) == SecondAnswer(agreed=False)

    with_readers(tmp_path, [chip_reader(pcscd)], story)


def test_withdrawn_while_its_issuer_is_asked(tmp_path, pcscd):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        async with inserted(rooms, pcscd, EmvCard()):
            assert isinstance(await prompt.card(), SealedCard)
            prompt.withdraw()
            assert not await agrees(prompt, NO_ANSWER)

    with_readers(tmp_path, [chip_reader(pcscd)], story)


def test_close_lets_a_chip_go_that_waits_for_its_issuer(tmp_path, pcscd):
    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        async with inserted(rooms, pcscd, EmvCard()):
            assert isinstance(await prompt.card(), SealedCard)
            waiting = asyncio.ensure_future(prompt.second_answer(APPROVED))
            await rooms.close()
            await waiting

    with_readers(tmp_path, [chip_reader(pcscd)], story)


def test_a_chip_that_was_put_in_where_it_is_not_fit_any_more_pays_nothing(tmp_path, line, pcscd):
    """Between two looks of a second: what counts is the one when its card is there. The chip hears no approval."""

    async def story(rooms: Rooms) -> None:
        looks = iter((True, False))
        rooms._is_fit = lambda: next(looks)
        prompt = ask(rooms)
        await hear(line, GREEN)
        async with inserted(rooms, pcscd, EmvCard()):
            assert await prompt.card() is ReadFailure.SURROUNDINGS
            assert await prompt.second_answer(APPROVED) == SecondAnswer(agreed=False)
        rooms._is_fit = lambda: True
        prompt = ask(rooms)
        await hear(line, GREEN)
        line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    with_readers(tmp_path, [stripe(line.device), chip_reader(pcscd)], story)


def test_a_chip_is_let_go_where_it_is_not_fit_any_more_while_its_issuer_is_asked(tmp_path, pcscd, monkeypatch):
    """Its room holds what the card said for as long as the processor takes."""
    monkeypatch.setattr(prompt_module, "_LOOK_S", 0.02)
    fit = [True]

    async def story(rooms: Rooms) -> None:
        rooms._is_fit = lambda: fit[-1]
        prompt = ask(rooms)
        async with inserted(rooms, pcscd, EmvCard()):
            assert isinstance(await prompt.card(), SealedCard)
            fit.append(False)
            while prompt._waiting:
                await asyncio.sleep(0.01)
            assert await prompt.second_answer(APPROVED) is ReadFailure.SURROUNDINGS

    with_readers(tmp_path, [chip_reader(pcscd)], story)


def test_no_card_is_read_while_the_daemon_logs(tmp_path, tmp_path_factory, line):
    async def story(rooms: Rooms) -> None:
        assert await ask(rooms).card() is ReadFailure.READER_LOGGED

    with Pcscd(tmp_path_factory.mktemp("p"), "--apdu") as logging:
        with_readers(tmp_path, [stripe(line.device), chip_reader(logging)], story)


def test_no_card_is_read_where_a_supervisor_starts_a_daemon_that_logs(tmp_path, tmp_path_factory, line):
    """Debian's way: it ends itself after a minute without a client, and nobody can look at it before it is there."""

    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        serving = asyncio.create_task(asyncio.to_thread(supervised.serve_once))
        try:
            assert await prompt.card() is ReadFailure.READER_LOGGED
        finally:
            prompt.withdraw()
            await serving

    with Supervised(tmp_path_factory.mktemp("p"), "--apdu") as supervised:
        with_readers(tmp_path, [stripe(line.device), chip_reader(supervised)], story)


def test_without_a_daemon_the_reader_is_absent(tmp_path):
    async def story(rooms: Rooms) -> None:
        assert await ask(rooms).card() is ReadFailure.READER_ABSENT
        assert await rooms.states() == (("chip", False),)

    with_readers(tmp_path, [ConfiguredReader("chip", "pcsc_emv", READER, EMV, tmp_path / "none.comm")], story)
