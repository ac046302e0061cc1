"""How a ledger file notices that it was restored: the count of its commits, written down beside it as well.

A file that was copied back from a backup counts fewer commits than were made. Kept without a sync of its own: it has to
survive the end of the program, however sudden, not that of the machine.
"""

import os
from pathlib import Path

_LENGTH = 8


class Mark:
    def __init__(self, file: Path) -> None:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "r+b", buffering=0)

    def close(self) -> None:
        self._file.close()

    def commits(self) -> int:
        """How many commits were made; 0 for a new file, or one that holds something else."""
        raw = os.pread(self._file.fileno(), _LENGTH + 1, 0)
        return int.from_bytes(raw, "big") if len(raw) == _LENGTH else 0

    def note(self, commits: int) -> None:
        os.pwrite(self._file.fileno(), commits.to_bytes(_LENGTH, "big"), 0)
