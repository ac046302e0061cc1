"""Every sentence of the printed report that is not a finding's or a requirement's own, in French and in English."""

from pos_bridge.evidence.requirement import Standard, State
from pos_bridge.words import Words, same

STANDARDS = {
    Standard.PCI: same("PCI DSS 4.0.1"),
    Standard.LAW_25: Words(
        "Loi 25 : loi sur la protection des renseignements personnels dans le secteur privé (P-39.1)",
        "Law 25: Act respecting the protection of personal information in the private sector (P-39.1)",
    ),
}

SHORT = {Standard.PCI: same("PCI DSS"), Standard.LAW_25: Words("Loi 25, art.", "Law 25, s.")}

STATES = {
    State.SHOWN: Words("montré", "shown"),
    State.NOT_SHOWN: Words("à corriger", "to mend"),
    State.NOT_CHECKED: Words("non vérifié", "not checked"),
}

WORDS = {
    "title": Words("Ce qui a été vérifié sur cette caisse", "What was checked on this till"),
    "made": Words("Fait le {day} sur la caisse {till} ({poiid}).", "Made on {day} on till {till} ({poiid})."),
    "claim": Words(
        "Chaque ligne dit ce qu'une vérification faite à l'instant a vu, et rien d'autre. « Montré » : toutes ses "
        "vérifications ont eu lieu et sont bonnes. Ce n'est ni une attestation de conformité ni un avis juridique : "
        "c'est de quoi les préparer.",
        'Each line says what a check made just now saw, and nothing else. "Shown": all its checks were made and are '
        "good. This is neither an attestation of compliance nor legal advice: it is what to prepare them with.",
    ),
    "count": Words(
        "{shown} montrés, {not_shown} à corriger, {not_checked} non vérifiés.",
        "{shown} shown, {not_shown} to mend, {not_checked} not checked.",
    ),
    "version": Words("version du programme", "program version"),
    "settings": Words("fichier de réglages (SHA-256)", "settings file (SHA-256)"),
    "signer": Words("clé de signature de la caisse (Ed25519)", "the till's signing key (Ed25519)"),
    "unsigned": Words(
        "non signé : la clé de la caisse ne peut pas être lue par qui a lancé la commande",
        "not signed: whoever ran the command cannot read the till's key",
    ),
    "how_to_verify": Words(
        "La signature est dans le fichier .sig, à côté : `pos-bridge evidence --verify FICHIER`. Elle montre quelle "
        "caisse a fait le rapport et que personne ne l'a changé depuis.",
        "The signature is in the .sig file beside this one: `pos-bridge evidence --verify FILE`. It shows which till "
        "made the report, and that nobody changed it since.",
    ),
    # ---- the table ----
    "number": Words("exigence", "requirement"),
    "article": Words("article", "section"),
    "state": Words("état", "state"),
    "asked": Words("ce qui est vérifié, et ce qui a été vu", "what is checked, and what was seen"),
    "by_hand": Words("pour le voir soi-même", "to see it yourself"),
    "absent": Words(
        "Rien à regarder ici, ou pas regardé : {checks}.", "Nothing to look at here, or not looked at: {checks}."
    ),
    "shop": Words("Au magasin : {what}", "The shop's: {what}"),
    # ---- the rest ----
    "findings": Words("Tous les constats", "All findings"),
    "check": Words("vérification", "check"),
    "weight": Words("poids", "weight"),
    "finding": Words("constat", "finding"),
    "beyond": Words("Ce que ce programme ne peut pas montrer", "What this program cannot show"),
    "not_ours": Words("ce que d'autres ont à montrer", "what others have to show"),
    "beyond_why": Words(
        "Ces points ne dépendent pas de cette caisse, ou aucune vérification d'un programme ne les montre. La liste ne "
        "se dit pas complète.",
        "These do not depend on this till, or no program's check shows them. The list does not claim to be complete.",
    ),
}


def say(word: str, language: str, **values: object) -> str:
    return WORDS[word].to(language).format(**values)
