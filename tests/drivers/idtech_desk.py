"""An encrypting reader's driver on a line, and a clock of the test's own."""

import os
import select

from drivers.reader import Armed, Event
from drivers.serial.idtech_msr import IdtechMsr
from drivers.serial.intake import QUIET_S
from tests.drivers.idtech_reader import Settings, next_command
from tests.drivers.line import Line
from tests.drivers.test_msr_plain import waiting
from tests.wire.idtech_frames import Swiped

FRAME = Swiped(hashes=2).frame()


class Desk:
    """A reader that was opened at time 0 on a line."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.memory = bytearray(IdtechMsr.memory_needed)
        self.reader = IdtechMsr().open(line.device, memoryview(self.memory), 0.0)
        self.now = 0.0

    def ask(self) -> bytes:
        """Let the line be quiet, and hear the first question."""
        assert self.after(QUIET_S) is None
        return next_command(self.line)

    def arm(self, settings: Settings | None = None) -> Settings:
        settings = settings or Settings()
        command = self.ask()
        while self.take(settings.answer(command)) != Armed():
            assert not settings.says_reading(command)
            command = next_command(self.line)
        assert settings.says_reading(command)
        return settings

    def take(self, data: bytes, *, after: float = 0.0) -> Event | None:
        """Send, and turn the reader until it has taken everything in; the last event."""
        self.line.send(data)
        self.now += after
        event = None
        while waiting(self.reader.fileno()) < len(data):
            os.sched_yield()
        while select.select([self.reader], [], [], 0)[0] and event is None:
            event = self.reader.turn(self.now, readable=True)
        return event

    def after(self, seconds: float) -> Event | None:
        self.now += seconds
        return self.reader.turn(self.now, readable=False)
