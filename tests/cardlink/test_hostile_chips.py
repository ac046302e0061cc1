"""Card rooms that lie about a chip: it agrees only where it was asked and said so, and nothing hides in its words."""

import pytest

from pos_bridge.cardlink import lane, room
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.domain.card import ReadFailure, SealedCard
from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer
from tests.cardlink.world import ask, hostile, with_rooms

APPROVED = IssuerAnswer(HostWord.APPROVED, b"00")


def last_word(folder, word: str) -> SecondAnswer:
    """Of the one chip; and the next prompt works."""
    words: list[SecondAnswer] = []

    async def story(rooms: Rooms) -> None:
        prompt = ask(rooms)
        assert isinstance(await prompt.card(), SealedCard)
        said = await prompt.second_answer(APPROVED)
        assert isinstance(said, SecondAnswer)
        words.append(said)
        prompt.withdraw()
        assert isinstance(await ask(rooms).card(), SealedCard)

    with_rooms(folder, ["/dev/any"], story, python=hostile(folder, word, "shows"))
    (said,) = words
    return said


@pytest.mark.parametrize(("word", "agreed"), [("chip-agrees", True), ("chip-refuses", False)])
def test_what_a_chip_may_say(tmp_path, word, agreed):
    said = last_word(tmp_path, word)
    assert said.agreed is agreed
    assert said.receipt is not None


@pytest.mark.parametrize(
    "word",
    [
        "chip-dies",
        "chip-hangs",
        "chip-fails-late",
        "chip-seals-again",
        "chip-hides-in-its-name",
        "chip-hides-behind-its-name",
        "chip-hides-in-a-bit",
        "chip-agrees-twice-over",
    ],
)
def test_whatever_else_it_says_it_has_not_agreed(tmp_path, monkeypatch, word):
    """So what its issuer approved is reversed; and not a byte of it is handed on."""
    monkeypatch.setattr(lane, "_LAST_WORD_S", 0.5)
    monkeypatch.setattr(room, "_END_GRACE_S", 0.2)
    assert last_word(tmp_path, word) == SecondAnswer(agreed=False)


@pytest.mark.parametrize("word", ["chip-without-insertion", "chip-as-a-stripe", "fallback-unasked"])
def test_a_card_read_in_another_way_than_it_could_be(tmp_path, word):
    async def story(rooms: Rooms) -> None:
        assert await ask(rooms).card() is ReadFailure.ROOM_LOST

    with_rooms(tmp_path, ["/dev/any"], story, python=hostile(tmp_path, word, "shows"))
