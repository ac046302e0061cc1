"""The simulated counter: its devices come and go, and nothing of it is left at the end."""

import asyncio
from pathlib import Path

from hw_sim.counter.counter import Counter
from hw_sim.counter.customer_pad import CustomerPad
from hw_sim.counter.line_display import LineDisplay
from hw_sim.counter.receipt_printer import ReceiptPrinter


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_plugged_in_and_out(tmp_path: Path):
    async def story() -> None:
        counter = Counter(tmp_path, tmp_path / "paper")
        devices: list[LineDisplay | ReceiptPrinter | CustomerPad] = [counter.display, counter.printer, counter.pad]
        assert all(device.device.resolve().is_char_device() for device in devices)
        for device in devices:
            device.unplug()
            device.unplug()
            assert not device.device.exists()
            device.plug()
            device.plug()
            assert device.device.resolve().is_char_device()
        counter.close()
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    before = open_files()
    asyncio.run(story())
    assert open_files() == before
    assert [path.name for path in tmp_path.iterdir()] == ["paper"]


def test_only_its_owner_reads_the_paper(tmp_path: Path):
    async def story() -> None:
        Counter(tmp_path, tmp_path / "paper").close()

    asyncio.run(story())
    assert (tmp_path / "paper").stat().st_mode & 0o077 == 0


def test_nobody_answers_what_is_not_asked(tmp_path: Path):
    async def story() -> None:
        counter = Counter(tmp_path, tmp_path / "paper")
        assert await counter.pad.answer("yes", 0.0) is None
        counter.close()

    asyncio.run(story())
