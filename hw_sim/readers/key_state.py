"""What an encrypting reader remembers without power: its keys, which transaction is next, and its settings.

A file beside the store's other things. It is written before a key is used, so that whatever happens no key serial
number is used twice. A real reader keeps its future keys only and could not tell the ones it has used.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from hw_sim import dukpt
from hw_sim.disk import write_atomically


class KeyStateError(Exception):
    """The file is not what an injected reader has. The message is for whoever starts the store."""


class ExhaustedError(Exception):
    """The reader has encrypted about a million times and has no key left."""


class KeyState:
    """`settings` are those that are not as delivered, by id."""

    def __init__(self, file: Path) -> None:
        """Raises KeyStateError."""
        self._file = file
        try:
            held = json.loads(file.read_bytes())
            self._initial_key = bytes.fromhex(held["initial_key"])
            self._next_ksn = bytes.fromhex(held["next_ksn"])  # empty: exhausted
            self.settings = {int(setting, 16): int(value, 16) for setting, value in held["settings"].items()}
            if self._next_ksn:
                dukpt.transaction_key(self._initial_key, self._next_ksn)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise KeyStateError("no state of a reader; without that file it is injected anew") from None

    @property
    def exhausted(self) -> bool:
        return not self._next_ksn

    def take(self) -> tuple[bytes, bytes]:
        """The next key serial number and its transaction key, never given out again. Raises ExhaustedError."""
        ksn = self._next_ksn
        if not ksn:
            raise ExhaustedError
        try:
            self._next_ksn = dukpt.next_ksn(ksn)
        except dukpt.KsnError:
            self._next_ksn = b""
        self._write()
        return ksn, dukpt.transaction_key(self._initial_key, ksn)

    def keep(self, settings: Mapping[int, int]) -> None:
        self.settings = dict(settings)
        self._write()

    def _write(self) -> None:
        write(self._file, self._initial_key, self._next_ksn, self.settings)


def write(file: Path, initial_key: bytes, next_ksn: bytes, settings: Mapping[int, int]) -> None:
    held = {
        "initial_key": initial_key.hex(),
        "next_ksn": next_ksn.hex(),
        "settings": {f"{setting:02x}": f"{value:02x}" for setting, value in settings.items()},
    }
    write_atomically(file, json.dumps(held, indent=2).encode() + b"\n")
