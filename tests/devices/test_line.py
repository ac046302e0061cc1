"""A device opened: nothing but a character device, nobody else's, and nothing of it blocks."""

import asyncio
import fcntl
import os
import pty
import subprocess
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_bridge.devices.line import BAUDS, Line, LineError
from pos_bridge.domain.device import DeviceFault


@pytest.fixture(name="port")
def a_port() -> Iterator[tuple[int, Path]]:
    """The device's own end, and the name of ours."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    name = Path(os.ttyname(slave))
    os.close(slave)
    try:
        yield master, name
    finally:
        os.close(master)


def fault_of(device: Path) -> DeviceFault:
    with pytest.raises(LineError) as caught:
        Line(device, 9600)
    return caught.value.fault


def test_text_never_comes_to_lie_in_a_file(tmp_path: Path):
    file = tmp_path / "printed"
    file.write_text("before")
    os.mkfifo(tmp_path / "fifo")
    assert fault_of(file) is DeviceFault.ABSENT
    assert fault_of(tmp_path / "fifo") is DeviceFault.ABSENT
    assert fault_of(tmp_path) is DeviceFault.ABSENT
    assert fault_of(tmp_path / "nowhere") is DeviceFault.ABSENT
    assert file.read_text() == "before"


def test_one_program_at_a_time(port: tuple[int, Path]):
    with Line(port[1], 9600):
        assert fault_of(port[1]) is DeviceFault.TAKEN
    with Line(port[1], 9600):
        pass


@pytest.mark.parametrize("baud", list(BAUDS))
@pytest.mark.parametrize("paused_by_device", [False, True])
def test_raw_without_echo(port: tuple[int, Path], baud, paused_by_device):
    with Line(port[1], baud, paused_by_device=paused_by_device) as line:
        iflag, _, cflag, lflag, ispeed, ospeed, _ = termios.tcgetattr(line._fd)
    assert ispeed == ospeed == BAUDS[baud]
    assert not lflag & (termios.ECHO | termios.ICANON | termios.ISIG)
    assert not cflag & (termios.HUPCL | termios.PARENB | termios.CRTSCTS)
    assert bool(iflag & termios.IXON) is paused_by_device


def test_what_waited_is_dropped(port: tuple[int, Path]):
    os.write(port[0], b"old")

    async def story() -> bytes:
        with Line(port[1], 9600) as line:
            os.write(port[0], b"new")
            return await line.read()

    assert asyncio.run(story()) == b"new"


def test_a_device_that_takes_nothing_stops_nothing_else(port: tuple[int, Path]):
    """More than its buffer holds: the loop goes on, and whoever waits may give up."""
    data = b"x" * 1_000_000

    async def story() -> int:
        ticks = 0
        with Line(port[1], 9600) as line:
            writing = asyncio.create_task(line.write(data))
            while ticks < 20:
                await asyncio.sleep(0.001)
                ticks += 1
            assert not writing.done()
            writing.cancel()
            await asyncio.wait({writing})
        return ticks

    assert asyncio.run(story()) == 20


def test_all_of_it_arrives_in_order(port: tuple[int, Path]):
    data = bytes(range(256)) * 400

    async def story() -> bytes:
        got = bytearray()
        loop = asyncio.get_running_loop()
        os.set_blocking(port[0], False)
        loop.add_reader(port[0], lambda: got.extend(os.read(port[0], 4096)))
        with Line(port[1], 115200) as line:
            await line.write(data)
            await line.sent()
            while len(got) < len(data):
                await asyncio.sleep(0.001)
        loop.remove_reader(port[0])
        return bytes(got)

    assert asyncio.run(story()) == data


def test_a_device_that_is_unplugged_in_the_middle():
    master, slave = pty.openpty()
    name = Path(os.ttyname(slave))

    async def story() -> DeviceFault:
        with Line(name, 9600) as line:
            os.close(slave)
            reading = asyncio.create_task(line.read())
            await asyncio.sleep(0)
            os.close(master)
            with pytest.raises(LineError) as caught:
                await reading
            line.last_word(b"end")
            return caught.value.fault

    assert asyncio.run(story()) is DeviceFault.ABSENT


def test_what_is_open_here_is_closed_in_programs_it_starts(port: tuple[int, Path]):
    with Line(port[1], 9600) as line:
        assert fcntl.fcntl(line._fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC


def test_a_program_being_started_does_not_keep_the_device(port: tuple[int, Path]):
    """Between fork and exec a child has all that is open here: its parent's print must not find the printer taken."""
    line = Line(port[1], 9600)
    with subprocess.Popen(["sleep", "60"], pass_fds=[line._fd]) as child:
        try:
            line.close()
            Line(port[1], 9600).close()
        finally:
            child.kill()


@pytest.mark.parametrize(("said", "thrown_away"), [(False, True), (True, False)])
def test_closing_waits_for_no_device_that_has_stopped_us(port: tuple[int, Path], monkeypatch, said, thrown_away):
    """Of a real port that a printer has stopped (XOFF) the system keeps three bytes, and would wait half a minute for
    them when it is closed, in the one loop that payments run in. A pseudo-terminal keeps none: its count is made up.
    """
    flushed = []
    tcflush = termios.tcflush

    def flush(descriptor: int, queue: int) -> None:
        flushed.append(queue)
        tcflush(descriptor, queue)

    with Line(port[1], 9600, paused_by_device=True) as line:
        if said:
            line.last_word(b"end")
        monkeypatch.setattr(Line, "_waiting", lambda _: 3)
        monkeypatch.setattr(termios, "tcflush", flush)
    assert (termios.TCOFLUSH in flushed) is thrown_away
