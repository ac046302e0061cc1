"""How long a room waits for a card, and what it says when that is over. Pure; times are seconds of time.monotonic."""

from drivers.reader import Armed, CardInserted, Event, NotYet, PinAsked
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.cardlink import CONVERSATION_S

# How long a reader that cannot be armed is tried, until somebody is told why. A PIN that was being entered when its
# room was ended holds a reader for the 30 s that its keypad waits.
HINDERED_S = {ReadFailure.CARD_LEFT: 20.0, ReadFailure.READER_BUSY: 35.0}


class Patience:
    """`until`: when it ends; `reason`: what was missing then. Both change with what the reader says."""

    def __init__(self, prompt_end: float) -> None:
        self._prompt_end = prompt_end
        self.until = prompt_end
        self.reason = ReadFailure.NO_CARD

    def note(self, event: Event | None, now: float) -> None:
        match event:
            case NotYet(reason):
                self.until, self.reason = min(self._prompt_end, now + HINDERED_S[reason]), reason
            case Armed():
                self.until, self.reason = self._prompt_end, ReadFailure.NO_CARD
            case CardInserted():
                self.until, self.reason = now + CONVERSATION_S, ReadFailure.CHIP_FAILED
            case PinAsked():  # the card holder's time from here on: no reason to have a stripe swiped instead
                self.reason = ReadFailure.CHIP_DECLINED
            case _:
                pass
