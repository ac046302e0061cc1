"""What can be wrong with a journal, each with what to do about it. No message holds a value that was stored."""

from pos_bridge.domain.ledger import JournalUnwritableError


class JournalCorruptError(Exception):
    """A stored row is not what was written. `file` is the file's name, `row` its sequence number if that is known."""

    def __init__(self, file: str, row: int | None, what: str) -> None:
        place = f"row {row}" if row is not None else "no single row"
        super().__init__(f"journal file {file} is damaged ({place}: {what}); `pos-bridge quarantine` sets it aside")
        self.file = file
        self.row = row
        self.what = what


class JournalNewerError(Exception):
    """A file that a later version of this program has begun: nothing is wrong with it. `file` is its name."""

    def __init__(self, file: str) -> None:
        super().__init__(f"journal file {file} is of a newer version of pos-bridge: install that version again")
        self.file = file


class JournalBusyError(Exception):
    """Another process keeps this journal."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"another pos-bridge is using {folder}; one till has one engine: stop the other one first")


class JournalSoundError(Exception):
    """There is nothing to set aside."""

    def __init__(self) -> None:
        super().__init__("the journal is sound: nothing was set aside")


class JournalRefusedError(JournalUnwritableError):
    """The step contradicts what is stored (a doubled key or request, an unknown leg): nothing of it is stored."""
