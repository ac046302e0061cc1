"""Who works with this till: is there somebody in each role, how their passwords are kept, who approves a refund."""

from collections.abc import Iterator

from pos_bridge.checkup.cut_off import is_quiet
from pos_bridge.checkup.finding import Finding, good, mend, note, unseen
from pos_bridge.checkup.user import must_open
from pos_bridge.config.settings import Config
from pos_bridge.domain.operator import HELD, OperatorsUnusableError
from pos_bridge.operators import schema, seen
from pos_bridge.operators.role_words import ROLES
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
CUT_OFF = unseen(
    "operators",
    Words(
        "{path} : un changement a été coupé (panne de courant?). La prochaine connexion d'un employé le défait "
        "d'elle-même; d'ici là ce fichier n'est pas lu.",
        "{path}: a change was cut off (a power failure?). The next login of an operator undoes it by itself; until "
        "then that file is not read.",
    ),
)
OF_BEFORE = note(
    "operators_file",
    Words(
        "{path} est de la version {version}, celle d'avant : ce programme le refait à la prochaine connexion d'un "
        "employé; personne n'y est perdu.",
        "{path} is of version {version}, the one before: this program makes it anew at the next login of an operator; "
        "nobody in it is lost.",
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
    path = config.operator_store
    must_open(path)
    if not is_quiet(path):
        yield CUT_OFF(path=str(path))
        return
    try:
        found = seen.look(path)
    except OperatorsUnusableError:
        yield UNREADABLE(path=str(path))
        return
    if found.version != schema.VERSION:
        yield OF_BEFORE(path=str(path), version=str(found.version))
    held = frozenset().union(*(each.roles for each in found.operators))
    for role in sorted(HELD - held, key=lambda role: role.value):
        yield NOBODY(role=ROLES[role])
    if not HELD - held:
        yield EACH_ROLE(count=str(len(found.operators)))
    if found.operators:
        yield OLD(count=str(found.old_hashes)) if found.old_hashes else OF_TODAY()
    yield OPEN() if config.operators.refund_without_sale == "open" else SUPERVISED()
