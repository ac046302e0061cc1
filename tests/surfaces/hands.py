"""A reader in the test's own hand: what it sends, good or wrong, and when a customer would pull a card through it.

One hand for each driver. Its cards are the published visa's, and what it seals the store's processor can open.
"""

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.serial.intake import QUIET_S
from hw_sim import dukpt, key_room
from hw_sim.readers.idtech_frame import Options, encrypted_frame
from hw_sim.readers.key_state import KeyState
from hw_sim.readers.stripe import Stripe
from hw_sim.running import RunningStore
from hw_sim.store.layout import Layout
from tests.drivers.idtech_reader import AS_DELIVERED, HASHES, Settings, serve
from tests.drivers.line import GREEN, VISA, Line
from tests.processes import Process, descendants, slept
from tests.surfaces.book import until
from tests.wire.swipes import swipe, track_1, track_2

_SHOWN = b";" + VISA[:4].encode()  # track 2, as both show it: a digit, and what ends the number
_WRONG_WHERE_SHOWN: dict[str, Callable[[bytes], int]] = {
    "a digit": lambda frame: frame.index(_SHOWN) + 1,
    "the separator": lambda frame: frame.index(b"=", frame.index(_SHOWN)),
}
_WRONG_PLAIN: dict[str, Callable[[bytes], int]] = {
    "the first check": lambda frame: frame.index(b"?") + 1,  # track 1's LRC, and track 2's
    "the second check": lambda frame: frame.rindex(b"?") + 1,
    **_WRONG_WHERE_SHOWN,
}
_WRONG_SEALED: dict[str, Callable[[bytes], int]] = {
    "the first check": lambda frame: len(frame) - 3,  # the frame's LRC, and its sum
    "the second check": lambda frame: len(frame) - 2,
    **_WRONG_WHERE_SHOWN,
}
_ENDLESS_PLAIN = {"a frame": b"%B4921", "a track": b";4921", "noise and a frame": b"x%"}
_ENDLESS_SEALED = {"a frame": b"\2\x20\1\x80", "a track": b";4921", "noise and a frame": b"x\2"}
WRONG, ENDLESS = tuple(_WRONG_PLAIN), tuple(_ENDLESS_PLAIN)  # of each hand


@dataclass(frozen=True, slots=True)
class Hand:
    """`wrong` says where in a good frame a bit is flipped; `endless` what begins and never ends.

    `wanted` waits until the till wants a card, `again` until it wants another after a bad read.
    """

    driver: str
    starts: bytes  # what begins or ends something: noise has none of it
    good: Callable[[], bytes]  # another each time, where the reader seals
    wrong: Mapping[str, Callable[[bytes], int]]
    endless: Mapping[str, bytes]
    wanted: Callable[[Line], None]
    again: Callable[[Line], None]
    written: list[tuple[int, int]]  # its settings: which and what, since it was new

    def bad(self, what: str) -> bytes:
        """A frame with one bit of that wrong."""
        frame = bytearray(self.good())
        frame[self.wrong[what](bytes(frame))] ^= 1
        return bytes(frame)


def msr_plain(_store: RunningStore) -> Hand:
    def lamp(line: Line) -> None:
        line.hear(GREEN)

    return Hand(
        driver="msr_plain",
        starts=b"%;+\r",
        good=lambda: swipe(VISA),
        wrong=_WRONG_PLAIN,
        endless=_ENDLESS_PLAIN,
        wanted=lamp,
        again=lamp,
        written=[],
    )


def idtech_msr(store: RunningStore) -> Hand:
    """A new reader, injected for this store's processor; in its original and its enhanced format, turn by turn."""
    layout = Layout(store.folder)
    key_room.inject(layout.world, layout.processor, "in-hand")
    keys = KeyState(key_room.state_file(layout.world, "in-hand"))
    settings = Settings(AS_DELIVERED)
    formats = itertools.cycle((False, True))

    def good() -> bytes:
        ksn, transaction = keys.take()
        key = dukpt.working_key(transaction, dukpt.Variant.DATA_ONE_WAY)
        options = Options(enhanced=next(formats), hashes=settings.values[HASHES] - ord("0"))
        return encrypted_frame(Stripe(track_1(VISA), track_2(VISA)), options, ksn, key)

    def wanted(line: Line) -> None:
        serve(line, settings)
        silence_heard(store)

    return Hand(
        driver="idtech_msr",
        starts=b"\2%;",
        good=good,
        wrong=_WRONG_SEALED,
        endless=_ENDLESS_SEALED,
        wanted=wanted,
        again=lambda _: silence_heard(store),
        written=settings.written,
    )


HANDS = {make.__name__: make for make in (msr_plain, idtech_msr)}


def silence_heard(store: RunningStore) -> None:
    """Until the room has taken what was sent and sat through a silence: it has slept for longer than one, unwoken.

    A reader without a lamp says nothing of it, and neither does the till.
    """
    engine = int(store.facts["engine_pid"])

    def sat_through() -> bool:
        room = _oldest(descendants(engine))  # the other one is for the next customer
        before = room and slept(room)
        if room is None or before is None:
            return False
        time.sleep(2 * QUIET_S)
        return slept(room) == before

    until(sat_through)


def _oldest(processes: set[Process]) -> Process | None:
    return min(processes, key=lambda process: process.started, default=None)
