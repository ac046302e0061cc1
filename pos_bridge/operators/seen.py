"""The operator store as whoever only looks at it sees it: nothing of it is changed, made anew or undone."""

from dataclasses import dataclass
from pathlib import Path

from pos_bridge.operators import file, password, schema
from pos_bridge.operators.store import Operator, everybody


@dataclass(frozen=True, slots=True)
class Seen:
    """`old_hashes`: how many passwords are kept with other parameters than today's. `version`: the file's."""

    operators: tuple[Operator, ...] = ()
    old_hashes: int = 0
    version: int = schema.VERSION


def look(path: Path) -> Seen:
    """Nobody where there is no file. Raises OperatorsUnusableError, also where a change was cut off."""
    if not path.exists():
        return Seen()
    with file.reading(path) as connection:
        kept = connection.execute("SELECT password FROM operators WHERE removed IS NULL").fetchall()
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return Seen(everybody(connection), sum(password.is_old(stored) for (stored,) in kept), version)
