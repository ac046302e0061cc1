"""Whom this till trusts, as fingerprints: to be compared with what the processor gave on another road."""

from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from pos_bridge.checkup.finding import Finding, note
from pos_bridge.config.settings import Config
from pos_bridge.wire import trust_words
from pos_bridge.words import Words

AUTHORITY = note(
    "pinned_authority",
    Words(
        "{setting} : une autorité dont l'empreinte SHA-256 est {print}. À comparer avec ce que le processeur a donné.",
        "{setting}: an authority whose SHA-256 fingerprint is {print}. To be compared with what the processor gave.",
    ),
)
SEALING_ROOT = note(
    "pinned_root",
    Words(
        "{setting} : les cartes sont scellées sous la racine {root}. À comparer avec ce que le processeur a donné.",
        "{setting}: cards are sealed under the root {root}. To be compared with what the processor gave.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    """What is not there, or is none, is told of the configuration. PermissionError."""
    for authority in _authorities(config.path(config.processor.ca)):
        yield AUTHORITY(setting="processor.ca", print=authority.fingerprint(hashes.SHA256()).hex())
    for root in _roots(config.path(config.card_room.trust)):
        yield SEALING_ROOT(setting="card_room.trust", root=root)


def _authorities(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except PermissionError:
        raise
    except (OSError, ValueError):
        return []


def _roots(path: Path) -> list[str]:
    try:
        return [root.hex() for root in trust_words.parse(path.read_bytes()).roots]
    except PermissionError:
        raise
    except (OSError, ValueError):
        return []
