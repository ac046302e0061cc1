"""Every sentence of the status page, in French and in English. One that lacks a language fails a test."""

from pos_bridge.wire.locks import Lock
from pos_bridge.words import Words, same

WORDS = {
    # ---- around every page ----
    "title": Words("État de la caisse", "Status of the till"),
    "skip": Words("Aller au contenu", "Skip to the content"),
    "own_name": Words("Français", "English"),
    "sections": Words("Sections", "Sections of the page"),
    "overview": Words("Vue d'ensemble", "Overview"),
    "all_findings": Words("Tous les constats", "All findings"),
    "logout": Words("Se déconnecter", "Log out"),
    "reload": Words("Relire toutes les minutes", "Reload every minute"),
    "reload_off": Words("Ne plus relire tout seul", "Stop reloading"),
    "read_only": Words(
        "Cette page ne change rien. Elle ne montre ni personne, ni carte, ni moment plus précis que l'heure.",
        "This page changes nothing. It shows no person, no card, and no time finer than the hour.",
    ),
    "version": Words("pos-bridge {version}, démarré le {day}", "pos-bridge {version}, started on {day}"),
    # ---- login ----
    "login": Words("Connexion", "Log in"),
    "number": Words("Numéro d'opérateur", "Operator number"),
    "password": Words("Mot de passe", "Password"),
    "enter": Words("Se connecter", "Log in now"),
    "for_it": Words(
        "Pour le service informatique du magasin. Tout essai manqué retarde le suivant.",
        "For the store's IT. Each failed try delays the next one.",
    ),
    "refused": Words(
        "Ce numéro et ce mot de passe ne vont pas ensemble.", "This number and this password do not go together."
    ),
    "wait": Words(
        "Trop d'essais. Attendez {seconds} s, puis recommencez.",
        "Too many tries. Wait {seconds} s, then try again.",
    ),
    "not_it": Words(
        "Vous n'avez pas le rôle « informatique » : cette page n'est pas pour vous. `pos-bridge operator` donne "
        "les rôles.",
        "You do not have the role IT (`it`): this page is not for you. `pos-bridge operator` gives roles.",
    ),
    "operators_unusable": Words(
        "Les opérateurs ne peuvent pas être lus : personne n'entre. Lancez `pos-bridge doctor` sur la caisse.",
        "The operators cannot be read: nobody gets in. Run `pos-bridge doctor` on the till.",
    ),
    "busy": Words("Trop d'essais à la fois. Recommencez.", "Too many tries at once. Try again."),
    "form_old": Words("Ce formulaire n'est plus valable. Recommencez.", "This form is not valid any more. Try again."),
    # ---- refusals ----
    "not_found": Words("Cette page n'existe pas.", "There is no such page."),
    "cannot": Words("Cette demande ne peut pas être servie.", "This request cannot be served."),
    "broken": Words("Une faute de ce programme. Recommencez.", "A fault of this program. Try again."),
    "back": Words("Retour à la vue d'ensemble", "Back to the overview"),
    # ---- how it stands ----
    "all_well": Words("Rien à signaler.", "All is well."),
    "seen_well": Words(
        "Rien à signaler dans ce qui a été vu d'ici; `sudo pos-bridge doctor` voit tout.",
        "All that was seen from here is well; `sudo pos-bridge doctor` sees all.",
    ),
    "to_stop": Words("{count} à régler maintenant", "{count} to settle now"),
    "to_mend": Words("{count} à corriger", "{count} to mend"),
    "engine_silent": Words(
        "Le moteur ne répond pas. Tourne-t-il? `systemctl status pos-bridge`",
        "The engine does not answer. Is it running? `systemctl status pos-bridge`",
    ),
    "engine_refuses": Words(
        "Le moteur ne répond pas à cette page : `admin.page` doit nommer l'utilisateur de la page "
        "(docs/status-page.md).",
        "The engine does not answer this page: `admin.page` must name the page's user (docs/status-page.md).",
    ),
    "engine_other": Words(
        "Le moteur répond ce que cette page ne comprend pas : l'un des deux est d'une autre version. "
        "Redémarrez-les (`systemctl restart pos-bridge pos-bridge-page`).",
        "The engine answers what this page does not understand: one of the two is of another version. Restart both "
        "(`systemctl restart pos-bridge pos-bridge-page`).",
    ),
    "no_socket": Words(
        "Pas de section [admin] dans la configuration : le moteur ne dit rien à cette page (docs/status-page.md).",
        "No section [admin] in the configuration: the engine tells this page nothing (docs/status-page.md).",
    ),
    "unknown_now": Words("Inconnu : le moteur ne répond pas.", "Unknown: the engine does not answer."),
    # ---- findings ----
    "findings": Words("Constats", "Findings"),
    "findings_caption": Words("Ce que `pos-bridge doctor` a trouvé", "What `pos-bridge doctor` found"),
    "weight": Words("Poids", "Weight"),
    "check": Words("Sujet", "Check"),
    "finding": Words("Constat et remède", "Finding and remedy"),
    "not_all": Words(
        "Sans les personnes ni l'appel au processeur, que `pos-bridge doctor` examine aussi.",
        "Without the persons and the call to the processor, which `pos-bridge doctor` looks at too.",
    ),
    "none_ill": Words("Rien à corriger.", "Nothing to mend."),
    "age": Words("Regardé il y a {seconds} s.", "Looked at {seconds} s ago."),
    "still_looking": Words(
        "L'examen est en cours; relisez cette page dans un moment.",
        "The look goes on; load this page again in a moment.",
    ),
    # ---- the engine's parts ----
    "readers": Words("Lecteurs", "Readers"),
    "readers_caption": Words("Lecteurs et verrous de leurs chambres", "Readers, and the locks of their rooms"),
    "reader": Words("Lecteur", "Reader"),
    "state": Words("État", "State"),
    "locks": Words("Verrous", "Locks"),
    "there": Words("présent", "there"),
    "absent": Words("absent", "not there"),
    "no_room": Words("la chambre n'a pas démarré", "its room did not start"),
    "processor": Words("Processeur", "Processor"),
    "processor_caption": Words("Le processeur et le journal", "The processor and the journal"),
    "part": Words("Élément", "Part"),
    "reached": Words("joint", "reached"),
    "unreached": Words("pas joint : aucune carte ne passe", "not reached: no card can pay"),
    "not_looked_yet": Words(
        "pas encore regardé : le moteur vient de démarrer", "not looked at yet: the engine just started"
    ),
    "session": Words("Dernière session", "Last session"),
    "journal": same("Journal"),
    "writable": Words("s'écrit", "takes what is written"),
    "unwritable": Words(
        "ne s'écrit pas : aucun paiement; voyez le disque", "takes nothing: no payment; look at the disk"
    ),
    "certificates": Words("Certificats", "Certificates"),
    "certificates_caption": Words("Certificats en usage", "Certificates in use"),
    "certificate": Words("Certificat", "Certificate"),
    "days_left": Words("Jours restants", "Days left"),
    "ended": Words("échu", "ended"),
    "unresolved": Words("Paiements non résolus", "Unresolved payments"),
    "unresolved_caption": Words("Paiements qui attendent, le plus vieux d'abord", "Payments that wait, oldest first"),
    "key": Words("Clé", "Key"),
    "kind": Words("Sorte", "Kind"),
    "tender": Words("Moyen", "Tender"),
    "since": Words("Depuis", "For"),
    "none": Words("Aucun.", "None."),
    "explained": Words(
        "`pos-bridge explain CLÉ` dit ce qu'il en est, `pos-bridge decide` ce qu'on peut décider.",
        "`pos-bridge explain KEY` says how it stands, `pos-bridge decide` what can be decided.",
    ),
    "more": Words("{count} en tout; les plus vieux sont montrés.", "{count} in all; the oldest are shown."),
    "sales": Words("Derniers paiements", "Last payments"),
    "sales_caption": Words(
        "Paiements des heures finies, sans ordre dans une heure",
        "Payments of hours that are over, in no order within one",
    ),
    "hour": Words("Heure", "Hour"),
    "amount": Words("Montant", "Amount"),
    "outcome": Words("Issue", "Outcome"),
    "unreadable": Words("Le journal ne se lit pas.", "The journal cannot be read."),
    "connections": Words("Connexions", "Connections"),
    "connections_caption": Words("Connexions que le moteur surveille", "Connections that the engine watches"),
    "unwatched": Words("Personne ne les surveille.", "Nobody watches them."),
    "unexpected": Words("Inattendues", "Unexpected"),
    "denied": Words("Refusées par le pare-feu", "Denied by the firewall"),
    "count": Words("Nombre", "Count"),
    # ---- how values are written ----
    "hours": Words("{hours} h", "{hours} hours"),
    "of_hour": Words("{day}, {hour:02} h", "{day}, {hour:02}:00"),
    # ---- at the start ----
    "ready": Words("La page d'état : https://localhost:{port}/", "The status page: https://localhost:{port}/"),
}

