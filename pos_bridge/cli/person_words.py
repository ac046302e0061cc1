"""Every sentence of `pos-bridge person`, in French and in English. None has a place for what a person gave."""

from pos_bridge.domain.identity import VaultFault
from pos_bridge.domain.person import PersonFault
from pos_bridge.words import Words

HELP = {
    "person": Words("répondre à ce qu'un client demande sur lui-même", "answer what a customer asks about themselves"),
    "what": Words(
        "Le numéro de membre ou de commande et ce qui est à corriger ne se donnent jamais sur la ligne de commande : "
        "on les demande au terminal, ou ils viennent de l'entrée standard, une ligne chacun : `membre CH-123` ou "
        "`commande WEB/1`, et pour rectify `mettre CHAMP TEXTE` ou `vider CHAMP`. Pour la personne responsable de la "
        "protection des renseignements personnels. Pas à pas : docs/privacy/rights.md.",
        "The member or order number, and what is to be corrected, are never given on the command line: they are "
        "asked for at the terminal, or come from standard input, a line each: `member CH-123` or `order WEB/1`, for "
        "rectify `set FIELD TEXT` or `clear FIELD`. For the person in charge of the protection of personal "
        "information. Step by step: docs/privacy/rights.md.",
    ),
    "acts": Words("ce qui est fait", "what is done"),
    "access": Words("tout ce qui est gardé : une page et un fichier JSON", "all that is kept: a page and a JSON file"),
    "rectify": Words("corriger", "correct"),
    "withdraw": Words("retirer le consentement à une fin, ou à toutes", "withdraw consent to a purpose, or to all"),
    "erase": Words("effacer", "erase"),
    "receive": Words("noter qu'une demande est reçue", "note that a request was received"),
    "refuse": Words("noter qu'une demande est refusée, et pourquoi", "note that a request is refused, and why"),
    "due": Words("ce qui attend une réponse", "what waits for an answer"),
    "show": Words("ce qu'une fin permet de lire", "what a purpose allows to be read"),
    "proof": Words("ce qu'une personne effacée avait accepté", "what somebody who was erased had agreed to"),
    "operator": Words("votre numéro au magasin, de 1 à 9999", "your number in the shop, 1 to 9999"),
    "to": Words("dans ce dossier, fait s'il n'existe pas", "into this folder, made if it is not there"),
    "page": Words(
        "langue de la page; sinon celle du dernier consentement", "the page's language; else that of the last consent"
    ),
    "purpose": Words("une fin; peut être répété", "a purpose; can be repeated"),
    "one_purpose": Words("la fin", "the purpose"),
    "all": Words("à toutes les fins", "to all purposes"),
    "channel": Words("comment il a été retiré", "how it was withdrawn"),
    "yes": Words("sans demander de confirmation", "without asking for a confirmation"),
    "on": Words(
        "le jour où elle est reçue (AAAA-MM-JJ); sinon aujourd'hui", "the day it came (YYYY-MM-DD); else today"
    ),
    "right": Words("ce qui est demandé", "what is asked for"),
    "because": Words("pourquoi", "why"),
    "json": Words("pour un programme", "for a program"),
    "not_here": Words(
        "des mots de trop : un numéro ne se donne pas ici, il est demandé ensuite",
        "words too many: a number is not given here, it is asked for afterwards",
    ),
    "not_operator": Words("un numéro de 1 à 9999", "a number from 1 to 9999"),
    "not_a_day": Words("un jour s'écrit AAAA-MM-JJ", "a day is written YYYY-MM-DD"),
}

