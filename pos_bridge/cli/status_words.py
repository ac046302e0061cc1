"""Every sentence of `pos-bridge status`, in French and in English. One that lacks a language fails a test."""

from pos_bridge.words import Words, same

WORDS = {
    "title": Words("pos-bridge {version}, démarré le {day}", "pos-bridge {version}, started on {day}"),
    "readers": Words("Lecteurs", "Readers"),
    "there": Words("présent", "there"),
    "not_there": Words("absent", "not there"),
    "locks": Words("{count} verrous", "{count} locks"),
    "no_locks": Words("sa chambre des cartes n'a pas démarré", "its card room did not start"),
    "processor": Words("Processeur", "Processor"),
    "reachable": Words("joint", "reached"),
    "unreachable": Words("pas joint : aucune carte ne passe", "not reached: no card can pay"),
    "not_looked_yet": Words(
        "pas encore regardé : le moteur vient de démarrer; redemandez dans un moment",
        "not looked at yet: the engine just started; ask again in a moment",
    ),
    "session": Words("session ouverte le {day} à {hour} h", "session opened on {day} at {hour}:00"),
    "journal": same("Journal"),
    "writable": Words("s'écrit", "takes what is written"),
    "unwritable": Words(
        "ne s'écrit pas : aucun paiement; voyez le disque", "takes nothing: no payment; look at the disk"
    ),
    "named": Words("{what} : {how}", "{what}: {how}"),
    "certificates": Words("Certificats", "Certificates"),
    "days": Words("{days} jours", "{days} days"),
    "ended": Words("échu", "ended"),
    "unresolved": Words("Non résolus", "Unresolved"),
    "none": Words("aucun", "none"),
    "leg": Words("{key}  {kind}, {state}, depuis {hours} h", "{key}  {kind}, {state}, for {hours} h"),
    "explained": Words(
        "pos-bridge explain CLÉ dit ce qu'il en est, pos-bridge decide ce qu'on peut décider.",
        "pos-bridge explain KEY says how it stands, pos-bridge decide what can be decided.",
    ),
    "sales": Words("Derniers paiements (heures finies)", "Last payments (hours that are over)"),
    "sale": Words(
        "{day} {hour:02} h  {tender}  {kind}  {amount}  {outcome}",
        "{day} {hour:02}:00  {tender}  {kind}  {amount}  {outcome}",
    ),
    "unreadable": Words("le journal ne se lit pas", "the journal cannot be read"),
    "connections": Words("Connexions", "Connections"),
    "unexpected": Words("inattendues : {count}", "unexpected: {count}"),
    "kept_out": Words("refusées par le pare-feu : {count}", "denied by the firewall: {count}"),
    "no_socket": Words(
        "Pas de section [admin] : ce moteur ne répond à personne ici (docs/administration.md).",
        "No section [admin]: this engine answers nobody here (docs/administration.md).",
    ),
    "not_answered": Words(
        "Le moteur ne répond pas à {path} ({reason}). Tourne-t-il? systemctl status pos-bridge",
        "The engine does not answer at {path} ({reason}). Is it running? systemctl status pos-bridge",
    ),
    "denied": Words(
        "Le moteur refuse : demandez comme root, ou d'un groupe nommé dans admin.it.",
        "The engine refuses: ask as root, or from a group named in admin.it.",
    ),
    "failed": Words(
        "Le moteur n'a pas pu répondre ({fault}). Réessayez; si cela dure, voyez son journal.",
        "The engine could not answer ({fault}). Try again; if it goes on, look at its log.",
    ),
}


def say(name: str, language: str, **values: object) -> str:
    return WORDS[name].to(language).format(**values)
