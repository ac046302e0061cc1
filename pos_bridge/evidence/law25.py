"""What the looks at a till show of Quebec's P-39.1 as "Law 25" changed it, by its sections and in our own words."""

from pos_bridge.evidence.requirement import Requirement, Standard
from pos_bridge.words import Words

_DOCTOR = "pos-bridge doctor"


def _row(number: str, seen: Words, checks: tuple[str, ...], *commands: str, shop: Words | None = None) -> Requirement:
    return Requirement(Standard.LAW_25, number, seen, checks, commands or (_DOCTOR,), shop)


LAW_25: tuple[Requirement, ...] = (
    _row(
        "4, 5",
        Words(
            "Les réglages de la caisse : qui ne choisit rien n'est pas gardé, et chaque choix a sa fin.",
            "The till's settings: who chooses nothing is not kept, and each choice has its own end.",
        ),
        ("persons_by_choice",),
        "pos-bridge check",
        "pos-bridge explain SALE",
        shop=Words(
            "Les fins écrites avant de recueillir, et ce que le logiciel de caisse recueille lui-même.",
            "The ends, written before anything is collected, and what the till's software collects itself.",
        ),
    ),
    _row(
        "10",
        Words(
            "Le programme de cette caisse est celui qui a été emballé, et la caisse n'a écrit aucun numéro de carte.",
            "The program of this till is the one that was packed, and the till wrote down no card number.",
        ),
        ("program_files", "card_numbers_on_disk"),
        "pos-bridge evidence",
        shop=Words(
            "Juger si ces mesures suffisent pour ce que la caisse garde.",
            "To judge whether these measures are enough for what the till keeps.",
        ),
    ),
    _row(
        "14",
        Words(
            "Les réglages nomment la version du texte de chaque consentement; sans texte, ce consentement ne se "
            "demande pas. Les offres ont le leur, à part.",
            "The settings name the version of the text of each consent; without a text that consent is not asked for. "
            "Offers have their own, apart.",
        ),
        ("persons_by_choice",),
        "pos-bridge check",
        "pos-bridge person proof --operator N",
        shop=Words(
            "Le texte lui-même, et ce qui est dit au comptoir (docs/privacy/collection-notice.md).",
            "The text itself, and what is said at the counter (docs/privacy/collection-notice.md).",
        ),
    ),
    _row(
        "23",
        Words(
            "Les réglages disent quand un membre et une livraison sont oubliés.",
            "The settings say when a member and a delivery are forgotten.",
        ),
        ("persons_term",),
        "pos-bridge person due --operator N",
        shop=Words("Choisir ces durées selon les fins.", "To choose these terms by the ends."),
    ),
)
