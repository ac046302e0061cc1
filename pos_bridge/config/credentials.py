"""The keys and certificates that the configuration names, loaded and checked; each fault is one line that names it."""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pos_bridge.config.settings import Config, ConfigError, Passphrase
from pos_bridge.pair import Pair
from pos_bridge.start_fault import StartFault
from pos_bridge.wire import trust_words
from pos_bridge.wire.nexo.secured import MessageKey

MIN_API_KEY = 16
MAX_API_KEY = 256
MIN_TOKEN = 32
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
    """`ca`, `certificate` and `key` are the PEM files for the processor; `events_tls` is for telling a till.
    `native_clients`: the authority of those who call at the native port, PEM.
    """

    terminal_key: Ed25519PrivateKey
    tills: OfTills
    ca: bytes
    certificate: bytes
    key: bytes
    events_tls: ssl.SSLContext | None = None
    native_clients: bytes | None = None
    metrics_token: str | None = None


def load(config: Config) -> Credentials:
    """Raises ConfigError for the first file that is not what its setting says.

    What is for the processor may have ended: then no card pays, and cash does.
    """
    nexo, processor = config.nexo, config.processor
    read = _Reader(config)
    read.check("card_room.trust", config.card_room.trust, _is_trust)
    read.check("nexo.certificate", nexo.certificate, _valid_certificate)
    read.check("processor.ca", processor.ca, x509.load_pem_x509_certificates)
    if config.enrolment is not None and config.enrolment.ca is not None:
        read.check("enrolment.ca", config.enrolment.ca, x509.load_pem_x509_certificates)
    pair = processor_pair(config)
    read.pair("nexo.key", nexo.certificate, nexo.key)
    native = config.native
    if native is not None and native.certificate and native.key and native.clients:
        for setting, text in (("native.certificate", native.certificate), ("native.clients", native.clients)):
            read.check(setting, text, _valid_certificate)
        read.pair("native.key", native.certificate, native.key)
    tills = of_tills(config)
    return Credentials(
        terminal_key=terminal_key(config),
        tills=tills,
        ca=read.content(processor.ca),
        certificate=pair.chain_pem,
        key=pair.key_pem,
        native_clients=None if native is None or native.clients is None else read.content(native.clients),
        metrics_token=metrics_token(config, tills),
        events_tls=None if nexo.events is None else read.check("nexo.events.ca", nexo.events.ca, _trusting),
    )


def terminal_key(config: Config) -> Ed25519PrivateKey:
    """Raises ConfigError."""
    return _Reader(config).check("till.signing_key", config.till.signing_key, _terminal_key)


def check_times(config: Config) -> None:
    """Raises ConfigError where what is for the processor has ended: for a person who asks whether all is good."""
    read = _Reader(config)
    read.check("processor.certificate", config.processor.certificate, _valid_certificate)
    read.check("processor.ca", config.processor.ca, _one_valid_authority)


def processor_pair(config: Config) -> Pair:
    """The key and certificate for the processor, whatever the time is. Raises ConfigError."""
    certificate, key, read = config.processor.certificate, config.processor.key, _Reader(config)
    chain = read.check("processor.certificate", certificate, bytes)
    private = read.check("processor.key", key, bytes)
    try:
        return Pair.read(chain, private, enrolment_secret(config))
    except (ValueError, UnsupportedAlgorithm):
        first, path = config.path(certificate), config.path(key)
        raise ConfigError(StartFault.NOT_A_PAIR, setting="processor.key", path=path, certificate=first) from None


def enrolment_secret(config: Config) -> bytes | None:
    """What the key for the processor is encrypted with, if it is. Raises ConfigError."""
    named = None if config.enrolment is None else config.enrolment.secret
    return None if named is None else _Reader(config).check("enrolment.secret", named, _secret)


def of_tills(config: Config) -> OfTills:
    """What tills show, or prove that they know. Raises ConfigError."""
    nexo, read = config.nexo, _Reader(config)
    api_key = None if nexo.api_key_file is None else read.check("nexo.api_key_file", nexo.api_key_file, _api_key)
    return OfTills(api_key, _message_keys(read, nexo.passphrase))


