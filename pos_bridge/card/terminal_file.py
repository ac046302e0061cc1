"""The terminal's data for chips: applications, the schemes' public keys, limits. A text file, root's like trust.txt.

What it may say is drivers/pcsc/terminal.py's; the engine cannot change it, and no card can.
"""

_MAX_FILE = 1 << 18


class TerminalFileError(Exception):
    """The file is not there, is no text, or says what a terminal's data must not."""


def read_terminal_file(path: str) -> str:
    """Its text, at most 256 KiB. Raises TerminalFileError."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib would load urllib into the room
            raw = file.read(_MAX_FILE + 1)
        if len(raw) > _MAX_FILE:
            raise TerminalFileError
        return raw.decode()
    except (OSError, ValueError):
        raise TerminalFileError from None
