"""Certificates: how long each one still lasts, in whole days."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from cryptography import x509

from pos_bridge.checkup.finding import Finding, Line, good, mend, stop, unseen
from pos_bridge.checkup.user import must_open
from pos_bridge.config.credentials import WARN_DAYS
from pos_bridge.config.settings import Config
from pos_bridge.pair import renew_from
from pos_bridge.words import Words

_LATE = timedelta(days=2)  # after it should have been renewed

NEXO_LASTS = good(
    "certificate_nexo",
    Words(
        "Le certificat montré aux caisses est bon encore {days} jours.",
        "The certificate that tills are shown is good for another {days} days.",
    ),
)
NEXO_ENDS = mend(
    "certificate_nexo",
    Words(
        "Le certificat montré aux caisses finit dans {days} jours : plus aucune caisse ne paiera alors. Apportez la "
        "clé de l'autorité et lancez `pos-bridge certificate renew --authority DOSSIER`.",
        "The certificate that tills are shown ends in {days} days: no till will pay then. Bring the authority's key "
        "and run `pos-bridge certificate renew --authority FOLDER`.",
    ),
)
OWN_LASTS = good(
    "certificate_processor",
    Words(
        "Le certificat de cette caisse pour le processeur est bon encore {days} jours.",
        "This till's certificate for the processor is good for another {days} days.",
    ),
)
OWN_ENDS = mend(
    "certificate_processor",
    Words(
        "Le certificat de cette caisse pour le processeur finit dans {days} jours : plus aucune carte ne paiera "
        "alors. docs/certificates.md dit comment en obtenir un autre.",
        "This till's certificate for the processor ends in {days} days: no card will pay then. docs/certificates.md "
        "says how to get another one.",
    ),
)
RENEWAL_LATE = mend(
    "certificate_processor",
    Words(
        "Le certificat de cette caisse pour le processeur devait être renouvelé et ne l'est pas; il reste {days} "
        "jours. Le journal d'événements dit pourquoi (RenewalFailed; docs/certificates.md).",
        "This till's certificate for the processor should have been renewed and was not; {days} days are left. The "
        "log says why (RenewalFailed; docs/certificates.md).",
    ),
)

NEXO_ENDED = stop(
    "certificate_nexo",
    Words(
        "Le certificat montré aux caisses est fini : plus aucune caisse ne paie. Apportez la clé de l'autorité et "
        "lancez `pos-bridge certificate renew --authority DOSSIER`.",
        "The certificate that tills are shown has ended: no till pays. Bring the authority's key and run `pos-bridge "
        "certificate renew --authority FOLDER`.",
    ),
)
OWN_ENDED = stop(
    "certificate_processor",
    Words(
        "Le certificat de cette caisse pour le processeur est fini : aucune carte ne paie, le comptant continue. "
        "docs/certificates.md dit comment en obtenir un autre.",
        "This till's certificate for the processor has ended: no card pays, cash goes on. docs/certificates.md says "
        "how to get another one.",
    ),
)
OTHER_LASTS = good(
    "certificate_other",
    Words(
        "{setting} : {path} est bon encore {days} jours.",
        "{setting}: {path} is good for another {days} days.",
    ),
)
OTHER_ENDS = mend(
    "certificate_other",
    Words(
        "{setting} : {path} finit dans {days} jours. Mettez-en un autre à sa place avant (docs/certificates.md).",
        "{setting}: {path} ends in {days} days. Put another one in its place before that (docs/certificates.md).",
    ),
)
OTHER_ENDED = stop(
    "certificate_other",
    Words(
        "{setting} : {path} est fini, et ce qui en dépend est refusé. Mettez-en un autre à sa place "
        "(docs/certificates.md).",
        "{setting}: {path} has ended, and what depends on it is refused. Put another one in its place "
        "(docs/certificates.md).",
    ),
)
NOT_YET = stop(
    "certificate_time",
    Words(
        "{setting} : {path} n'est pas encore valable selon l'horloge de cette caisse. Vérifiez l'heure "
        "(`timedatectl`).",
        "{setting}: {path} is not valid yet by this till's clock. Check the time (`timedatectl`).",
    ),
)
NOT_READ = unseen(
    "certificate_other",
    Words(
        "{setting} : {path} ne s'ouvre pas à qui lance cette commande, et combien de temps il reste n'a pas été "
        "regardé. Lancez-la comme root.",
        "{setting}: {path} is not open to whoever runs this command, and how long it lasts was not looked at. Run it "
        "as root.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    now = datetime.now(UTC)
    yield from _nexo(config)
    yield from _processor(config)
    yield from _others(config)
    own = [("nexo.certificate", config.nexo.certificate), ("processor.certificate", config.processor.certificate)]
    for setting, text in own:
        found = _read(config, text)
        if found and found[0].not_valid_before_utc > now:
            yield NOT_YET(setting=setting, path=str(config.path(text)))
    for setting, text in (*own, *_other_files(config)):
        try:
            must_open(config.path(text))
        except PermissionError:
            yield NOT_READ(setting=setting, path=str(config.path(text)))


def _nexo(config: Config) -> Iterator[Finding]:
    """What is not there, or is none, is told of the configuration."""
    found = _read(config, config.nexo.certificate)
    if found:
        days = _days(found[0])
        yield _of(days, NEXO_LASTS, NEXO_ENDS, NEXO_ENDED)(days=str(days))


def _processor(config: Config) -> Iterator[Finding]:
    """What the processor is shown. As above for what is not there."""
    found = _read(config, config.processor.certificate)
    if not found:
        return
    leaf, days = found[0], _days(found[0])
    late = datetime.now(UTC) - renew_from(leaf.not_valid_before_utc, leaf.not_valid_after_utc) > _LATE
    if config.enrolment is None or config.enrolment.url is None or days < 0:
        yield _of(days, OWN_LASTS, OWN_ENDS, OWN_ENDED)(days=str(days))
    else:
        yield (RENEWAL_LATE if late else OWN_LASTS)(days=str(days))


def _others(config: Config) -> Iterator[Finding]:
    """Of authorities the one that lasts: two stand in a file while one takes the other's place."""
    for setting, text in _other_files(config):
        if found := _read(config, text):
            days = _days(found[0]) if setting == "native.certificate" else max(map(_days, found))
            line = _of(days, OTHER_LASTS, OTHER_ENDS, OTHER_ENDED)
            yield line(setting=setting, path=str(config.path(text)), days=str(days))


def _other_files(config: Config) -> list[tuple[str, str]]:
    native, events = config.native, config.nexo.events
    named: list[tuple[str, str | None]] = [
        ("nexo.authority", config.nexo.authority),
        ("nexo.events.ca", None if events is None else events.ca),
        ("processor.ca", config.processor.ca),
        ("native.clients", None if native is None else native.clients),
    ]
    if native is not None and native.certificate != config.nexo.certificate:
        named.append(("native.certificate", native.certificate))
    return [(setting, text) for setting, text in named if text is not None]


def _of(days: int, lasts: Line, ends: Line, ended: Line) -> Line:
    if days < 0:
        return ended
    return ends if days < WARN_DAYS else lasts


def _days(certificate: x509.Certificate) -> int:
    """Whole days left; negative once it has ended."""
    return (certificate.not_valid_after_utc - datetime.now(UTC)).days


def _read(config: Config, text: str) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(config.path(text).read_bytes()))
    except (OSError, ValueError):
        return ()