LOCKS = {
    Lock.NOT_DUMPABLE: Words("mémoire illisible par d'autres", "memory closed to others"),
    Lock.NO_CORE: Words("aucun fichier core", "no core file"),
    Lock.NO_FILE_WRITES: Words("aucune écriture de fichier", "no file written"),
    Lock.NO_NEW_PRIVILEGES: Words("aucun nouveau privilège", "no new privileges"),
    Lock.NO_CAPABILITIES: Words("aucune capacité", "no capabilities"),
    Lock.SYSCALL_FILTER: Words("appels système filtrés", "system calls filtered"),
    Lock.PAGE_LOCKED: Words("page de la carte hors du swap", "the card's page out of swap"),
    Lock.PAGE_SECRET: Words("page de la carte secrète", "the card's page secret"),
    Lock.FILES_FENCED: Words("fichiers clôturés", "files fenced"),
    Lock.DIES_WITH_PARENT: Words("meurt avec le moteur", "dies with the engine"),
}


def lock(code: str, language: str) -> str:
    """A lock by the name that the engine tells; one that this page does not know stays as it is told."""
    known = Lock.__members__.get(code.upper())
    return code if known is None else LOCKS[known].to(language)


def say(name: str, language: str, **values: object) -> str:
    return WORDS[name].to(language).format(**values)
