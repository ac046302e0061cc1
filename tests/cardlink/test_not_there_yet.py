"""A reader that is not there when a card is asked for, and comes while another waits: it may read the card yet."""

from pathlib import Path

from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.domain.card import ReadFailure, SealedCard
from tests.cardlink.world import FRAME, ask, hear, until, with_rooms
from tests.drivers.line import GREEN, Line


def plug(link: Path, device: str) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(device)


def test_it_is_looked_for_again_and_told_of_once(tmp_path, line, other_line):
    late = tmp_path / "late"
    told: list[ReadFailure] = []

    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        await hear(line, GREEN)
        await until(lambda: bool(told))
        plug(late, other_line.device)
        await hear(other_line, GREEN)
        other_line.send(FRAME)
        assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [str(late), line.device], story, on_failure=told.append)
    assert told == [ReadFailure.READER_ABSENT]


def test_one_that_goes_and_comes_back(tmp_path, line, other_line):
    """As a chip reader does whose service is started anew."""
    reader = tmp_path / "reader"
    plug(reader, other_line.device)

    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        for each in (line, other_line):
            await hear(each, GREEN)
        with Line() as again:
            plug(reader, again.device)
            other_line.hang_up()
            await hear(again, GREEN)
            again.send(FRAME)
            assert isinstance(await prompt.card(), SealedCard)

    with_rooms(tmp_path, [str(reader), line.device], story)
