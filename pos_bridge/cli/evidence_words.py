"""Every sentence of `pos-bridge evidence`, in French and in English."""

from pos_bridge.words import Words

WHAT = Words(
    "Vérifie cette caisse comme `doctor`, compare les fichiers du programme, cherche des numéros de carte dans ce "
    "qu'elle a écrit, et dit ce que cela montre de PCI DSS 4.0.1 et de la Loi 25. Rien n'est affirmé qui n'a pas été "
    "vérifié. Ne change rien. Code de retour : celui de `doctor`.",
    "Checks this till as `doctor` does, compares the program's files, searches what it wrote down for card numbers, "
    "and says what that shows of PCI DSS 4.0.1 and of Law 25. Nothing is asserted that was not checked. Changes "
    "nothing. Exit code: doctor's.",
)
HELP = {
    "evidence": Words("ce qui a été vérifié ici, pour un audit", "what was checked here, for an audit"),
    "json": Words(
        "écrire le rapport pour un programme dans ce fichier, signé à côté (.sig); - : sortie standard, sans signature",
        "write the report for a program into this file, signed beside it (.sig); -: standard output, unsigned",
    ),
    "page": Words(
        "écrire la page à imprimer (HTML) dans ce fichier, signée à côté (.sig)",
        "write the page to print (HTML) into this file, signed beside it (.sig)",
    ),
    "verify": Words(
        "dire quelle caisse a signé ce rapport, et s'il a changé depuis; rien d'autre n'est fait",
        "say which till signed this report, and whether it changed since; nothing else is done",
    ),
}
SAID = {
    "row": Words("{standard} {number} : {state}. {asked}", "{standard} {number}: {state}. {asked}"),
    "written": Words("Écrit : {path}", "Written: {path}"),
    "unsigned": Words(
        "Le rapport n'est pas signé : till.signing_key ne peut pas être lu. Lancez cette commande comme root.",
        "The report is not signed: till.signing_key cannot be read. Run this as root.",
    ),
    "is_there": Words(
        "{path} est déjà là : un rapport n'en remplace pas un autre.",
        "{path} is there already: a report replaces no other.",
    ),
    "twice": Words("Deux rapports ne vont pas dans {path}.", "Two reports do not go into {path}."),
    "cannot_write": Words(
        "{path} ne peut pas être écrit ({reason}). Faites-y de la place, ou nommez un autre dossier.",
        "{path} cannot be written ({reason}). Make room there, or name another folder.",
    ),
    "cannot_read": Words(
        "{path} ne peut pas être lu ({reason}). Nommez le rapport, avec sa signature (.sig) à côté.",
        "{path} cannot be read ({reason}). Name the report, with its signature (.sig) beside it.",
    ),
    "true": Words(
        "{path} est ce qu'a signé la clé {key}. C'est celle de cette caisse.",
        "{path} is what the key {key} signed. It is this till's.",
    ),
    "true_of_another": Words(
        "{path} est ce qu'a signé la clé {key}. Ce n'est pas celle de cette caisse : comparez-la avec celle de la "
        "caisse qu'il nomme.",
        "{path} is what the key {key} signed. It is not this till's: compare it with that of the till that it names.",
    ),
    "true_of_somebody": Words(
        "{path} est ce qu'a signé la clé {key}. Si c'est celle de cette caisse ne se voit pas : till.signing_key ne "
        "peut pas être lu. Lancez cette commande comme root.",
        "{path} is what the key {key} signed. Whether that is this till's cannot be seen: till.signing_key cannot be "
        "read. Run this as root.",
    ),
    "false": Words(
        "{path} n'est pas ce que dit sa signature : il a changé, ou elle est d'un autre rapport.",
        "{path} is not what its signature says: it changed, or the signature is of another report.",
    ),
}


def say(word: str, language: str, **values: object) -> str:
    return SAID[word].to(language).format(**values)
