"""What the customer is asked for while a card pays, for the cashier's screen: told as it happens, and kept nowhere."""

from collections.abc import Callable
from enum import Enum


class Stage(Enum):
    """Where a payment or a refund with its card is. None says which card, or how much."""

    PREPARING = "preparing"
    PRESENT_CARD = "present_card"  # insert or swipe
    PRESENT_AGAIN = "present_again"  # not read
    USE_CHIP = "use_chip"  # a chip card was swiped, and there is a reader for its chip
    SWIPE = "swipe"  # its chip could not be read
    CARD_IN = "card_in"  # a chip is being read, its PIN asked for; it stays in
    AUTHORISING = "authorising"
    REMOVE_CARD = "remove_card"


Progress = Callable[[Stage], object]  # called from the event loop; returns at once


def unwatched(_: Stage) -> None:
    """Nobody looks: nexo has no message for it."""
