"""How the commands of pos-bridge-sim end: the exit codes, and one line on stderr."""

import sys

DONE = 0
FAILED = 1  # tried, and it failed
REFUSED = 2  # makes no sense: a wrong word, folder, card or reader, or no store running there
NOT_PRESENTED = 3  # nobody wanted a card in time
INTERRUPTED = 130  # Ctrl-C


def complain(code: int, words: object) -> int:
    print(f"pos-bridge-sim: {words}", file=sys.stderr)
    return code


def pass_on(words: object) -> int:
    """What a program that the store runs said when it failed: in its own words."""
    print(words, file=sys.stderr)
    return FAILED
