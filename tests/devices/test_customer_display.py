"""A text on the customer's display, on a real line: there, replaced, gone, or told that it could not be."""

import asyncio
from functools import partial
from pathlib import Path

from hw_sim.counter.counter import Counter
from pos_bridge.devices.customer_display import CustomerDisplay
from pos_bridge.devices.line import Line
from pos_bridge.domain.device import DeviceFault
from pos_bridge.wire.code_page import CodePage
from tests.devices.counter import until, with_counter


def on(counter: Counter) -> CustomerDisplay:
    return CustomerDisplay(counter.display.device, CodePage.CP858, 9600)


def shows(counter: Counter, lines: list[str]) -> bool:
    return counter.display.shown == [*lines, "", ""][:2]


def test_one_text_after_the_other(tmp_path: Path):
    async def story(counter: Counter) -> None:
        display = on(counter)
        for lines in (["Crème glacée", "3,25 $"], ["Merci!"], []):
            assert await display.show(lines) is None
            await until(partial(shows, counter, lines))

    with_counter(tmp_path, story)


def test_many_at_once_are_shown_whole(tmp_path: Path):
    async def story(counter: Counter) -> None:
        display = on(counter)
        texts = [[f"article {number}", f"{number},00 $"] for number in range(20)]
        assert await asyncio.gather(*map(display.show, texts)) == [None] * 20
        await until(lambda: counter.display.shown == texts[-1])

    with_counter(tmp_path, story)


def test_unplugged_and_back(tmp_path: Path):
    async def story(counter: Counter) -> None:
        display = on(counter)
        counter.display.unplug()
        assert await display.show(["x"]) is DeviceFault.ABSENT
        counter.display.plug()
        assert await display.show(["back"]) is None
        await until(lambda: counter.display.shown[0] == "back")

    with_counter(tmp_path, story)


def test_taken_by_another_program(tmp_path: Path):
    async def story(counter: Counter) -> None:
        with Line(counter.display.device, 9600):
            assert await on(counter).show(["x"]) is DeviceFault.TAKEN

    with_counter(tmp_path, story)
