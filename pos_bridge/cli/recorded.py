"""What commands that read the journal's files have in common: which month is one, and how damaged files fail."""

import re
import sqlite3

# What damaged files raise when their rows are read, whichever way they are damaged.
UNREADABLE = (sqlite3.Error, ValueError, TypeError, OverflowError, OSError)


def is_month(text: str) -> bool:
    """Whether it is `YYYY-MM`."""
    return re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) is not None