WORDS = {
    # ---- what is asked for ----
    "ask_number": Words(
        "Numéro (`membre CH-123` ou `commande WEB/1`) : ", "Number (`member CH-123` or `order WEB/1`): "
    ),
    "ask_changes": Words(
        "À corriger (`mettre CHAMP TEXTE` ou `vider CHAMP`, une ligne vide pour finir). Champs : {fields}.",
        "To correct (`set FIELD TEXT` or `clear FIELD`, an empty line ends). Fields: {fields}.",
    ),
    "ask_erase": Words("Pour tout effacer, tapez EFFACER : ", "To erase all of it, type ERASE: "),
    "bad_number": Words(
        "Ligne {line} : un numéro s'écrit `membre CH-123` (lettres, chiffres, -) ou `commande WEB/1` (aussi . _ /).",
        "Line {line}: a number is written `member CH-123` (letters, digits, -) or `order WEB/1` (also . _ /).",
    ),
    "bad_line": Words(
        "Ligne {line} : rien de tel n'est attendu ici.", "Line {line}: nothing of that kind is expected here."
    ),
    "bad_field": Words("Ligne {line} : champs connus : {fields}.", "Line {line}: known fields: {fields}."),
    "twice": Words("Ligne {line} : déjà dit plus haut.", "Line {line}: said before."),
    "no_number": Words(
        "Il manque un numéro : `membre CH-123` ou `commande WEB/1`.",
        "A number is missing: `member CH-123` or `order WEB/1`.",
    ),
    "no_changes": Words(
        "Rien à corriger : `mettre CHAMP TEXTE` ou `vider CHAMP`.",
        "Nothing to correct: `set FIELD TEXT` or `clear FIELD`.",
    ),
    "too_much": Words("Trop long, ou pas du texte en UTF-8.", "Too long, or no text in UTF-8."),
    "not_confirmed": Words("Pas confirmé : rien n'a été effacé.", "Not confirmed: nothing was erased."),
    "say_yes": Words(
        "Sans terminal, effacer demande --yes : rien n'a été effacé.",
        "Without a terminal, to erase wants --yes: nothing was erased.",
    ),
    "which_purposes": Words(
        "Il faut --purpose FIN ou --all, pas les deux.", "It takes --purpose END or --all, not both."
    ),
    "interrupted": Words(
        "Interrompu : regardez `pos-bridge person due`.", "Interrupted: look at `pos-bridge person due`."
    ),
    # ---- what was done ----
    "written": Words("Écrit : {page} et {data}.", "Written: {page} and {data}."),
    "withheld": Words(
        "Le nom et l'adresse d'une autre personne (le destinataire) n'y sont pas.",
        "Another person's name and address (the recipient's) are not in it.",
    ),
    "rectified": Words("Corrigé. Il y a maintenant : {fields}.", "Corrected. There is now: {fields}."),
    "rectified_to_nothing": Words("Corrigé. Il n'y a plus que le numéro.", "Corrected. There is only the number now."),
    "withdrawn": Words("Retiré. Reste permis : {purposes}.", "Withdrawn. Still allowed: {purposes}."),
    "withdrawn_all": Words(
        "Retiré. Plus rien n'est permis; rien n'est effacé pour autant.",
        "Withdrawn. Nothing is allowed any more; nothing is erased by that.",
    ),
    "received": Words("Noté. À répondre au plus tard le {day}.", "Noted. To be answered by {day}."),
    "refused": Words(
        "Refus noté. Ce qui est demandé est gardé jusqu'au {day}, le temps d'un recours. La réponse écrite dit "
        "pourquoi, et comment s'adresser à la Commission.",
        "Refusal noted. What was asked about is kept until {day}, for as long as it can be disputed. The written "
        "answer says why, and how to turn to the Commission.",
    ),
    "nothing_open": Words("Déjà noté, et répondu.", "Noted before, and answered."),
    "erased": Words(
        "Effacé : illisible dès maintenant, hors des sauvegardes en 30 jours.",
        "Erased: unreadable now, out of backups within 30 days.",
    ),
    "acknowledged": Words("Inscrit aussi hors de la caisse.", "Entered off the till too."),
    "no_copy": Words(
        "Aucune copie hors de la caisse n'est réglée (identity.erasures_copy) : une sauvegarde restaurée sans le "
        "registre d'ici pourrait le ramener.",
        "No copy off the till is configured (identity.erasures_copy): a backup restored without the ledger of this "
        "till could bring it back.",
    ),
    "not_acknowledged": Words(
        "PAS ENCORE inscrit hors de la caisse : {copies} en attente. Ne dites pas encore « effacé »; rebranchez "
        "identity.erasures_copy, et regardez `pos-bridge person due`.",
        "NOT YET entered off the till: {copies} waiting. Do not say *erased* yet; make identity.erasures_copy "
        "reachable, and look at `pos-bridge person due`.",
    ),
    "renewed": Words(
        "Le coffre a une nouvelle clé; l'ancienne est détruite.", "The vault has a new key; the old one is destroyed."
    ),
    "renewal_owed": Words(
        "Le coffre recevra une nouvelle clé dans les 24 heures, de la caisse en marche (ou dès son démarrage).",
        "The vault is given a new key within 24 hours, by the running engine (or at its start).",
    ),
    "shown": Words("{what} : {text}", "{what}: {text}"),
    "shown_nothing": Words("Rien n'a été donné qui serve à cette fin.", "Nothing was given that serves this purpose."),
    "in_force": Words("Permis : {purposes}.", "Allowed: {purposes}."),
    "proof_agreed": Words(
        "{day} ({where}) : accepté : {purposes}; texte {text}; par {by}.",
        "{day} ({where}): agreed: {purposes}; text {text}; by {by}.",
    ),
    "proof_withdrew": Words("{day} ({where}) : retiré : {purposes}.", "{day} ({where}): withdrawn: {purposes}."),
    "nothing_due": Words("Aucune demande n'attend de réponse.", "No request waits for an answer."),
    "due_member": Words("membre {number}", "member {number}"),
    "due_order": Words("commande {number}", "order {number}"),
    "late": Words("EN RETARD", "LATE"),
    "fourteen": Words("a 14 ans : demander son propre consentement", "is 14: ask for their own consent"),
    "copies_owed": Words(
        "Effacements pas encore inscrits hors de la caisse : {copies}.",
        "Erasures that are not entered off the till yet: {copies}.",
    ),
    "owed_renewal": Words(
        "Le coffre attend une nouvelle clé (dans les 24 heures).", "The vault waits for a new key (within 24 hours)."
    ),
    # ---- why not ----
    "keeps_nobody": Words(
        "Cette caisse ne garde personne : il n'y a pas de section [identity].",
        "This till keeps nobody: there is no section [identity].",
    ),
    "not_owner": Words(
        "À lancer comme {user}, à qui est {folder} : `runuser -u {user} -- pos-bridge person ...`.",
        "To be run as {user}, whose {folder} is: `runuser -u {user} -- pos-bridge person ...`.",
    ),
    "no_state": Words("Le dossier {folder} n'est pas là.", "The folder {folder} is not there."),
    "key_unusable": Words("La clé du coffre ne peut pas être lue : {path}.", "The vault key cannot be read: {path}."),
    "unfit": Words("{field} : {why}. Rien n'a été changé.", "{field}: {why}. Nothing was changed."),
    "no_trail": Words(
        "Le journal d'accès ne prend rien (disque plein, ou abîmé) : rien n'a été fait.",
        "The audit trail takes nothing (the disk is full, or it is damaged): nothing was done.",
    ),
    "no_journal": Words(
        "Le journal des ventes ne peut pas être lu : rien n'a été écrit. Essayez `pos-bridge journal --verify`.",
        "The journal of sales cannot be read: nothing was written. Try `pos-bridge journal --verify`.",
    ),
    "is_there": Words(
        "{path} est déjà là : rien n'a été fait. Prenez un autre dossier.",
        "{path} is there already: nothing was done. Take another folder.",
    ),
    "cannot_write": Words("{path} ne peut pas être écrit : {reason}.", "{path} cannot be written: {reason}."),
}

