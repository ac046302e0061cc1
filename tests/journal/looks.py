"""What is looked up in a journal's files."""

from pathlib import Path
from typing import Any

from pos_bridge.journal import months


def stored(folder: Path, query: str) -> list[Any]:
    (path,) = months.files(folder)
    with months.read_only(path) as connection:
        return connection.execute(query).fetchall()
