"""A card that was left in a reader: told at once where it is the only one; while another waits it ends nothing."""

from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.domain.card import ReadFailure, SealedCard
from tests.cardlink.world import ask, hostile, with_rooms


def test_the_only_reader_says_so(tmp_path):
    async def story(rooms: Rooms) -> None:
        assert await ask(rooms).card() is ReadFailure.CARD_LEFT

    told: list[ReadFailure] = []
    with_rooms(tmp_path, ["/dev/one"], story, python=hostile(tmp_path, "left", "hangs"), on_failure=told.append)
    assert told == []


def test_while_another_waits_it_is_asked_again(tmp_path):
    """The one that is asked anew has its card this time; the log was told once."""

    async def story(rooms: Rooms) -> None:
        assert isinstance(await ask(rooms).card(), SealedCard)

    told: list[ReadFailure] = []
    python = hostile(tmp_path, "left", "hangs-armed", "shows")
    with_rooms(tmp_path, ["/dev/one", "/dev/two"], story, python=python, on_failure=told.append)
    assert told == [ReadFailure.CARD_LEFT]


def test_it_is_what_tells_most_when_nobody_came(tmp_path):
    async def story(rooms: Rooms) -> None:
        assert await ask(rooms).card() is ReadFailure.CARD_LEFT

    python = hostile(tmp_path, "left", "no-card")
    with_rooms(tmp_path, ["/dev/one", "/dev/two"], story, prompt_s=1, python=python)
