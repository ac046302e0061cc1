"""The engine on a wall clock that a test sets: the same daemon, whose every look at the time of day goes by a file.

`<DIR>/world/clock` (world: not on the till's disk) holds how many seconds it is ahead; without it the engine has the
machine's time. What counts seconds (timeouts, the processor's deadlines, file times) is the machine's own. An hour has
fewer seconds here than an idle engine needs to tidy up after itself, so that is done a hundred times as often.
"""

import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from pos_bridge import clock
from pos_bridge.cli.run import tell_systemd
from pos_bridge.config import credentials
from pos_bridge.config import file as config
from pos_bridge.engine import daemon
from pos_bridge.identity.vault import Vault
from pos_bridge.journal.answers import Answers
from pos_bridge.journal.journal import Journal
from pos_bridge.log import log
from pos_bridge.storage.worker import REST_S

CLOCK = "clock"


def moved(ahead: Path) -> type[datetime]:
    class Moved(datetime):
        """Only asked for the time it is."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain one will do
            by = float(ahead.read_text()) if ahead.exists() else 0.0
            return datetime.now(tz) + timedelta(seconds=by)

    return Moved


def main(file: Path) -> None:
    loaded = config.load(file)
    ahead = moved(file.parents[1] / "world" / CLOCK)
    for module in (clock, log):
        assert vars(module)["datetime"] is datetime
        vars(module)["datetime"] = ahead
    for kept in (Answers.__init__, Journal.__init__, Vault.__init__):
        *others, rest_s = kept.__defaults__ or ()
        assert rest_s == REST_S
        kept.__defaults__ = (*others, REST_S / 100)
    daemon.run(loaded, credentials.load(loaded), tell_systemd)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
