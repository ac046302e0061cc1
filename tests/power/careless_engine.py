"""The engine with one careless setting: its journal is told to be fast rather than durable (synchronous=NORMAL)."""

import sqlite3
import sys
from typing import Any

from pos_bridge.__main__ import main


class Careless(sqlite3.Connection):
    def execute(self, words: str, *values: Any) -> sqlite3.Cursor:
        return super().execute(words.replace("synchronous = FULL", "synchronous = NORMAL"), *values)


def connect(*where: Any, **how: Any) -> sqlite3.Connection:
    connection: sqlite3.Connection = _connect(*where, factory=Careless, **how)
    return connection


if __name__ == "__main__":
    _connect = sqlite3.connect
    sqlite3.connect = connect  # type: ignore[assignment]  # that is the carelessness
    sys.exit(main())
