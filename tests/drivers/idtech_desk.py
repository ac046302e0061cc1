"""An encrypting reader's driver on a line, and a clock of the test's own."""

from drivers.reader import Armed, Tender
from drivers.serial.idtech_msr import IdtechMsr
from drivers.serial.intake import QUIET_S
from tests.drivers.desk import SALE, Desk
from tests.drivers.idtech_reader import Settings, next_command
from tests.drivers.line import Line
from tests.wire.idtech_frames import Swiped

FRAME = Swiped(hashes=2).frame()


class EncryptingDesk(Desk):
    def __init__(self, line: Line, tender: Tender = SALE) -> None:
        super().__init__(line, IdtechMsr(), tender)

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
