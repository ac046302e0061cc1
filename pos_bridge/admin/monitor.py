"""What a monitor is shown of the running engine: gauges as they are now, and by the hour what sales have a part in."""

import asyncio
import os
import sqlite3
from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec

from pos_bridge import __version__
from pos_bridge.admin.event_counts import EventCounts
from pos_bridge.admin.metrics import Family, Sample, counter, gauge, labelled, text
from pos_bridge.admin.overview import Sources, health, unresolved
from pos_bridge.domain.statistics import SMALLEST
from pos_bridge.journal.lately import counted
from pos_bridge.words import Words


class Monitor:
    """`state`: the folder whose disk is looked at."""

    def __init__(self, sources: Sources, counts: EventCounts, state: Path) -> None:
        self._sources = sources
        self._counts = counts
        self._state = state
        self._hourly: tuple[tuple[date, int], tuple[Family, ...]] | None = None

    async def metrics(self) -> bytes:
        return text([*await self._now(), self._counts.family(), *await self._by_the_hour()])

    async def healthz(self) -> tuple[bool, bytes]:
        """Whether all is well, and that as JSON."""
        told = await health(self._sources)
        return bool(told["ok"]), msgspec.json.encode(told)

    async def _now(self) -> list[Family]:
        sources = self._sources
        is_now = await sources.health()
        readers = {name: float(there) for name, there in is_now.readers}
        rooms = {name: float(locks is not None) for name, locks in sources.locks.items()}
        days = {what: float(left) for what, left in sources.certificates().items()}
        return [
            gauge(
                "info",
                Words("La version qui tourne", "The version that runs"),
                [Sample(1, (("version", __version__),))],
            ),
            gauge(
                "start_day_seconds",
                Words("Le jour du démarrage : son minuit, UTC", "The day of the start: its midnight, UTC"),
                [Sample(_midnight(sources.started))],
            ),
            gauge(
                "reader_there",
                Words("Si l'appareil du lecteur est là", "Whether the reader's device is there"),
                labelled("reader", readers),
            ),
            gauge(
                "reader_room_started",
                Words(
                    "Si sa chambre des cartes a démarré avec le moteur", "Whether its card room came up at the start"
                ),
                labelled("reader", rooms),
            ),
            gauge(
                "processor_reachable",
                Words("Si les paiements par carte l'atteignent", "Whether card payments reach it"),
                [] if is_now.processor is None else [Sample(is_now.processor)],
            ),
            gauge(
                "journal_writable",
                Words("Si ce qui est inscrit reste", "Whether what is written down stays"),
                [Sample(is_now.journal)],
            ),
            gauge(
                "certificate_days",
                Words("Combien de jours il reste à chaque certificat", "How many days each certificate has left"),
                labelled("certificate", days),
            ),
            *self._connections(),
        ]

    def _connections(self) -> list[Family]:
        found = self._sources.connections()
        if found is None:
            return []
        said = Words(
            "Connexions du moteur que personne n'attend, et ce que le pare-feu a refusé depuis que ses règles sont là",
            "Connections of the engine's that nobody expects, and what the firewall denied since its rules were loaded",
        )
        return [gauge("connections", said, labelled("what", {what: float(times) for what, times in found.items()}))]

    async def _by_the_hour(self) -> tuple[Family, ...]:
        """Made once for each hour: what is different at the next look would else have come with a sale."""
        now = self._sources.clock()
        hour = now.date(), now.hour
        if self._hourly is None or self._hourly[0] != hour:
            self._hourly = hour, await self._of_hours_that_are_over(now)
        return self._hourly[1]

    async def _of_hours_that_are_over(self, now: datetime) -> tuple[Family, ...]:
        waiting = await unresolved(self._sources, now)
        sales, free = await asyncio.to_thread(self._read, now)
        return (
            gauge(
                "unresolved_legs",
                Words(
                    "Paiements et remboursements commencés dans des heures finies et non terminés; vus chaque heure",
                    "Payments and refunds begun in hours that are over and not at their end; by the hour",
                ),
                [] if waiting is None else [Sample(len(waiting))],
            ),
            gauge(
                "state_free_bytes",
                Words(
                    "Libre sur le disque du dossier d'état; vu chaque heure",
                    "Free on the disk of the state folder; by the hour",
                ),
                [] if free is None else [Sample(free)],
            ),
            counter(
                "sales",
                Words(
                    "Paiements et remboursements du mois selon leur fin, d'heures finies",
                    "This month's payments and refunds by their ends, of hours that are over",
                ),
                sales,
            ),
        )

    def _read(self, now: datetime) -> tuple[tuple[Sample, ...], int | None]:
        try:
            found = counted(self._sources.journal, now)
        except (sqlite3.Error, OSError):
            found = {}
        try:
            disk = os.statvfs(self._state)
            free = disk.f_bavail * disk.f_frsize
        except OSError:
            free = None
        sales = (
            Sample(
                number // SMALLEST * SMALLEST,  # as no other statistics tell of fewer
                (("tender", sort.tender.value), ("kind", sort.kind.value), ("outcome", sort.outcome.value)),
            )
            for sort, number in sorted(found.items(), key=lambda each: str(each[0]))
        )
        return tuple(sales), free


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()
