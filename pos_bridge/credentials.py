"""The keys and certificates that the configuration names, loaded and checked; each fault is one line that names it."""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pos_bridge.config import Config, ConfigError, Passphrase
from pos_bridge.wire.nexo.secured import MessageKey

MIN_API_KEY = 16
MAX_API_KEY = 256
WARN_DAYS = 60  # before the end of what tills are shown: time for IT to come by with the authority's key
MIN_PASSPHRASE, MAX_PASSPHRASE = 12, 256
_MAX_FILE = 65_536

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, repr=False)
class OfTills:
    """`api_key` None: no till asks in clear. `message_keys`: of those that ask encrypted; they are nowhere on disk."""

    api_key: str | None
    message_keys: tuple[MessageKey, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """`ca`, `certificate` and `key` are the PEM files for the processor."""

    terminal_key: Ed25519PrivateKey
    tills: OfTills
    ca: bytes
    certificate: bytes
    key: bytes


def load(config: Config) -> Credentials:
    """Raises ConfigError for the first file that is not what its setting says."""
    nexo, processor = config.nexo, config.processor
    read = _Reader(config)
    read.check("card_room.trust", config.card_room.trust, _is_trust)
    for setting, text in (("nexo.certificate", nexo.certificate), ("processor.certificate", processor.certificate)):
        read.check(setting, text, _valid_certificate)
    read.check("processor.ca", processor.ca, _valid_certificate)
    read.pair("processor.key", processor.certificate, processor.key)
    read.pair("nexo.key", nexo.certificate, nexo.key)
    return Credentials(
        terminal_key=read.check("till.signing_key", config.till.signing_key, _terminal_key),
        tills=of_tills(config),
        ca=read.content(processor.ca),
        certificate=read.content(processor.certificate),
        key=read.content(processor.key),
    )


def of_tills(config: Config) -> OfTills:
    """What tills show, or prove that they know. Raises ConfigError."""
    nexo, read = config.nexo, _Reader(config)
    api_key = None if nexo.api_key_file is None else read.check("nexo.api_key_file", nexo.api_key_file, _api_key)
    return OfTills(api_key, _message_keys(read, nexo.passphrase))


def ends(pem: bytes) -> datetime:
    """When the first certificate of a PEM file, the leaf, ends. Raises ValueError for what holds none."""
    return x509.load_pem_x509_certificates(pem)[0].not_valid_after_utc


def _message_keys(read: "_Reader", named: Sequence[Passphrase]) -> tuple[MessageKey, ...]:
    """Derived here, once: it takes milliseconds each."""
    keys: list[MessageKey] = []
    for place, passphrase in enumerate(named):

        def derived(raw: bytes, entry: Passphrase = passphrase) -> MessageKey:
            key = MessageKey.derive(entry.identifier, entry.version, _passphrase(raw))
            if any(key.cipher_key == other.cipher_key for other in keys):
                # The identifier in a message is not authenticated: under a second one it would be another till's.
                raise _UnfitError("holds the passphrase of another entry: each has one of its own")
            return key

        keys.append(read.check(f"nexo.passphrase[{place}].file", passphrase.file, derived))
    return tuple(keys)


class _Reader:
    """Reads what a setting names and turns each fault into the line for it."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def content(self, text: str) -> bytes:
        with self._config.path(text).open("rb") as file:
            return file.read(_MAX_FILE)

    def check(self, setting: str, text: str, parse: Callable[[bytes], _T]) -> _T:
        path = self._config.path(text)
        try:
            return parse(self.content(text))
        except OSError as error:
            raise ConfigError(f"{setting}: {path} cannot be read ({error.strerror})") from None
        except _UnfitError as error:
            raise ConfigError(f"{setting}: {path} {error}") from None
        except (ValueError, TypeError):
            raise ConfigError(f"{setting}: {path} is not the PEM file it should be") from None

    def pair(self, setting: str, certificate: str, key: str) -> None:
        """That the two files are one pair, as TLS will take them."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        paths = self._config.path(certificate), self._config.path(key)
        try:
            context.load_cert_chain(*paths, password=_no_password)
        except (OSError, ValueError):
            raise ConfigError(f"{setting}: {paths[1]} is not the private key of {paths[0]}") from None


class _UnfitError(Exception):
    """A file of the right kind with the wrong content; the text ends a sentence."""


def _no_password() -> str:
    raise ValueError("a key under a password cannot be used by a daemon")


def _terminal_key(raw: bytes) -> Ed25519PrivateKey:
    key = load_pem_private_key(raw, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise _UnfitError("is not an Ed25519 key")
    return key


def _api_key(raw: bytes) -> str:
    key = raw.strip().decode("ascii", "replace")
    if not (MIN_API_KEY <= len(key) <= MAX_API_KEY and key.isascii() and key.isprintable() and " " not in key):
        raise _UnfitError(f"must hold one line of {MIN_API_KEY} to {MAX_API_KEY} ASCII characters without spaces")
    return key


def _passphrase(raw: bytes) -> bytes:
    """Without the end of its line. ASCII, because clients do not agree on how to write anything else."""
    phrase = raw.rstrip(b"\r\n")
    text = phrase.decode("ascii", "replace")
    if not (MIN_PASSPHRASE <= len(text) <= MAX_PASSPHRASE and text.isascii() and text.isprintable()):
        raise _UnfitError(f"must hold one line of {MIN_PASSPHRASE} to {MAX_PASSPHRASE} printable ASCII characters")
    if text != text.strip():
        raise _UnfitError("begins or ends with a space, which a till's settings may not: take it away")
    return phrase


def _valid_certificate(raw: bytes) -> None:
    for certificate in x509.load_pem_x509_certificates(raw):
        if certificate.not_valid_after_utc < datetime.now(UTC):
            raise _UnfitError(f"ended on {certificate.not_valid_after_utc:%Y-%m-%d}")


def _is_trust(raw: bytes) -> None:
    """The card room reads this file itself and trusts nobody else's reading; this only tells IT early."""
    lines = [line.split() for line in raw.decode("ascii").splitlines() if line.strip()]
    words = {line[0]: line[-1] for line in lines}
    if set(words) != {"root", "lowest-epoch"} or not words["lowest-epoch"].isdecimal():
        raise _UnfitError("must have two lines: root and 64 hexadecimal digits, lowest-epoch and a number")
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(words["root"]))
