"""The card room's program: trust, libraries, page, locks, then one ask, then the end.

Whatever happens inside, what is seen outside is a packet of the card link and an exit code.
"""

import os

from pos_bridge.card.link import Link
from pos_bridge.card.lockdown import UnlockedError, lock_down
from pos_bridge.card.page import CardPage
from pos_bridge.card.room import Room
from pos_bridge.card.seal import warm_up
from pos_bridge.card.trust import TrustFileError, read_trust
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.cardlink import Failed, Ready
from pos_bridge.wire.locks import Lock

DONE, BAD_TRUST_FILE, NOT_LOCKED, FAULT = 0, 2, 3, 4


def run(trust_path: str, already: Lock) -> int:
    """The exit code. Raises nothing."""
    link = Link()
    try:
        _run(link, trust_path, already)
    except TrustFileError:
        return _say_fault(link, BAD_TRUST_FILE)
    except UnlockedError:
        return _say_fault(link, NOT_LOCKED)
    except BaseException:  # noqa: BLE001 - nothing crosses the door but one word: an exception may hold card data
        return _say_fault(link, FAULT)
    return DONE


def _run(link: Link, trust_path: str, already: Lock) -> None:
    trust = read_trust(trust_path)
    warm_up()
    page = CardPage()
    doors = lock_down(already | page.locks)
    link.say(Ready(doors.locks))
    Room(link, trust, page, doors).serve()


def _say_fault(link: Link, code: int) -> int:
    try:
        link.say(Failed(ReadFailure.ROOM_FAULT))
    except OSError:
        os.write(2, b"")  # the engine is gone: nobody to tell
    return code