def metrics_token(config: Config, tills: OfTills) -> str | None:
    """Of a monitor, which is no till: it knows nothing that a till shows or knows. Raises ConfigError."""
    if config.metrics is None:
        return None

    def own(raw: bytes) -> str:
        token = _word(raw, MIN_TOKEN)
        sealing = (MessageKey.derive(key.identifier, key.version, token.encode()) for key in tills.message_keys)
        known = (tried.cipher_key == key.cipher_key for tried, key in zip(sealing, tills.message_keys, strict=True))
        if token == tills.api_key or any(known):
            raise _UnfitError(StartFault.TOKEN_OF_A_TILL)
        return token

    return _Reader(config).check("metrics.token_file", config.metrics.token_file, own)


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
                raise _UnfitError(StartFault.PASSPHRASE_SHARED)
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
        except PermissionError:
            raise ConfigError(StartFault.FILE_CLOSED, setting=setting, path=path) from None
        except OSError as error:
            reason = error.strerror
            raise ConfigError(StartFault.CONTENT_UNREADABLE, setting=setting, path=path, reason=reason) from None
        except _UnfitError as unfit:
            raise ConfigError(unfit.fault, setting=setting, path=path, **unfit.values) from None
        except (ValueError, TypeError):
            raise ConfigError(StartFault.NOT_PEM, setting=setting, path=path) from None

    def pair(self, setting: str, certificate: str, key: str) -> None:
        """That the two files are one pair, as TLS will take them."""
        self.check(setting, key, bytes)  # of one that cannot be read OpenSSL says no more than of one that is unfit
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        first, path = self._config.path(certificate), self._config.path(key)
        try:
            context.load_cert_chain(first, path, password=_no_password)
        except (OSError, ValueError):
            raise ConfigError(StartFault.NOT_A_PAIR, setting=setting, path=path, certificate=first) from None


class _UnfitError(Exception):
    """A file of the right kind with the wrong content. Setting and path are put in by whoever knows them."""

    def __init__(self, fault: StartFault, **values: object) -> None:
        super().__init__(fault.code)
        self.fault = fault
        self.values = values


def _no_password() -> str:
    raise ValueError("a key under a password cannot be used by a daemon")


def _terminal_key(raw: bytes) -> Ed25519PrivateKey:
    key = load_pem_private_key(raw, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise _UnfitError(StartFault.NOT_ED25519)
    return key


def _api_key(raw: bytes) -> str:
    return _word(raw, MIN_API_KEY)


def _word(raw: bytes, least: int) -> str:
    key = raw.strip().decode("ascii", "replace")
    if not (least <= len(key) <= MAX_API_KEY and key.isascii() and key.isprintable() and " " not in key):
        raise _UnfitError(StartFault.API_KEY_UNFIT, least=least, most=MAX_API_KEY)
    return key


def _passphrase(raw: bytes) -> bytes:
    """Without the end of its line. ASCII, because clients do not agree on how to write anything else."""
    phrase = raw.rstrip(b"\r\n")
    text = phrase.decode("ascii", "replace")
    if not (MIN_PASSPHRASE <= len(text) <= MAX_PASSPHRASE and text.isascii() and text.isprintable()):
        raise _UnfitError(StartFault.PASSPHRASE_UNFIT, least=MIN_PASSPHRASE, most=MAX_PASSPHRASE)
    if text != text.strip():
        raise _UnfitError(StartFault.PASSPHRASE_SPACED)
    return phrase


def _valid_certificate(raw: bytes) -> None:
    for certificate in x509.load_pem_x509_certificates(raw):
        if certificate.not_valid_after_utc < datetime.now(UTC):
            raise _UnfitError(StartFault.CERTIFICATE_ENDED, day=certificate.not_valid_after_utc.date())


def _one_valid_authority(raw: bytes) -> None:
    """Two stand in the file while the authority changes: the one before may have ended."""
    found = x509.load_pem_x509_certificates(raw)
    last = max(certificate.not_valid_after_utc for certificate in found)
    if last < datetime.now(UTC):
        raise _UnfitError(StartFault.CERTIFICATE_ENDED, day=last.date())


def _secret(raw: bytes) -> bytes:
    if not raw.strip():
        raise _UnfitError(StartFault.ENROLMENT_SECRET_EMPTY)
    return raw.strip()


def _trusting(raw: bytes) -> ssl.SSLContext:
    """A client's context that trusts that authority alone, and looks at the server's name."""
    _valid_certificate(raw)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=raw.decode("ascii"))
    return context


def _is_trust(raw: bytes) -> None:
    """The card room reads this file itself and trusts nobody else's reading; this only tells IT early."""
    try:
        words = trust_words.parse(raw)
    except ValueError:
        raise _UnfitError(StartFault.TRUST_UNFIT) from None
    for root in words.roots:
        Ed25519PublicKey.from_public_bytes(root)
