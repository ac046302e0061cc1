"""Some hours of a till, on a clock that is set: who paid when and how, for the attempt to find them again."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hw_sim.running import RunningStore
from hw_sim.store.layout import Layout
from tests.stores import whole_store
from tests.surfaces.accounts import SETTLED, journal_rows, last_rows
from tests.surfaces.attack_kept import Kept, Time, taken
from tests.surfaces.book import until
from tests.surfaces.engine_at import CLOCK
from tests.surfaces.shop import Shop, key_of

PROGRAM = (sys.executable, "-P", os.fspath(Path(__file__).with_name("store_at.py")))
_COARSE_S = 0.02  # the file system's clock is behind by a tick of the kernel


@dataclass(frozen=True)
class Visit:
    """A customer at the till. `at`: hour and minute. `card`: None in cash. `gives`: member, order."""

    at: str
    amount: str
    card: str | None = None
    gives: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Paid:
    """A sale, as nobody else knows it. `between`: from its ask to its answer."""

    visit: Visit
    key: bytes
    between: tuple[Time, Time]

    @property
    def cents(self) -> int:
        return round(float(self.visit.amount) * 100)

    @property
    def hour(self) -> int:
        return int(self.visit.at[:2])


class Hours:
    """A store whose engine goes by this clock."""

    def __init__(self, store: RunningStore) -> None:
        self.shop = Shop(store)
        self.paid: list[Paid] = []
        tomorrow = datetime.now().astimezone() + timedelta(days=1)
        self.day = tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)
        self._clock = self.shop.layout.world / CLOCK
        self._set: list[tuple[Time, float]] = [(0.0, 0.0)]

    def clock(self, at: str, days: int = 0) -> None:
        """Set to this minute of the day, and some seconds: when the vault rests, as it does within a second."""
        until(self._rests)
        until(lambda: time.time() > self._last_change() + 2 * _COARSE_S)
        hour, minute = map(int, at.split(":"))
        wanted = self.day + timedelta(days=days, hours=hour, minutes=minute, seconds=7 * minute % 50)
        ahead = wanted.timestamp() - time.time()
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(f"{ahead}")
        fresh.replace(self._clock)
        self._set.append((time.time(), ahead))

    def _rests(self) -> bool:
        log = self.shop.vault.with_name(self.shop.vault.name + "-wal")
        try:
            return log.stat().st_size == 0
        except FileNotFoundError:
            return True

    def told_by(self, real: Time) -> Time:
        """What this clock said at a time of the machine's."""
        ahead = next(ahead for since, ahead in reversed(self._set) if since <= real + _COARSE_S)
        return real + ahead

    def _last_change(self) -> Time:
        return max(path.stat().st_ctime for path in self.shop.layout.engine.rglob("*") if path.exists())

    def pays(self, visit: Visit) -> Paid:
        if not self.paid or self.paid[-1].hour != int(visit.at[:2]):
            self._hour_turns(visit.at[:2])
        self.clock(visit.at)
        began = self.told_by(time.time())
        answer = self.shop.pay(visit.card, visit.amount, **dict(visit.gives))
        assert answer.result == "Success", answer.error
        paid = Paid(visit, key_of(answer).raw, (began, self.told_by(time.time())))
        self.settled()
        if visit.gives:  # to look into the vault leaves a time on a file of it
            until(lambda: not self.shop.held())
        self.paid.append(paid)
        return paid

    def settled(self) -> None:
        folder = self.shop.layout.journal
        until(lambda: {row.step for row in last_rows(journal_rows(folder))} <= SETTLED)

    def quiet(self, at: str) -> None:
        """Nobody paid for a while: the engine has tidied up."""
        self.clock(at)
        until(lambda: all(not path.stat().st_size for path in self.shop.layout.journal.glob("*.db-wal")))

    def stopped(self) -> None:
        engine = int(self.shop.store.facts["engine_pid"])
        os.kill(engine, signal.SIGTERM)
        until(lambda: not Path(f"/proc/{engine}").exists())

    def taken(self, to: Path) -> Kept:
        return taken(self.shop.layout.engine, to, self.told_by)

    @property
    def between(self) -> list[tuple[Time, Time]]:
        return [each.between for each in self.paid]

    def _hour_turns(self, hour: str) -> None:
        """What an engine does then, it does before anybody pays."""
        self.clock(f"{hour}:00")
        answers = self.shop.layout.state / "answers"
        log = answers / "answers.db-wal"
        next_key = answers / f"day-{int(self.told_by(time.time()) // 86400) + 1:05}.key"
        until(lambda: next_key.exists() and not (log.exists() and log.stat().st_size))


@contextmanager
def hours(folder: Path) -> Iterator[Hours]:
    """A store of which nothing runs on afterwards."""
    layout = Layout(folder)
    layout.world.mkdir(parents=True, mode=0o700)
    with whole_store(folder, program=PROGRAM) as store:
        till = store.till()
        until(lambda: till.diagnosis().additional["processor"] == "ok")
        yield Hours(store)
