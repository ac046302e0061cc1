"""Of a certificate that came by file where `enrolment.ca` names nobody: what can be told of who made it."""

from collections.abc import Iterator, Sequence

from cryptography import x509

from pos_bridge.config import credentials
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.ops import est
from pos_bridge.pair import Pair

_LONGEST = 120  # characters of a name
_KEY_DIGITS = 16  # of the identifier of an issuer's key, as certificates name it
Line = tuple[str, dict[str, object]]  # a sentence of enrol_words.WORDS, and what fills its places


def in_force(config: Config) -> Pair | None:
    """The pair that a new one replaces, if there is one that can be read."""
    try:
        return credentials.processor_pair(config)
    except ConfigError:
        return None


def told(config: Config, pair: Pair, before: Pair | None) -> Iterator[Line]:
    """Whether it is of the processor's authority, which is proved; else of the one before's, by its name; or of nobody
    known here. Nothing of it is a reason to refuse: a chain's own PKI may be known to the processor alone.
    """
    issuer: dict[str, object] = {"issuer": _name(pair.leaf.issuer)}
    if est.leads_to(pair, _of_the_processor(config)):
        yield "issuer_processor", issuer
    elif before is None:
        yield "issuer_unknown", issuer
    elif (before.leaf.issuer, _key_of_issuer(before)) == (pair.leaf.issuer, _key_of_issuer(pair)):
        yield "issuer_same", issuer
    else:
        yield "issuer_other", {"issuer": _with_key(pair), "before": _with_key(before)}
    if pair.name != config.till.poiid:
        yield "name_other", {"name": shown(pair.name), "poiid": config.till.poiid}
    yield "issuer_unchecked", {"file": config.file}


def _of_the_processor(config: Config) -> Sequence[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(config.path(config.processor.ca).read_bytes())
    except (OSError, ValueError):
        return ()


def _key_of_issuer(pair: Pair) -> bytes | None:
    try:
        named = pair.leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return None
    return named.value.key_identifier


def _with_key(pair: Pair) -> str:
    """Two may have one name."""
    key = _key_of_issuer(pair)
    return _name(pair.leaf.issuer) + ("" if key is None else f" [{key.hex()[:_KEY_DIGITS]}]")


def _name(name: x509.Name) -> str:
    return shown(name.rfc4514_string())


def shown(name: str) -> str:
    """Somebody else wrote it, and it is shown at a terminal."""
    return "".join(each if each.isprintable() else "?" for each in name)[:_LONGEST]
