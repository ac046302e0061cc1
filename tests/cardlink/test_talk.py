"""What a room may say after Read and what ends it: a chip has its own order, and two answers."""

import pytest

from pos_bridge.cardlink.room import RoomLostError
from pos_bridge.cardlink.talk import ReadTalk
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, ReadFailure, SealedByRoom, SealedCard
from pos_bridge.domain.chip import SecondAnswer
from pos_bridge.wire.cardlink import Armed, CardSaid, Failed, Notice, Read, ReaderIs, ReaderState, Report, Sealed, Show
from tests.card.keys import CAD, CENTS, KEY_ID, LEG_KEY, LOCAL_TIME, ProcessorKeys

KEYS = ProcessorKeys()
INSERTED, AGAIN = Show(Notice.CARD_INSERTED), Show(Notice.SWIPE_AGAIN)
SAID = CardSaid(SecondAnswer(agreed=True))


def sealed(mode: EntryMode, key_id: bytes = KEY_ID) -> Sealed:
    return Sealed(SealedCard(CardFacts(Brand.VISA, 5119, mode), SealedByRoom(key_id, bytes(1648))))


CHIP, STRIPE, FALLBACK = (sealed(mode) for mode in (EntryMode.CHIP, EntryMode.MAGSTRIPE, EntryMode.MAGSTRIPE_FALLBACK))


def talk(*, fallback: bool = False) -> ReadTalk:
    key = KEYS.sealing_key()
    return ReadTalk(Read("pcsc_emv", "reader", 1_000, LEG_KEY, CENTS, CAD, key, LOCAL_TIME, fallback=fallback))


def test_a_chip_has_two_answers():
    room = talk()
    assert [room.hear(report) for report in (Armed(), INSERTED)] == [None, Notice.CARD_INSERTED]
    assert room.hear(CHIP) == CHIP.card
    assert room.hear(SAID) == SAID.answer


@pytest.mark.parametrize(("fallback", "answer"), [(True, FALLBACK), (True, STRIPE), (False, STRIPE)])
def test_a_stripe_has_one(fallback, answer):
    room = talk(fallback=fallback)
    room.hear(Armed())
    assert room.hear(answer) == answer.card
    with pytest.raises(RoomLostError):
        room.hear(SAID)


@pytest.mark.parametrize(
    "reports",
    [
        (INSERTED,),
        (Armed(), CHIP),
        (Armed(), FALLBACK),
        (Armed(), SAID),
        (Armed(), sealed(EntryMode.CONTACTLESS)),
        (Armed(), INSERTED, INSERTED),
        (Armed(), INSERTED, AGAIN),
        (Armed(), INSERTED, STRIPE),
        (Armed(), INSERTED, sealed(EntryMode.CONTACTLESS)),
        (Armed(), INSERTED, sealed(EntryMode.CHIP, b"key-0002")),
        (Armed(), INSERTED, SAID),
        (Armed(), INSERTED, CHIP, CHIP),
        (Armed(), INSERTED, CHIP, Failed(ReadFailure.CARD_REMOVED)),
        (Armed(), INSERTED, CHIP, ReaderIs(ReaderState.PRESENT)),
    ],
)
def test_what_is_out_of_order_ends_the_room(reports: tuple[Report, ...]):
    room = talk()
    for report in reports[:-1]:
        room.hear(report)
    with pytest.raises(RoomLostError):
        room.hear(reports[-1])


@pytest.mark.parametrize("ours", [ReadFailure.ROOM_LOST, ReadFailure.SURROUNDINGS])
def test_what_only_the_engine_can_know_is_not_believed(ours):
    with pytest.raises(RoomLostError):
        talk().hear(Failed(ours))
