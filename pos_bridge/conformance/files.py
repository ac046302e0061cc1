"""The files that a run is given: keys and cards that nobody else may read. An error names a file, never its content."""

import os
import stat
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pos_bridge.processor.channel import Credentials

STDIN = Path("-")
_MAX_FILE = 65_536
_WRITABLE, _READABLE = 0o022, 0o077


class FileError(Exception):
    """A file that is not what it should be, or that others can read. One line for whoever typed the command."""


def read_public(path: Path) -> bytes:
    """Raises FileError, as all of these do."""
    return _read(path, _WRITABLE, "can be changed by others; mend it: chmod go-w")


def read_secret(path: Path) -> bytes:
    """`-` is standard input."""
    if path == STDIN:
        return sys.stdin.buffer.read(_MAX_FILE)
    return _read(path, _READABLE, "can be read by others; make it private: chmod 600")


def read_credentials(ca: Path, certificate: Path, key: Path) -> Credentials:
    credentials = Credentials(read_public(ca), read_public(certificate), read_secret(key))
    for path, pem in ((ca, credentials.ca), (certificate, credentials.certificate), (key, credentials.key)):
        if not pem.lstrip().startswith(b"-----BEGIN "):
            raise FileError(f"{path}: is not a PEM file")
    return credentials


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    raw = read_secret(path)
    try:
        key = load_pem_private_key(raw, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise FileError(f"{path}: is not an Ed25519 key in PEM (PKCS8, no password)")
    return key


def read_root(path: Path) -> Ed25519PublicKey:
    """The root of a card room's trust file: the line `root` and 64 hexadecimal digits."""
    try:
        lines = dict(line.split() for line in read_public(path).decode("ascii").splitlines() if line.strip())
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(lines["root"]))
    except (ValueError, KeyError):
        raise FileError(f"{path}: must have a line `root` with 64 hexadecimal digits") from None


def _read(path: Path, forbidden: int, words: str) -> bytes:
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & forbidden:
                raise FileError(f"{path}: {words} {path}")
            return file.read(_MAX_FILE)
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror})") from None
