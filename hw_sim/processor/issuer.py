"""The bank behind the processor: says yes or no to a card and an amount. Pure; keeps nothing."""

from hw_sim.cards import BY_NUMBER
from hw_sim.processor.facts import No
from hw_sim.processor.modes import Mode, Word
from hw_sim.processor.track import ClearCard


def published_number(card: ClearCard) -> str | None:
    """The card's number if it is one of the published test numbers: no other may be kept."""
    return card.number if card.number in BY_NUMBER else None


def decide_sale(card: ClearCard, asked_cents: int, mode: Mode, today_yymm: str) -> int | No:
    """The cents approved, or why not. A card is good until the end of the month on its stripe.

    In `partial` mode less than asked is approved whether or not the till allowed it: some hosts do.
    """
    if published_number(card) is None:
        return No.UNKNOWN_CARD
    if card.expiry_yymm < today_yymm:
        return No.EXPIRED_CARD
    if mode.word is Word.DECLINE:
        return No.DO_NOT_HONOUR
    return min(asked_cents, mode.cents) if mode.word is Word.PARTIAL else asked_cents


def decide_refund(asked_cents: int, mode: Mode) -> int | No:
    """A refund is made whole or not at all."""
    return No.DO_NOT_HONOUR if mode.word is Word.DECLINE else asked_cents
