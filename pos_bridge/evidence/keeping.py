"""What the settings in this till's file say of persons: whether any is kept, by what choice, and for how long."""

from collections.abc import Iterator

from pos_bridge.checkup.finding import Finding, good
from pos_bridge.config.settings import Config
from pos_bridge.words import Words

CHOICE, TERM = "persons_by_choice", "persons_term"

_NOBODY = Words(
    "Les réglages n'ont pas de section [identity] : cette caisse ne garde personne, quoi qu'on lui envoie.",
    "The settings have no section [identity]: this till keeps nobody, whatever it is sent.",
)
NOBODY = good(CHOICE, _NOBODY)
NO_TERM = good(TERM, _NOBODY)
BY_CHOICE = good(
    CHOICE,
    Words(
        "Les réglages ne laissent garder une personne que par choix : membres (texte {members}), livraisons (texte "
        "{delivery}), offres à part (texte {offers}).",
        "The settings let a person be kept only by choice: members (text {members}), deliveries (text {delivery}), "
        "offers apart (text {offers}).",
    ),
)
LIMITED = good(
    TERM,
    Words(
        "Les réglages font oublier un membre après {months} mois sans achat et une livraison {days} jours après la "
        "sienne.",
        "The settings have a member forgotten after {months} months without a purchase, and a delivery {days} days "
        "after its own.",
    ),
)
_NOT_ASKED = Words("aucun : ne se demande pas", "none: is not asked")


def look(config: Config) -> Iterator[Finding]:
    if config.identity is None:
        yield NOBODY()
        yield NO_TERM()
        return
    kept = config.identity
    yield BY_CHOICE(
        members=kept.programme_text,
        delivery=kept.delivery_text or _NOT_ASKED,
        offers=kept.offers_text or _NOT_ASKED,
    )
    yield LIMITED(months=str(kept.inactive_months), days=str(kept.return_window_days))
