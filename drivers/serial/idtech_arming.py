"""Arming an ID TECH reader: a quiet line, then its settings one by one, that it reads last. Never waits.

Whatever comes that is no answer is wiped, a swipe before all: it was made before anybody asked for it.
"""

from drivers.reader import ReadFailedError
from drivers.serial.intake import ARM_LIMIT_S, Intake
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.idtech_setup import Heard, Setup, Unfit

# An answer is 7 ms long. Nine questions that a reader does not know and ignores must fit into the arming's limit; a
# setting that is written takes its time.
REVIEW_S, WRITE_S = 0.3, 1.0
_REASONS = {Unfit.IN_CLEAR: ReadFailure.READER_IN_CLEAR, Unfit.FOREIGN: ReadFailure.ROOM_FAULT}


class Arming:
    """From an open port to a reader that has acknowledged that it reads, on the intake that it will read with."""

    def __init__(self, intake: Intake, now: float) -> None:
        self._intake = intake
        self._setup = Setup()
        self._said_at: float | None = None  # None: waiting for a quiet line
        self._give_up_at = now + ARM_LIMIT_S

    def due(self) -> float:
        wanted = self._intake.quiet_at() if self._said_at is None else self._said_at + self._patience()
        return min(wanted, self._give_up_at)

    def turn(self, now: float, *, readable: bool) -> bool:
        """True: armed. Raises ReadFailedError for a reader that must not read, or is not ready in time."""
        if self._said_at is None:
            self._wait_for_quiet(now, readable=readable)
        else:
            self._listen(now, self._said_at, readable=readable)
        if self._setup.done and self._said_at is not None:
            return True
        if now >= self._give_up_at:
            raise ReadFailedError(ReadFailure.READER_STALLED)
        return False

    def _wait_for_quiet(self, now: float, *, readable: bool) -> None:
        self._intake.take_in(now, readable=readable)
        self._intake.forget()
        if now >= self._intake.quiet_at():
            self._say(now)

    def _listen(self, now: float, said_at: float, *, readable: bool) -> None:
        heard = self._setup.hear(self._intake.gather(now, readable=readable))
        if self._setup.unfit:
            raise ReadFailedError(_REASONS[self._setup.unfit])
        match heard:
            case Heard.NOTHING:
                if now >= said_at + self._patience():
                    self._setup.unanswered()
                    self._say(now)
            case Heard.ANSWER:
                self._say(now)
            case Heard.CROWDED | Heard.STRAY:
                self._intake.forget()
                self._said_at = None

    def _patience(self) -> float:
        return WRITE_S if self._setup.writes else REVIEW_S

    def _say(self, now: float) -> None:
        """The next command; none when all is said."""
        self._intake.forget()
        self._said_at = now
        if not self._setup.done:
            self._intake.say(self._setup.command())
