"""What whoever runs the simulation may do to the processor besides its mode: its clock, its day, its ledger's fate."""

from dataclasses import dataclass

from hw_sim.processor.broken import BROKEN, broken
from hw_sim.processor.clock import SteadyClock
from hw_sim.processor.desk import Desk
from hw_sim.processor.line import Line

MAX_SKEW_S = 400 * 86_400
MAX_RETENTION_DAYS = 36_500


class NotPossibleError(ValueError):
    """A value out of range. The message is for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Backstage:
    desk: Desk
    line: Line
    clock: SteadyClock

    async def do(self, word: str, value: object) -> bool:
        """Whether there is such a word; in force on return. `value` is True for a word that takes none.

        Raises NotPossibleError.
        """
        match word, value:
            case "settle", True:
                await self.line.at_desk(self.desk.settle)
            case "expire", True:
                await self.line.at_desk(self.desk.expire)
            case "renew_epoch", True:
                await self.line.at_desk(self.desk.renew_epoch)
            case "broken", str():
                self._break(value)
            case "mended", True:
                self.line.use(self.desk)
            case "clock_skew", int() | float() if not isinstance(value, bool):
                if not -MAX_SKEW_S <= value <= MAX_SKEW_S:
                    raise NotPossibleError(f"clock-skew takes {-MAX_SKEW_S} to {MAX_SKEW_S} seconds")
                self.clock.skew_ms = int(value * 1000)
            case "retention_days", int() if not isinstance(value, bool):
                if not 0 <= value <= MAX_RETENTION_DAYS:
                    raise NotPossibleError(f"retention-days takes 0 to {MAX_RETENTION_DAYS} days")
                self.desk.advertise(value)
            case _:
                return False
        return True

    def _break(self, name: str) -> None:
        if name not in BROKEN:
            raise NotPossibleError("nothing is broken by that name; there are " + ", ".join(BROKEN))
        self.line.use(broken(self.desk, name))