FAULTS = {
    PersonFault.UNKNOWN: Words("Personne de ce numéro n'est connu ici.", "Nobody of that number is known here."),
    PersonFault.EXISTS: Words(
        "Déjà inscrit avec d'autres renseignements : les corriger, c'est rectify.",
        "Enrolled before, with other data: to change them is rectify.",
    ),
    PersonFault.NO_PARENT: Words(
        "Moins de 14 ans, et aucun parent n'a consenti.", "Under 14, and no parent consented."
    ),
    PersonFault.NO_CONSENT: Words(
        "Il n'y a pas eu de consentement à cette fin.", "There was no consent to this purpose."
    ),
    PersonFault.NOT_FOR_PURPOSE: Words(
        "Cette fin ne demande jamais cela : refusé, et noté.", "This purpose never needs that: refused, and noted."
    ),
    PersonFault.NOT_ALLOWED: Words(
        "Ce rôle ne le peut pas : refusé, et noté.", "This role may not: refused, and noted."
    ),
    PersonFault.RECOURSE_OPEN: Words(
        "Une demande attend sa réponse, ou a été refusée et peut être contestée : rien n'est effacé avant.",
        "A request waits for its answer, or was refused and can be disputed: nothing is erased before.",
    ),
    PersonFault.UNFIT: Words(
        "Un champ que ce numéro ne prend pas, ou un jour qui ne peut pas être.",
        "A field that this number does not take, or a day that cannot be.",
    ),
}

VAULT_FAULTS = {
    VaultFault.DISK_FULL: Words("Le disque du coffre est plein.", "The vault's disk is full."),
    VaultFault.DISK: Words(
        "Le disque du coffre ne répond pas, ou le coffre est occupé : réessayez.",
        "The vault's disk does not answer, or the vault is busy: try again.",
    ),
    VaultFault.DAMAGED: Words(
        "Le coffre est endommagé : laissez-le tel quel, et appelez le soutien.",
        "The vault is damaged: leave it as it is, and call support.",
    ),
    VaultFault.WRONG_KEY: Words(
        "Le coffre a été fait avec une autre clé (identity.vault_key).",
        "The vault was made with another key (identity.vault_key).",
    ),
    VaultFault.NEWER: Words("Le coffre vient d'une version plus récente.", "The vault is of a newer version."),
    VaultFault.PROGRAM: Words("Une faute de ce programme.", "A fault of this program."),
    VaultFault.ERASURES_BEHIND: Words(
        "Le coffre connaît des effacements que le registre (`erasures`) n'a pas : l'un des deux a été restauré seul. "
        "Restaurez le registre à jour.",
        "The vault knows of erasures that the ledger (`erasures`) lacks: one of them was restored alone. Restore the "
        "current ledger.",
    ),
}


def say(name: str, language: str, **values: object) -> str:
    return WORDS[name].to(language).format(**values)
