"""Certificates: how long each one still lasts, in whole days."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from cryptography import x509

from pos_bridge.checkup.finding import Finding, good, mend
from pos_bridge.credentials import WARN_DAYS, ends
from pos_bridge.pair import renew_from
from pos_bridge.settings import Config
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


def look(config: Config) -> Iterator[Finding]:
    yield from _nexo(config)
    yield from _processor(config)


def _nexo(config: Config) -> Iterator[Finding]:
    """What is not there, or is none, `pos-bridge check` has said already."""
    try:
        last = ends(config.path(config.nexo.certificate).read_bytes())
    except (OSError, ValueError):
        return
    days = (last - datetime.now(UTC)).days
    if days < WARN_DAYS:
        yield NEXO_ENDS(days=str(max(days, 0)))
    else:
        yield NEXO_LASTS(days=str(days))


def _processor(config: Config) -> Iterator[Finding]:
    """What the processor is shown. As above for what is not there, and for whoever may not read it."""
    try:
        leaf = x509.load_pem_x509_certificates(config.path(config.processor.certificate).read_bytes())[0]
    except (OSError, ValueError):
        return
    now = datetime.now(UTC)
    days = max((leaf.not_valid_after_utc - now).days, 0)
    if config.enrolment is None or config.enrolment.url is None:
        yield (OWN_ENDS if days < WARN_DAYS else OWN_LASTS)(days=str(days))
    elif now - renew_from(leaf.not_valid_before_utc, leaf.not_valid_after_utc) > _LATE:
        yield RENEWAL_LATE(days=str(days))
    else:
        yield OWN_LASTS(days=str(days))
