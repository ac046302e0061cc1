"""What `pos-bridge operator` says, in French and in English. Never a password, and never why one was not right."""

from pos_bridge.operators.password import LONGEST, SHORTEST, Weak
from pos_bridge.words import Words

HELP: dict[str, Words] = {
    "operator": Words("les opérateurs de cette caisse", "the operators of this till"),
    "what": Words(
        "Qui travaille à cette caisse, et ce que chacun peut y faire. Un mot de passe se tape, ou se lit d'un "
        "descripteur (--password-fd) ou de l'entrée standard; jamais d'un argument.",
        "Who works at this till, and what each may do there. A password is typed, or read from a descriptor "
        "(--password-fd) or standard input; never from an argument.",
    ),
    "acts": Words("actes", "acts"),
    "add": Words("inscrire un opérateur", "add an operator"),
    "list": Words("les opérateurs et leurs rôles", "the operators and their roles"),
    "roles": Words("donner d'autres rôles", "give other roles"),
    "password": Words("donner un autre mot de passe", "give another password"),
    "remove": Words("retirer un opérateur", "take an operator away"),
    "approve-refund": Words(
        "approuver un remboursement comptant sans sa vente (supervision)",
        "approve a cash refund without its sale (supervisor)",
    ),
    "number": Words("le numéro, de 1 à 9999", "the number, 1 to 9999"),
    "name": Words("le nom", "the name"),
    "role": Words(
        "un rôle : caisse, supervision, informatique ou protection; plusieurs fois pour plusieurs",
        "a role: cashier, supervisor, it or privacy; more than once for more than one",
    ),
    "amount": Words("le plus qui peut être remboursé, comme 45,00", "the most that may be refunded, as 45.00"),
    "fd": Words("descripteur ouvert d'où lire le mot de passe", "open descriptor to read the password from"),
}

