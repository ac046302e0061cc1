"""A document on paper, through a real line: whole, in order, and never said to be printed when it was not."""

import asyncio
import os
import pty
import tty
from pathlib import Path

from hw_sim.counter.counter import Counter
from hw_sim.counter.receipt_printer import CUT
from pos_bridge.devices.receipt_printer import MOST_WAITING, ReceiptPrinter
from pos_bridge.domain.device import DeviceFault
from pos_bridge.wire.code_page import CodePage
from tests.devices.counter import until, with_counter


def printer_on(device: Path, *, answers: bool = True, limit_s: float = 30.0, status_s: float = 10.0) -> ReceiptPrinter:
    return ReceiptPrinter(
        device,
        columns=42,
        page=CodePage.CP858,
        baud=9600,
        cut=True,
        answers=answers,
        limit_s=limit_s,
        status_s=status_s,
    )


def paper(counter: Counter) -> list[str]:
    return counter.printer.paper.read_text().splitlines()


def test_a_document(tmp_path: Path):
    async def story(counter: Counter) -> list[str]:
        printer = printer_on(counter.printer.device)
        assert await printer.look() is None
        assert await printer.issue(["Épicerie", "", "Total 12,30 $"]) is None
        return paper(counter)  # at once: it said that it was printed

    assert with_counter(tmp_path, story) == ["Épicerie", "", "Total 12,30 $", CUT]


def test_documents_asked_for_together_come_out_one_after_the_other(tmp_path: Path):
    async def story(counter: Counter) -> list[str]:
        printer = printer_on(counter.printer.device)
        documents = [[f"{number}a", f"{number}b"] for number in range(MOST_WAITING)]
        assert await asyncio.gather(*map(printer.issue, documents)) == [None] * MOST_WAITING
        return paper(counter)

    printed = with_counter(tmp_path, story)
    assert printed == [row for number in range(MOST_WAITING) for row in (f"{number}a", f"{number}b", CUT)]


def test_one_more_than_may_wait_is_told_so(tmp_path: Path):
    async def story(counter: Counter) -> list[DeviceFault | None]:
        printer = printer_on(counter.printer.device)
        return await asyncio.gather(*(printer.issue(["x"]) for _ in range(MOST_WAITING + 1)))

    assert with_counter(tmp_path, story) == [None] * MOST_WAITING + [DeviceFault.TAKEN]


def test_out_of_paper_and_a_new_roll(tmp_path: Path):
    async def story(counter: Counter) -> list[str]:
        printer = printer_on(counter.printer.device)
        counter.printer.out()
        assert await printer.look() is DeviceFault.NO_PAPER
        assert await printer.issue(["lost"]) is DeviceFault.NO_PAPER
        counter.printer.refill()
        assert await printer.issue(["again"]) is None
        return paper(counter)

    assert with_counter(tmp_path, story) == ["again", CUT]


def test_unplugged_and_back(tmp_path: Path):
    async def story(counter: Counter) -> None:
        printer = printer_on(counter.printer.device)
        counter.printer.unplug()
        assert await printer.issue(["x"]) is DeviceFault.ABSENT
        counter.printer.plug()
        assert await printer.issue(["y"]) is None

    with_counter(tmp_path, story)


def test_one_that_is_switched_off_answers_nothing(tmp_path: Path):
    """A line with nobody at its end: asked about paper, it would wait for ever."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    try:
        silent = printer_on(Path(os.ttyname(slave)), status_s=0.05)
        assert asyncio.run(silent.issue(["x"])) is DeviceFault.STALLED
        assert os.read(master, 100) == b"\x10\x04\x04", "not one row was sent"
        full = printer_on(Path(os.ttyname(slave)), answers=False, limit_s=0.2)
        assert asyncio.run(full.issue(["x" * 42] * 5000)) is DeviceFault.STALLED
    finally:
        os.close(slave)
        os.close(master)


def test_one_that_cannot_answer_is_believed(tmp_path: Path):
    async def story(counter: Counter) -> None:
        printer = printer_on(counter.printer.device, answers=False)
        assert await printer.issue(["taken"]) is None
        await until(lambda: paper(counter) == ["taken", CUT])

    with_counter(tmp_path, story)
