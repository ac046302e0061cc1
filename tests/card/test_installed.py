"""The room finds its libraries where a wheel puts them, as well as in a checkout."""

import shutil
import sys
import venv
from pathlib import Path

import cryptography
import serial

import drivers
import pos_bridge
from pos_bridge.wire.cardlink import Armed, Read, Ready, Sealed
from tests.card.keys import CAD, CENTS, LEG_KEY, LOCAL_TIME, ProcessorKeys
from tests.card.room_process import RoomProcess
from tests.drivers.line import GREEN, VISA, Line
from tests.wire.swipes import swipe


def test_a_room_of_an_installed_wheel(tmp_path):
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = tmp_path / "venv" / "lib" / version / "site-packages"
    for package in (pos_bridge, drivers):
        shutil.copytree(Path(package.__path__[0]), packages / package.__name__)
    libraries = Path(cryptography.__path__[0]).parent
    for name in ("cryptography", "serial", *(path.name for path in libraries.glob("_cffi_backend*"))):
        (packages / name).symlink_to(libraries / name)
    assert Path(serial.__path__[0]).parent == libraries
    keys = ProcessorKeys()
    entry = packages / "pos_bridge" / "card" / "entry.py"
    command = [
        str(tmp_path / "venv/bin/python"),
        "-I",
        "-S",
        "-B",
        str(entry),
        "--trust",
        str(keys.write_trust(tmp_path)),
    ]
    with Line() as line, RoomProcess(command) as room:
        assert isinstance(room.hear(), Ready)
        room.say(Read("msr_plain", line.device, 60_000, LEG_KEY, CENTS, CAD, keys.sealing_key(), LOCAL_TIME))
        assert room.hear() == Armed()
        line.hear(GREEN)
        line.send(swipe(VISA))
        assert isinstance(room.hear(), Sealed)
        assert room.exit_code() == 0
