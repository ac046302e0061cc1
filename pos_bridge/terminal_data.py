"""Whether the terminal data for chips, `card_room.emv`, can be used: asked before a room is, which only says *fault*.

The engine loads no driver and cannot judge the file: a program of the card room's side does (card/emv_check.py).
"""

import subprocess
import sys

from pos_bridge.config import Config, ConfigError

_PROGRAM = "pos_bridge.card.emv_check"
_LIMIT_S = 30.0
_LONGEST = 300  # characters of a sentence


def check(config: Config) -> None:
    """Raises ConfigError with one line that names file and key. Without a chip reader there is nothing to check."""
    text = config.card_room.emv
    if text is None or not any(reader.reads_chips for reader in config.readers):
        return
    path = config.path(text)
    fault = _fault(str(path))
    if fault is not None:
        raise ConfigError(f"{config.file}: card_room.emv: {path}: {fault}")


def _fault(path: str) -> str | None:
    try:
        asked = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", "-B", "-m", _PROGRAM, path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_LIMIT_S,
            check=False,
            env={},
        )
    except (OSError, subprocess.TimeoutExpired):
        return "it could not be checked"
    if asked.returncode == 0:
        return None
    sentence = asked.stdout.decode(errors="replace").strip()[:_LONGEST]
    return sentence if sentence and sentence.isprintable() else "it could not be checked"
