"""What a till does in a story that is crashed: each of these runs up to its end, or until the engine dies in it."""

from collections.abc import Callable

from tests.surfaces.accounts import Sale
from tests.surfaces.scene import Scene

_FIRST_PART, _REFUND = 999_00, 3_50


def card_sale(scene: Scene) -> None:
    scene.begin()
    scene.pay(scene.book.new())


def cash_sale(scene: Scene) -> None:
    scene.begin()
    scene.pay(scene.book.new(cash=True), card=None)


def void(scene: Scene) -> None:
    """All of a sale of today taken back."""
    sale = _paid(scene)
    scene.begin()
    scene.give_back(scene.book.back(sale))


def refund(scene: Scene) -> None:
    """Part of a sale given back by its reference."""
    sale = _paid(scene)
    scene.begin()
    scene.give_back(scene.book.back(sale, _REFUND))


def card_refund(scene: Scene) -> None:
    """Part of a sale given back to its card, which is there."""
    sale = _paid(scene)
    scene.begin()
    scene.give_back(scene.book.back(sale, _REFUND, by_card=True), card="visa")


def split(scene: Scene) -> None:
    """A card that covers a part; the rest by another card, which is the one that meets the processor's fault."""
    first = scene.book.new(split=True)
    scene.begin()
    scene.mode("partial", _FIRST_PART)
    told = scene.pay(first)
    if told.cents is None:
        return
    scene.fault()
    rest = scene.book.part(first, told.cents, cents=first.cents - told.cents)
    scene.pay(rest, card="mastercard")


def _paid(scene: Scene) -> Sale:
    """A sale that was made and captured before the story begins."""
    sale = scene.book.new()
    assert scene.book.pay(sale).paid
    return sale


STORIES: dict[str, Callable[[Scene], None]] = {
    story.__name__: story for story in (card_sale, cash_sale, void, refund, card_refund, split)
}
