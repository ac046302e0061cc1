"""Becomes pcscd in a network and with mounts of its own: python -P -m hw_sim.chip.pcscd_room PARENT FOLDER [FLAG ...]

The system's own pcscd, reader configuration and USB readers are not touched and not seen: this one has two virtual
slots and nothing else. Its socket is FOLDER/pcscd.comm for everybody outside.
"""

import os
import sys
from pathlib import Path

from hw_sim.chip import spaces

_PCSCD = Path("/usr/sbin/pcscd")
_DRIVERS = Path("/usr/lib/pcsc/drivers")
_VPCD = "serial/libifdvpcd.so"
_RUN = Path("/run")
PORTS = (35963, 35964)  # of vpcd, one a slot
# DEVICENAME without a host: with one, pcscd aborts when a card's process ends.
_CONFIGURATION = """\
FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:0x8C7B
LIBPATH {library}
CHANNELID 0x8C7B
"""


def main(words: list[str]) -> None:
    parent, folder, flags = int(words[0]), Path(words[1]), words[2:]
    for needed, package in ((_PCSCD, "pcscd"), (_DRIVERS / _VPCD, "vsmartcard-vpcd")):
        if not needed.exists():
            sys.exit(f"{needed} is not there: apt-get install {package}")
    try:
        spaces.leave()
        spaces.die_with(parent)
        _furnish(folder)
    except OSError as error:
        sys.exit(f"pcscd gets no network of its own here ({error.strerror}): run the store as root")
    os.execv(_PCSCD, [str(_PCSCD), "--foreground", "--error", "--config", str(_RUN / "readers"), *flags])  # noqa: S606 - no shell


def _furnish(folder: Path) -> None:
    """/run of this program's own: pcscd's socket folder is `folder`, and the only driver is vpcd."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)  # it may lie below what is hidden now
    spaces.empty(_RUN)
    (_RUN / "pcscd").mkdir()
    spaces.bind(Path(f"/proc/self/fd/{descriptor}"), _RUN / "pcscd")
    library = _RUN / "libifdvpcd.so"
    library.touch()
    spaces.bind(_DRIVERS / _VPCD, library)
    spaces.empty(_DRIVERS)
    (_RUN / "readers").mkdir()
    (_RUN / "readers" / "vpcd").write_text(_CONFIGURATION.format(library=library), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
