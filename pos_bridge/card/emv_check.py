"""Could a card room read chips with this file of terminal data? `python -I -B -m pos_bridge.card.emv_check FILE`.

A program of its own, as the room is, since the engine loads no driver. It sees no card, and starts nothing; what is
wrong is one sentence on standard output that names the key and never shows its value. Exit code 0, or 1 with that.
"""

import sys

from drivers.pcsc.load import load_driver
from drivers.pcsc.terminal import TerminalDataError
from pos_bridge.card.terminal_file import TerminalFileError, read_terminal_file


def fault(path: str) -> str | None:
    """What is wrong; None for a file that is good."""
    try:
        load_driver(read_terminal_file(path))
    except TerminalFileError:
        return "it cannot be read, or is no text of at most 256 KiB"
    except TerminalDataError as error:
        return str(error)
    except ImportError:
        return "chips need pyscard and libpcsclite, and they cannot be loaded"
    return None


if __name__ == "__main__":
    found = fault(sys.argv[1])
    if found is not None:
        sys.stdout.write(found + "\n")
    sys.exit(0 if found is None else 1)
