"""Controlling a simulated processor from outside: set its mode, read its ledger. One request a connection.

The client's half, for the store's commands and for tests; works in every mode, the port closed or open.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SOCKET_NAME = "control.sock"
_TIMEOUT_S = 20.0
_CHUNK = 65_536


class ControlError(Exception):
    """The processor is not running, or refuses the request. The message is for whoever typed the command."""


def set_mode(folder: Path, mode: str, value: float | None = None) -> None:
    """Change how the processor in `folder` behaves; in force on return.

    mode: approve, decline, partial (value: cents), drop-request, drop-response, delay (value: seconds), duplicate,
    down, up, lie-key, lie-amount, lie-currency, wrong-arpc, script. Raises ControlError.
    """
    _ask(folder, {"mode": mode} if value is None else {"mode": mode, "value": value})


def ledger(folder: Path) -> list[dict[str, Any]]:
    """All the processor holds, one object a key, in order of arrival. Raises ControlError.

    key (UUID), kind, amount (cents: approved if approved, else asked), state, sale_key (of a refund), captured (cents),
    card, entry_mode, order_digest (hex).
    """
    listing: list[dict[str, Any]] = _ask(folder, {"ledger": True})["ledger"]
    return listing


def settle(folder: Path) -> None:
    """Close the batch: what is captured can no longer be reversed (TOO_LATE). Raises ControlError."""
    _ask(folder, {"settle": True})


def expire_authorisations(folder: Path) -> None:
    """Let every hold that is not captured run out: its capture is refused. Raises ControlError."""
    _ask(folder, {"expire": True})


def renew_epoch(folder: Path) -> None:
    """Behave as a processor whose ledger was restored: another ledger epoch. Raises ControlError."""
    _ask(folder, {"renew_epoch": True})


def break_duty(folder: Path, name: str) -> None:
    """Behave as a processor with one thing wrong (hw_sim/processor/broken.py), until mended. Raises ControlError."""
    _ask(folder, {"broken": name})


def mend(folder: Path) -> None:
    """Keep every duty again. Raises ControlError."""
    _ask(folder, {"mended": True})


def set_clock_skew(folder: Path, seconds: float) -> None:
    """Set the processor's clock that far ahead of the machine's (behind: negative), until it ends. ControlError."""
    _ask(folder, {"clock_skew": seconds})


def set_retention_days(folder: Path, days: int) -> None:
    """What the processor says about how long it keeps keys, until it ends. Raises ControlError."""
    _ask(folder, {"retention_days": days})


@contextmanager
def reachable(folder: Path) -> Iterator[str]:
    """The control socket's address while the block runs: short, whatever the length of the folder's path."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET_NAME}"
    finally:
        os.close(descriptor)


def _ask(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    try:
        with (
            reachable(folder) as address,
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection,
        ):
            connection.settimeout(_TIMEOUT_S)
            connection.connect(address)
            connection.sendall(json.dumps(request).encode() + b"\n")
            raw = b"".join(iter(lambda: connection.recv(_CHUNK), b""))
    except OSError:
        raise ControlError("the simulated processor is not running") from None
    if not raw.endswith(b"\n"):
        raise ControlError("the simulated processor ended before it answered")
    answer: dict[str, Any] = json.loads(raw)
    if "error" in answer:
        raise ControlError(answer["error"])
    return answer
