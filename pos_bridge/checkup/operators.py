"""Who works with this till: is there somebody in each role, how their passwords are kept, who approves a refund."""

from collections.abc import Iterator

from pos_bridge.checkup.finding import Finding, good, mend, note
from pos_bridge.checkup.user import must_open
from pos_bridge.config.settings import Config
from pos_bridge.domain.operator import HELD, OperatorsUnusableError
from pos_bridge.operators.role_words import ROLES
from pos_bridge.operators.store import Operators
from pos_bridge.words import Words

NOT_USED = note(
    "operators",
    Words(
        "Pas de section [operators] : les numéros des employés sont notés et personne ne prouve le sien; un "
        "remboursement en argent sans sa vente est ouvert à tous (docs/operators.md).",
        "No section [operators]: employees' numbers are noted and nobody proves theirs; a cash refund without its sale "
        "is open to everybody (docs/operators.md).",
    ),
)
UNREADABLE = mend(
    "operators",
    Words(
        "{path} ne peut pas être lu : personne n'est admis. Regardez le disque, et à qui est ce fichier.",
        "{path} cannot be read: nobody is let in. Look at the disk, and whose that file is.",
    ),
)
NOBODY = mend(
    "operators",
    Words(
        "Personne n'a le rôle `{role}` : `pos-bridge operator add`, ou `operator roles` (docs/operators.md).",
        "Nobody has the role `{role}`: `pos-bridge operator add`, or `operator roles` (docs/operators.md).",
    ),
)
EACH_ROLE = good(
    "operators",
    Words(
        "Chaque rôle a quelqu'un; inscrits : {count}, chacun sous un numéro à lui.",
        "There is somebody in each role; entered: {count}, each under a number of their own.",
    ),
)
OF_TODAY = good(
    "password_hashes",
    Words(
        "Chaque mot de passe est gardé comme empreinte argon2id, avec les paramètres d'aujourd'hui.",
        "Each password is kept as an argon2id hash, with today's parameters.",
    ),
)
OLD = note(
    "password_hashes",
    Words(
        "Des empreintes de mots de passe ont d'anciens paramètres ({count}) : chacune est refaite à la prochaine "
        "connexion de son titulaire.",
        "Some hashes of passwords have older parameters ({count}): each is made anew when its owner next logs in.",
    ),
)
SUPERVISED = good(
    "refund_rule",
    Words(
        "Un remboursement en argent sans sa vente demande quelqu'un de la supervision, ou n'est pas fait.",
        "A cash refund without its sale wants a supervisor, or is not made.",
    ),
)
OPEN = note(
    "refund_rule",
    Words(
        'Un remboursement en argent sans sa vente est ouvert à tous (operators.refund_without_sale = "open").',
        'A cash refund without its sale is open to everybody (operators.refund_without_sale = "open").',
    ),
)


def look(config: Config) -> Iterator[Finding]:
    if config.operators is None:
        yield NOT_USED()
        return
    store = Operators(config.operator_store)
    must_open(store.path)
    try:
        there, old = store.all(), store.old_hashes()
    except OperatorsUnusableError:
        yield UNREADABLE(path=str(store.path))
        return
    held = frozenset().union(*(each.roles for each in there))
    for role in sorted(HELD - held, key=lambda role: role.value):
        yield NOBODY(role=ROLES[role])
    if not HELD - held:
        yield EACH_ROLE(count=str(len(there)))
    if there:
        yield OLD(count=str(old)) if old else OF_TODAY()
    yield OPEN() if config.operators.refund_without_sale == "open" else SUPERVISED()
