"""A story of tills and a processor, played to its end, and what one asks about it."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing

from tests.processor.world import POIID, Processor


def play(story: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 60))


def sessions(processor: Processor) -> int:
    """How many were opened, by whomever."""
    with closing(sqlite3.connect(processor.folder / "ledger.db")) as ledger:
        return int(ledger.execute("SELECT fence FROM till WHERE name = ?", (POIID,)).fetchone()[0])
