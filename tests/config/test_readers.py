"""Readers and the rooms that read them: what each driver wants, and what systemd starts."""

import json
from pathlib import Path

import pytest

from pos_bridge.config.file import load
from tests.config.documents import DOCUMENT, refusal

CHIP_READER = """
[[reader]]
name = "chip"
driver = "pcsc_emv"
device = "ACS ACR39U 00 00"
"""


def with_chips(file: Path, reader: str = CHIP_READER) -> Path:
    (file.parent / "emv.toml").write_text("x")
    (file.parent / "emv.toml").chmod(0o644)
    file.write_text(DOCUMENT.replace('trust = "trust.txt"', 'trust = "trust.txt"\nemv = "emv.toml"') + reader)
    return file


def test_a_chip_reader(file):
    config = load(with_chips(file, CHIP_READER + 'pin_pad = "/dev/ttyS1"\n'))
    assert config.readers[1].reads_chips
    assert config.pcscd(config.readers[1]) == Path("/run/pcscd/pcscd.comm")
    config = load(with_chips(file, CHIP_READER + 'pcscd = "/run/other.comm"\n'))
    assert config.pcscd(config.readers[1]) == Path("/run/other.comm")


@pytest.mark.parametrize("setting", ["pcscd", "pin_pad"])
def test_a_reader_for_stripes_has_no_daemon_and_no_pin_pad(file, setting):
    file.write_text(DOCUMENT + f'{setting} = "/run/x"\n')
    assert refusal(file) == f"reader counter: {setting}: only a reader with driver pcsc_emv has one"


def test_a_chip_reader_wants_a_terminals_data_that_others_cannot_change(file):
    file.write_text(DOCUMENT + CHIP_READER)
    assert refusal(file).startswith("reader chip: card_room.emv is missing")
    (with_chips(file).parent / "emv.toml").chmod(0o666)
    assert refusal(file).startswith("card_room.emv: ")
    (file.parent / "emv.toml").unlink()
    assert refusal(file).startswith("card_room.emv: ")


def test_a_socket_has_a_short_path(file):
    with_chips(file, CHIP_READER + f'pcscd = "/{"x" * 107}"\n')
    assert refusal(file) == "reader.chip.pcscd: the path of a socket has at most 107 bytes"


TYPING = ("/dev/input/event3", "/dev/input/by-id/usb-x-event-kbd", "/dev/hidraw0", "/dev/usb/hiddev0", "/dev/hiddev1")
CONSOLES = ("/dev/tty", "/dev/tty1", "/dev/console", "/dev/vcs1", "/dev/../dev/hidraw2")


@pytest.mark.parametrize("device", TYPING + CONSOLES)
def test_a_reader_that_types_is_refused(file, device):
    file.write_text(DOCUMENT.replace("/dev/ttyS0", device))
    assert refusal(file).startswith(f"reader counter: device: {device} is a keyboard, a console")
    with_chips(file, f'{CHIP_READER}pin_pad = "{device}"\n')
    assert refusal(file).startswith(f"reader chip: pin_pad: {device} is a keyboard, a console")


def test_a_link_to_what_types_is_refused(file):
    (file.parent / "reader").symlink_to("/dev/hidraw0")
    file.write_text(DOCUMENT.replace("/dev/ttyS0", "reader"))
    assert refusal(file).startswith(f"reader counter: device: {file.parent / 'reader'} is a keyboard")


@pytest.mark.parametrize("device", ["/dev/ttyUSB0", "/dev/ttyACM1", "/dev/serial/by-id/usb-x", "/dev/pts/3"])
def test_a_serial_reader_is_none(file, device):
    file.write_text(DOCUMENT.replace("/dev/ttyS0", device))
    assert load(file).readers[0].device == device


@pytest.mark.parametrize(
    ("accepts", "well"),
    [
        ('["swap", "usb_monitor"]', True),
        ("[]", True),
        ('["unseen"]', False),
        ('["everything"]', False),
        ('"swap"', False),
        ("true", False),
    ],
)
def test_what_a_shop_can_answer_for(file, accepts, well):
    file.write_text(DOCUMENT.replace('"trust.txt"', f'"trust.txt"\naccepts = {accepts}'))
    if well:
        assert {reason.value for reason in load(file).card_room.accepted} == set(json.loads(accepts))
    else:
        assert refusal(file).startswith("card_room.accepts")


def test_two_readers_cannot_share_a_name(file):
    file.write_text(DOCUMENT + '[[reader]]\nname = "counter"\ndriver = "msr_plain"\ndevice = "/dev/ttyS1"\n')
    assert "reader.name" in refusal(file)


BOTH = 'socket = "card.sock"\nchip_socket = "chip.sock"\n'


@pytest.mark.parametrize(
    ("sockets", "reader", "named"),
    [
        ('socket = "card.sock"\n', "", None),
        (BOTH, CHIP_READER, None),
        ('chip_socket = "chip.sock"\n', "", "card_room.socket is missing"),
        ('socket = "card.sock"\n', CHIP_READER, "card_room.chip_socket is missing"),
        (f'socket = "{"s" * 200}"\n', "", "card_room.socket: the path of a socket"),
        (BOTH, CHIP_READER + 'pcscd = "elsewhere"\n', "reader chip: pcscd: with card_room.chip_socket"),
    ],
)
def test_rooms_from_systemd(file, sockets, reader, named):
    if reader:
        with_chips(file, reader)
    file.write_text(file.read_text().replace("[card_room]\n", f"[card_room]\n{sockets}"))
    if named is None:
        assert load(file).card_room.socket == "card.sock"
    else:
        assert refusal(file).startswith(named)
