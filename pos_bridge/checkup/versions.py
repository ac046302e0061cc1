"""What runs here: the program, and the libraries that it stands on. Notes, for whoever reports or compares."""

import platform
import sqlite3
import ssl
from collections.abc import Iterator
from importlib import metadata

from cryptography.hazmat.backends.openssl import backend

from pos_bridge import __version__
from pos_bridge.checkup.finding import Finding, note
from pos_bridge.config.settings import Config
from pos_bridge.words import Words

VERSION = note(
    "version",
    Words("Version installée : {what} {version}.", "Installed version: {what} {version}."),
)


def look(_: Config) -> Iterator[Finding]:
    for what, version in (
        ("pos-bridge", __version__),
        (platform.python_implementation(), platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        (ssl.OPENSSL_VERSION.partition(" ")[0], ssl.OPENSSL_VERSION.partition(" ")[2]),
        ("cryptography", metadata.version("cryptography")),
        ("cryptography, OpenSSL", backend.openssl_version_text().partition(" ")[2]),
        ("grpcio", metadata.version("grpcio")),
    ):
        yield VERSION(what=what, version=version)
