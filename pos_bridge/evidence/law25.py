"""What the looks at a till show of Quebec's P-39.1 as "Law 25" changed it, by its sections and in our own words."""

from functools import partial

from pos_bridge.evidence.common import DOCTOR, EVIDENCE, FIREWALL, KEYS, LOCKS, MEMORY
from pos_bridge.evidence.requirement import Requirement, Standard, row
from pos_bridge.words import Words, same

_ENOUGH = Words(
    "Juger si ces mesures suffisent pour ce que la caisse garde.",
    "To judge whether these measures are enough for what the till keeps.",
)
_row = partial(row, Standard.LAW_25)

LAW_25: tuple[Requirement, ...] = (
    _row(
        "3.5, 3.8",
        Words(
            "Le registre des incidents de cette caisse : tel qu'il a été inscrit, et qui a été avisé.",
            "This till's register of incidents: as it was entered, and who was told.",
        ),
        ("incident_register", "incident_notices"),
        same("pos-bridge incident list"),
        shop=Words(
            "Que chaque incident y est entré, et ceux du magasin qui ne touchent aucune caisse.",
            "That each incident was entered, and the shop's that concern no till.",
        ),
    ),
    _row(
        "4, 5",
        Words(
            "Qui est gardé, et par quel choix, selon les réglages de la caisse.",
            "Who is kept, and by what choice, by the till's settings.",
        ),
        ("persons_by_choice",),
        same("pos-bridge check"),
        same("pos-bridge explain SALE"),
        shop=Words(
            "Les fins écrites avant de recueillir, et ce que le logiciel de caisse recueille lui-même.",
            "The ends, written before anything is collected, and what the till's software collects itself.",
        ),
    ),
    _row(
        "10",
        Words(
            "Les fichiers du programme, à côté des sommes venues avec eux.",
            "The program's files, beside the sums that came with them.",
        ),
        ("program_files",),
        EVIDENCE,
        same("dpkg --verify pos-bridge"),
        shop=_ENOUGH,
    ),
    KEYS(Standard.LAW_25, "10", shop=_ENOUGH),
    _row(
        "10",
        Words(
            "Numéros de carte, en chiffres, dans ce que la caisse a écrit.",
            "Card numbers, in digits, in what the till wrote down.",
        ),
        ("card_numbers_on_disk",),
        EVIDENCE,
        shop=_ENOUGH,
    ),
    _row(
        "10",
        Words("L'âge de la dernière sauvegarde.", "How old the newest backup is."),
        ("backup",),
        DOCTOR,
        same("pos-bridge backup --drill"),
        shop=_ENOUGH,
        spoilt_by=("backup_persons", "restore"),
    ),
    FIREWALL(Standard.LAW_25, "10"),
    LOCKS(Standard.LAW_25, "10"),
    MEMORY(Standard.LAW_25, "10"),
    _row(
        "14",
        Words(
            "Le texte de chaque consentement, par sa version dans les réglages : sans texte, il ne se demande pas; les "
            "offres ont le leur, à part.",
            "The text of each consent, by its version in the settings: without a text it is not asked for; offers have "
            "their own, apart.",
        ),
        ("persons_by_choice",),
        same("pos-bridge check"),
        same("pos-bridge person proof --operator N"),
        shop=Words(
            "Le texte lui-même, et ce qui est dit au comptoir (docs/privacy/collection-notice.md).",
            "The text itself, and what is said at the counter (docs/privacy/collection-notice.md).",
        ),
    ),
    _row(
        "20",
        Words(
            "La piste d'audit : qui a lu ou changé les données d'une personne y est inscrit, et sa chaîne le garde.",
            "The audit trail: whoever read or changed a person's data is noted there, and its chain keeps that.",
        ),
        ("audit_trail",),
        DOCTOR,
        shop=Words(
            "Décider qui en a besoin pour ses fonctions, et relire la piste.",
            "To decide who needs that for their duties, and to review the trail.",
        ),
    ),
    _row(
        "23",
        Words(
            "Quand un membre et une livraison sont oubliés, selon les réglages, et si quelqu'un aurait dû l'être.",
            "When a member and a delivery are forgotten, by the settings, and whether anybody should have been.",
        ),
        ("persons_term", "retention"),
        DOCTOR,
        shop=Words("Choisir ces durées selon les fins.", "To choose these terms by the ends."),
        spoilt_by=("people",),
    ),
    _row(
        "23",
        Words(
            "Les effacements : l'ancienne clé du coffre est détruite, et leur registre a sa copie, qu'une restauration "
            "suit.",
            "Erasures: the vault's old key is destroyed, and their ledger has its copy, which a restore follows.",
        ),
        ("erasures_renewal", "erasures_copy"),
        DOCTOR,
        spoilt_by=("erasures", "people"),
    ),
    _row(
        "32",
        Words(
            "Les demandes de personnes que la caisse connaît, et leur âge.",
            "The requests of persons that the till knows of, and how old they are.",
        ),
        ("requests",),
        DOCTOR,
        same("pos-bridge person due --operator N"),
        shop=Words(
            "Les demandes que personne n'a notées, et ce qui a été répondu.",
            "Requests that nobody noted, and what was answered.",
        ),
        spoilt_by=("people",),
    ),
)
