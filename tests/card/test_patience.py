"""How long a room waits and what it then says, by a clock of the test's own."""

import pytest

from drivers.reader import Armed, BadRead, CardInserted, NotYet, PinAsked
from pos_bridge.card.patience import HINDERED_S, Patience
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.cardlink import CONVERSATION_S


def after(*events, prompt_end: float = 200.0, now: float = 50.0) -> tuple[float, ReadFailure]:
    patience = Patience(prompt_end)
    for event in events:
        patience.note(event, now)
    return patience.until, patience.reason


def test_nobody_comes():
    assert after(Armed(), None, BadRead()) == (200.0, ReadFailure.NO_CARD)


@pytest.mark.parametrize("reason", HINDERED_S)
def test_a_reader_that_cannot_be_armed_is_told_of_long_before_the_prompt_ends(reason):
    assert after(NotYet(reason)) == (50.0 + HINDERED_S[reason], reason)
    assert after(NotYet(reason), prompt_end=55.0) == (55.0, reason)
    assert after(NotYet(reason), Armed()) == (200.0, ReadFailure.NO_CARD)


def test_a_keypad_that_holds_its_reader_is_outlasted():
    """VERIFY_PIN_DIRECT waits 30 s (drivers/pcsc/secure_pin.py), whatever becomes of the room that began it."""
    assert HINDERED_S[ReadFailure.READER_BUSY] > 30


def test_a_chip_that_takes_too_long_may_be_swiped_instead():
    assert after(Armed(), CardInserted()) == (50.0 + CONVERSATION_S, ReadFailure.CHIP_FAILED)


def test_a_card_holder_who_takes_too_long_may_not():
    """A stolen card is not to be swiped because its PIN was not known."""
    assert after(Armed(), CardInserted(), PinAsked()) == (50.0 + CONVERSATION_S, ReadFailure.CHIP_DECLINED)
