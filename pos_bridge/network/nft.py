"""The program nft, asked to load our table, to print it, and to tell its counters. It needs CAP_NET_ADMIN, or root."""

import subprocess
import time

from pos_bridge.network.denied import Denied, counted
from pos_bridge.network.ruleset import TABLE

PROGRAM = "/usr/sbin/nft"
_LIMIT_S = 20.0
_PLAIN = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin"}
_FAMILY, _NAME = TABLE.split()


class NftError(Exception):
    """It is not there, may not, or refuses: its own first line says why."""


def load(ruleset: str) -> None:
    """In one step, or not at all. NftError."""
    _ask("-f", "-", given=ruleset)


def loaded() -> str | None:
    """The table in force without its counts. None: there is none of ours. NftError."""
    # Asked for all tables first: that one is missing is no error of nft's that could be told from the others.
    if f"table {TABLE}" not in _ask("list", "tables").splitlines():
        return None
    # Numbers: a small Debian has no list of the protocols' names (/etc/protocols, of netbase), a larger one has.
    return _ask("--stateless", "--numeric-protocol", "list", "table", _FAMILY, _NAME)


def counts() -> Denied:
    """NftError; denied.UnfitError."""
    listing = _ask("--json", "list", "counters", "table", _FAMILY, _NAME)
    return counted(listing, int(time.monotonic()))


def _ask(*words: str, given: str = "") -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with fixed words
            [PROGRAM, *words], input=given, capture_output=True, text=True, timeout=_LIMIT_S, check=False, env=_PLAIN
        )
    except OSError as error:
        raise NftError(f"{PROGRAM}: {error.strerror}") from None
    except (subprocess.TimeoutExpired, UnicodeDecodeError):
        raise NftError(PROGRAM) from None
    if done.returncode != 0:
        raise NftError((done.stderr.splitlines() or [PROGRAM])[0])
    return done.stdout
