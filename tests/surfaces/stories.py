"""What a till does in a story that is crashed: each of these runs up to its end, or until the engine dies in it."""

from collections.abc import Callable

from tests.surfaces.crash import Scene


def card_sale(scene: Scene) -> None:
    scene.begin()
    scene.pay(scene.book.new())


def cash_sale(scene: Scene) -> None:
    scene.begin()
    scene.pay(scene.book.new(cash=True), card=None)


STORIES: dict[str, Callable[[Scene], None]] = {story.__name__: story for story in (card_sale, cash_sale)}
