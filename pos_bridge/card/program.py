"""The card room's program: trust, a terminal's data where it reads chips, page, locks, then one ask, then the end.

Whatever happens inside, what is seen outside is a packet of the card link and an exit code.
"""

import os

from drivers.reader import Driver
from drivers.registry import DRIVERS
from pos_bridge.card.link import Link
from pos_bridge.card.lockdown import UnlockedError, lock_down
from pos_bridge.card.page import CardPage
from pos_bridge.card.peer import StrangerError, check_peer
from pos_bridge.card.room import Room
from pos_bridge.card.seal import warm_up
from pos_bridge.card.terminal_file import TerminalFileError, read_terminal_file
from pos_bridge.card.trust import TrustFileError, read_trust
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.cardlink import Failed, Ready
from pos_bridge.wire.locks import Lock

DONE, BAD_TRUST_FILE, NOT_LOCKED, FAULT, BAD_TERMINAL_FILE, STRANGER = 0, 2, 3, 4, 5, 6


def run(trust_path: str, terminal_path: str | None, already: Lock, engine: str | None = None) -> int:
    """The exit code. `terminal_path`: with it the room reads chips. `engine`: whose link it must be. Raises nothing."""
    link = Link()
    try:
        if engine is not None:
            check_peer(link.fileno(), engine)
        _run(link, trust_path, terminal_path, already)
    except StrangerError:
        return STRANGER  # who is not told why
    except TrustFileError:
        return _say_fault(link, BAD_TRUST_FILE)
    except TerminalFileError:
        return _say_fault(link, BAD_TERMINAL_FILE)
    except UnlockedError:
        return _say_fault(link, NOT_LOCKED)
    except BaseException:  # noqa: BLE001 - nothing crosses the door but one word: an exception may hold card data
        return _say_fault(link, FAULT)
    return DONE


def _run(link: Link, trust_path: str, terminal_path: str | None, already: Lock) -> None:
    trust = read_trust(trust_path)
    drivers = DRIVERS if terminal_path is None else DRIVERS | _chip_driver(terminal_path)
    warm_up()
    page = CardPage()
    doors = lock_down(already | page.locks, chips=terminal_path is not None)
    link.say(Ready(doors.locks))
    Room(link, trust, page, doors, drivers).serve()


def _chip_driver(terminal_path: str) -> dict[str, Driver]:
    from drivers.pcsc.load import NAME, load_driver  # noqa: PLC0415 - a room without chips has no way to another process
    from drivers.pcsc.terminal import TerminalDataError  # noqa: PLC0415 - same

    try:
        return {NAME: load_driver(read_terminal_file(terminal_path))}
    except TerminalDataError:
        raise TerminalFileError from None


def _say_fault(link: Link, code: int) -> int:
    try:
        link.say(Failed(ReadFailure.ROOM_FAULT))
    except OSError:
        os.write(2, b"")  # the engine is gone: nobody to tell
    return code
