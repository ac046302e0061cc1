"""The secret of the epoch: 32 random bytes beside the vault, without which the vault key opens nothing.

A person's wrapped key lives on in write-ahead logs, in the blocks that a flash disk has put aside, and in backups. So
after an erasure the vault is written anew under another secret (renewal.py), and the old one is overwritten: what is
left anywhere of the old file can then be read by nobody. A vault from before there were epochs has no such file and an
empty secret, until its first renewal.

Two files, each 0600 and whole or absent: `vault.epoch`, and while a renewal is under way `vault.epoch.next`. Which of
them a vault belongs to is told by its verifier. Never logged, never shown.
"""

import errno
import os
from pathlib import Path

from pos_bridge.identity.keys import LENGTH
from pos_bridge.storage.disk import overwrite, sync_folder, write_private

NAME, NEXT = "vault.epoch", "vault.epoch.next"
NONE = b""  # of a vault from before there were epochs


def first(folder: Path) -> bytes:
    """For a vault that is being made: the secret that lies there (a vault was taken away), or a new one, durable."""
    found = _read(folder / NAME)
    if found is not None:
        return found
    return _make(folder / NAME)


def candidates(folder: Path) -> tuple[bytes, ...]:
    """What a vault in this folder may have been made with, likeliest first."""
    now, after = _read(folder / NAME), _read(folder / NEXT)
    none = NONE if not (folder / NAME).exists() else None
    return tuple(secret for secret in (now, none, after) if secret is not None)


def renewing(folder: Path) -> bool:
    """Whether a renewal began: it is under way, or a crash ended it."""
    return (folder / NEXT).exists()


def following(folder: Path) -> bytes | None:
    """The secret of the next epoch, where a renewal began."""
    return _read(folder / NEXT)


def prepare(folder: Path) -> bytes:
    """The secret of the next epoch, durable. FileExistsError where there is one: the vault may be of it already."""
    if renewing(folder):
        raise FileExistsError(errno.EEXIST, "a renewal began before")
    return _make(folder / NEXT)


def abandon(folder: Path) -> None:
    """Destroy the next secret, which no vault is of: the half-made file under it is read by nobody any more."""
    if renewing(folder):
        overwrite(folder / NEXT)
        (folder / NEXT).unlink()
        sync_folder(folder)


def turn(folder: Path) -> None:
    """The vault is of the next epoch now, and its name is on disk: destroy the old secret.

    Again after a crash in here: an overwritten secret opens nothing, so the next one is found.
    """
    if (folder / NAME).exists():
        overwrite(folder / NAME)
    (folder / NEXT).replace(folder / NAME)
    sync_folder(folder)


def _read(path: Path) -> bytes | None:
    """None where there is no such file, or what is there is no secret."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return content if len(content) == LENGTH and any(content) else None


def _make(path: Path) -> bytes:
    secret = os.urandom(LENGTH)
    write_private(path, secret)
    return secret
