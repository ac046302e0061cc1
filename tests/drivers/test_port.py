import fcntl
import os
import stat
import termios

import pytest

from drivers.reader import ReadFailedError
from drivers.serial.port import Port
from pos_bridge.domain.card import ReadFailure


def reason_of(device: str) -> ReadFailure:
    with pytest.raises(ReadFailedError) as caught:
        Port(device, 9600).close()
    assert caught.value.args == (caught.value.reason.name,)
    assert caught.value.__cause__ is None
    return caught.value.reason


def test_raw_8n1_without_echo_and_without_hang_up(line):
    port = Port(line.device, 9600)
    iflag, oflag, cflag, lflag, in_speed, out_speed, cc = termios.tcgetattr(port.fileno())
    assert not iflag & (termios.ICRNL | termios.IXON | termios.ISTRIP | termios.BRKINT | termios.INPCK)
    assert not oflag & termios.OPOST
    assert not cflag & (termios.HUPCL | termios.PARENB | termios.CSTOPB)
    assert cflag & termios.CSIZE == termios.CS8
    assert not lflag & (termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    assert in_speed == out_speed == termios.B9600
    assert cc[termios.VMIN] in (1, b"\x01")
    port.close()


def test_what_waited_before_the_opening_is_dropped(line):
    line.send(b"from before\r")
    port = Port(line.device, 9600)
    memory = bytearray(64)
    assert port.read_into(memoryview(memory)) == 0
    assert not any(memory)
    port.close()


@pytest.mark.parametrize(
    "device", ["/dev/not-there", "/dev", "", "relative", "/dev/null", "/dev/zero", "x\0y", "/proc/self/mem"]
)
def test_what_is_no_serial_device_is_absent(device):
    assert reason_of(device) is ReadFailure.READER_ABSENT


def test_a_file_is_no_reader_though_a_link_in_dev_style_leads_to_it(tmp_path):
    file = tmp_path / "reader"
    file.write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(file)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("reader", "pipe", "link", "loop"):
        assert reason_of(str(tmp_path / name)) is ReadFailure.READER_ABSENT
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE((tmp_path / "link").stat().st_mode)


def test_a_link_to_a_device_is_followed(line, tmp_path):
    (tmp_path / "reader").symlink_to(line.device)
    port = Port(str(tmp_path / "reader"), 9600)
    port.write(b"hello")
    assert line.hear(b"hello") == b"hello"
    port.close()


def test_a_locked_device_is_busy_until_it_is_let_go(line):
    port = Port(line.device, 9600)
    assert reason_of(line.device) is ReadFailure.READER_BUSY
    port.close()
    other = os.open(line.device, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(other, fcntl.LOCK_EX)
    assert reason_of(line.device) is ReadFailure.READER_BUSY
    os.close(other)
    Port(line.device, 9600).close()


def test_a_hang_up_is_absence_for_reading_and_writing(line):
    port = Port(line.device, 9600)
    line.hang_up()
    for act in (lambda: port.read_into(memoryview(bytearray(8))), lambda: port.write(b"x")):
        with pytest.raises(ReadFailedError) as caught:
            act()
        assert caught.value.reason is ReadFailure.READER_ABSENT
    port.close()


def test_a_reader_that_takes_nothing_in_is_stalled(line):
    port = Port(line.device, 9600)

    def insist() -> None:
        while True:
            port.write(b"\x1b\x83")

    with pytest.raises(ReadFailedError) as caught:
        insist()
    assert caught.value.reason is ReadFailure.READER_STALLED
    port.close()
