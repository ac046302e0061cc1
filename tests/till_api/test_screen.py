"""A cashier's screen: the newest stage to whoever looks, and nothing after the end."""

import asyncio

from pos_bridge.domain.progress import Stage
from pos_bridge.till_api.screen import Screen, Screens


async def seen(screen: Screen, end: "asyncio.Task[None]") -> list[Stage]:
    return [stage async for stage in screen.until(end)]


def test_each_stage_is_seen_and_the_last_one_too():
    async def run() -> None:
        screen, over = Screen(), asyncio.Event()

        async def work() -> None:
            await over.wait()

        end = asyncio.create_task(work())
        early = asyncio.create_task(seen(screen, end))
        for stage in (Stage.PREPARING, Stage.PRESENT_CARD):
            screen.show(stage)
            await asyncio.sleep(0.01)
        late = asyncio.create_task(seen(screen, end))
        await asyncio.sleep(0.01)
        screen.show(Stage.AUTHORISING)
        screen.show(Stage.REMOVE_CARD)
        over.set()
        assert await early == [Stage.PREPARING, Stage.PRESENT_CARD, Stage.REMOVE_CARD]
        assert await late == [Stage.PRESENT_CARD, Stage.REMOVE_CARD]

    asyncio.run(run())


def test_a_payment_that_shows_nothing():
    async def run() -> None:
        async def work() -> None:
            await asyncio.sleep(0)

        assert await seen(Screen(), asyncio.create_task(work())) == []

    asyncio.run(run())


def test_one_screen_a_request_and_none_is_kept():
    async def run() -> None:
        screens = Screens()
        held = screens.of(b"one").show  # as a payment holds it
        assert screens.of(b"one") is held.__self__  # type: ignore[attr-defined] # a bound method
        assert screens.of(b"two") is not held.__self__  # type: ignore[attr-defined] # as above
        del held
        assert not screens._screens

    asyncio.run(run())
