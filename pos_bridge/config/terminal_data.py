"""Whether the terminal data for chips, `card_room.emv`, can be used: asked before a room is, which only says *fault*.

The engine loads no driver and cannot judge the file: a program of the card room's side does (card/emv_check.py).
"""

import subprocess
import sys

from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.start_fault import StartFault

_PROGRAM = "pos_bridge.card.emv_check"
_SETTING = "card_room.emv"
_LIMIT_S = 30.0
_LONGEST = 300  # characters of a sentence


def check(config: Config) -> None:
    """Raises ConfigError with one line that names file and key. Without a chip reader there is nothing to check."""
    text = config.card_room.emv
    if text is None or not any(reader.reads_chips for reader in config.readers):
        return
    path = config.path(text)
    try:
        reason = _asked(str(path))
    except (OSError, subprocess.SubprocessError):
        raise ConfigError(StartFault.TERMINAL_DATA_UNCHECKED, setting=_SETTING, path=path) from None
    if reason is not None:
        raise ConfigError(StartFault.TERMINAL_DATA_UNFIT, setting=_SETTING, path=path, reason=reason)


def _asked(path: str) -> str | None:
    """What that program says; None where all is good. Raises OSError, SubprocessError where it says nothing."""
    asked = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-I", "-B", "-m", _PROGRAM, path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=_LIMIT_S,
        check=False,
        env={},
    )
    if asked.returncode == 0:
        return None
    sentence = asked.stdout.decode(errors="replace").strip()[:_LONGEST]
    if not sentence or not sentence.isprintable():
        raise subprocess.SubprocessError
    return sentence