SAID: dict[str, Words] = {
    "ask": Words("Mot de passe : ", "Password: "),
    "ask_new": Words(
        f"Nouveau mot de passe ({SHORTEST} caractères ou plus) : ", f"New password ({SHORTEST} characters or more): "
    ),
    "ask_again": Words("Encore une fois : ", "Once more: "),
    "not_alike": Words("Les deux ne sont pas pareils. Rien n'a été changé.", "The two differ. Nothing was changed."),
    "no_password": Words("Aucun mot de passe n'a été donné.", "No password was given."),
    "taken": Words(
        "Ce numéro est à quelqu'un, ou l'a été et figure au registre. Rien n'a été changé.",
        "That number is somebody's, or was and is in the audit trail. Nothing was changed.",
    ),
    "unknown": Words("Aucun opérateur n'a ce numéro.", "No operator has that number."),
    "refused": Words(
        "Numéro ou mot de passe refusé, ou rôle qui ne le permet pas.",
        "Number or password refused, or a role that may not.",
    ),
    "wait": Words("Trop d'essais. Attendez {seconds} s.", "Too many tries. Wait {seconds} s."),
    "unusable": Words(
        "{path} : le registre des opérateurs ne peut pas être lu ou écrit. Rien n'a été changé. Voyez la place sur ce "
        "disque et à qui est ce fichier, puis recommencez.",
        "{path}: the operator store cannot be read or written. Nothing was changed. Look at the room on that disk and "
        "whose that file is, then begin again.",
    ),
    "no_trail": Words(
        "Le registre des accès ne prend rien : rien n'est approuvé.",
        "The audit trail takes nothing: nothing is approved.",
    ),
    "not_owner": Words(
        "Ceci se lance par root ou par {user}, à qui est {folder}.",
        "This is run by root or by {user}, who owns {folder}.",
    ),
    "not_at_counter": Words(
        "Ceci se lance par root ou par {user}. Pour que la supervision approuve elle-même à cette caisse, "
        "l'informatique nomme un groupe de la machine dans admin.counter, y met cet utilisateur et redémarre le "
        "service (docs/operators.md).",
        "This is run by root or by {user}. For supervisors to approve at this till by themselves, IT names a group of "
        "the machine in admin.counter, puts this user into it and restarts the service (docs/operators.md).",
    ),
    "not_in_group": Words(
        "Le service refuse : cet utilisateur de la machine n'est d'aucun groupe de admin.counter. L'informatique l'y "
        "met (`usermod --append --groups {group} {asker}`), ou, si c'est fait, redémarre le service "
        "(docs/operators.md).",
        "The engine refuses: this user of the machine is in no group of admin.counter. IT puts them into one (`usermod "
        "--append --groups {group} {asker}`), or, if that was done, restarts the service (docs/operators.md).",
    ),
    "not_wanted": Words(
        "Ici un remboursement sans sa vente ne demande pas d'approbation, ou n'est permis à personne "
        "(operators.refund_without_sale).",
        "Here a refund without its sale wants no approval, or is nobody's to make (operators.refund_without_sale).",
    ),
    "not_taken": Words(
        "Le service ne peut rien inscrire : rien n'est approuvé. L'informatique voit pourquoi avec `pos-bridge "
        "doctor`.",
        "The engine can write nothing down: nothing is approved. IT sees why with `pos-bridge doctor`.",
    ),
    "not_running": Words(
        "Le service n'est pas joint à {path} ({reason}) : rien n'est approuvé. Tourne-t-il? systemctl status "
        "pos-bridge",
        "The engine is not reached at {path} ({reason}): nothing is approved. Is it running? systemctl status "
        "pos-bridge",
    ),
    "not_known": Words(
        "Le service n'a pas répondu ({reason}) : approuvé ou non, on ne le sait pas. Faites redemander le "
        "remboursement; s'il est refusé, approuvez encore. Si cela dure : systemctl status pos-bridge",
        "The engine did not answer ({reason}): whether it is approved is not known. Let the refund be asked for again; "
        "if it is refused, approve again. If it goes on: systemctl status pos-bridge",
    ),
    "not_the_engine": Words(
        "Aucun mot de passe n'a été envoyé : à {path} écoute un programme de {user}, et non le service. Appelez "
        "l'informatique.",
        "No password was sent: at {path} listens a program of {user}, and not the engine. Call IT.",
    ),
    "folder_closed": Words(
        "Aucun mot de passe n'a été envoyé : {folder} est fermé à cet utilisateur de la machine. L'informatique "
        "l'ouvre (mode 0755 : le service regarde qui demande).",
        "No password was sent: {folder} is closed to this user of the machine. IT opens it (mode 0755: the "
        "engine looks at who asks).",
    ),
    "socket_unfit": Words("Aucun mot de passe n'a été envoyé : {why}", "No password was sent: {why}"),
    "no_state": Words("{folder} n'est pas là.", "{folder} is not there."),
    "bad_name": Words("Ce nom ne convient pas.", "That name does not fit."),
    "bad_amount": Words(
        "Ce montant ne convient pas : de 0,01 à 999999,99, avec les cents ou sans (45 ou 45,00).",
        "That amount does not fit: 0.01 to 999999.99, with cents or without (45 or 45.00).",
    ),
    "nobody": Words("Aucun opérateur n'est inscrit.", "No operator is there."),
    "added": Words("Inscrit.", "Added."),
    "changed": Words("Changé.", "Changed."),
    "removed": Words(
        "Retiré. Le numéro reste réservé tant que le registre le nomme.",
        "Taken away. The number stays reserved while the audit trail names it.",
    ),
    "approved": Words(
        "Approuvé : un remboursement d'au plus {amount}, dans les 5 minutes, à cette caisse.",
        "Approved: one refund of at most {amount}, within 5 minutes, at this till.",
    ),
}

WEAK: dict[Weak, Words] = {
    Weak.SHORT: Words(f"Il faut {SHORTEST} caractères ou plus.", f"It takes {SHORTEST} characters or more."),
    Weak.LONG: Words(f"{LONGEST} caractères au plus.", f"{LONGEST} characters at most."),
    Weak.CHARACTERS: Words("Un caractère ne convient pas.", "A character does not fit."),
    Weak.OWN: Words("C'est surtout le nom ou le numéro.", "It is little but the name or the number."),
    Weak.COMMON: Words("Celui-là est parmi les premiers essayés.", "That one is among the first to be tried."),
}


class NotDoneError(Exception):
    """A sentence of SAID, and what its places are filled with."""

    def __init__(self, word: str, **values: object) -> None:
        super().__init__(word)
        self.word = word
        self.values = values


def say(word: str, language: str, **values: object) -> str:
    return SAID[word].to(language).format(**values)
