"""The age format: a part is encrypted for a public key, so that who made it cannot read it again. Bytes in, bytes out.

age says that nobody changed the part since it was made, not who made it: that is the manifest's to say.
"""

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage import x25519

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was written: its length in bytes, and its SHA-256."""

    size: int
    sha256: str


class OtherIdentityError(Exception):
    """None of the private keys opens it."""


class SpoiltError(Exception):
    """It is no age file, or it is cut short, or it was changed."""


def recipient(text: str) -> x25519.Recipient | None:
    """None: no public key of age."""
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return None


def identities(path: Path) -> list[x25519.Identity]:
    """The private keys in a file as age-keygen writes it. Raises OSError; ValueError where there is none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    try:
        found = [x25519.Identity.from_str(key) for key in keys]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise ValueError("no private key of age")
    return found


def seal(pieces: Iterable[bytes], to: x25519.Recipient, path: Path) -> Sealed:
    """Make the file, private, on disk on return; its name is the caller's to sync. Raises what `pieces` and disk do."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        writer, reader = _Writer(file), _Reader(iter(pieces))
        try:
            pyrage.encrypt_io(reader, writer, [to])  # type: ignore[arg-type] # it reads and writes, and nothing more
        except pyrage.EncryptError:
            raise (reader.failed or writer.failed or OSError(errno.EIO, os.strerror(errno.EIO))) from None
        file.flush()
        os.fsync(file.fileno())
    return Sealed(writer.size, writer.digest.hexdigest())


def unseal(source: BinaryIO, target: BinaryIO, keys: list[x25519.Identity]) -> None:
    """Raises OtherIdentityError, SpoiltError; OSError as the disk does."""
    reader, writer = _Through(source), _Writer(target)
    try:
        pyrage.decrypt_io(reader, writer, keys)  # type: ignore[arg-type] # as above
    except pyrage.DecryptError as error:
        other = "matching" in str(error)
        fault: Exception = OtherIdentityError() if other else SpoiltError()
    except OSError:
        fault = SpoiltError()
    else:
        return
    raise reader.failed or writer.failed or fault


def sha256_of(path: Path) -> Sealed:
    """Of a file that lies there. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return Sealed(size, digest.hexdigest())


class _Reader:
    """Pieces of any length as a file. What fails in them is kept: pyrage tells it in words only."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")
        self.failed: Exception | None = None

    def read(self, count: int) -> bytes:
        try:
            while not self._rest:
                self._rest = memoryview(next(self._pieces))
        except StopIteration:
            return b""
        except Exception as error:
            self.failed = error
            raise
        piece, self._rest = self._rest[:count], self._rest[count:]
        return bytes(piece)


class _Through:
    """A file, of which it is kept what failed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failed: Exception | None = None

    def read(self, count: int) -> bytes:
        try:
            return self._file.read(count)
        except OSError as error:
            self.failed = error
            raise


class _Writer:
    """Counts and hashes what goes through, and keeps what failed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()
        self.failed: Exception | None = None

    def write(self, piece: bytes) -> int:
        try:
            self._file.write(piece)
        except OSError as error:
            self.failed = error
            raise
        self.digest.update(piece)
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError as error:
            self.failed = error
            raise
