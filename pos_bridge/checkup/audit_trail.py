"""The audit trail: is what is stored what was noted?"""

from collections.abc import Iterator

from pos_bridge.checkup.cut_off import is_quiet
from pos_bridge.checkup.finding import Finding, good, mend, stop, unseen
from pos_bridge.checkup.user import must_open
from pos_bridge.config.settings import Config
from pos_bridge.domain.audit import TrailUnwritableError
from pos_bridge.registers.trail_file import Damaged, verify
from pos_bridge.words import Words

SOUND = good(
    "audit_trail",
    Words(
        "La chaîne de la piste d'audit tient.",
        "The audit trail's chain holds.",
    ),
)
DAMAGED = stop(
    "audit_trail",
    Words(
        "{path} : la piste d'audit n'est pas ce qui a été inscrit (à partir de l'inscription {sequence}), et rien n'y "
        "est plus ajouté : les données de personnes ne sont plus ni lues ni changées. Gardez une copie de ce fichier "
        "et prévenez la personne responsable (docs/privacy/incident-register.md).",
        "{path}: the audit trail is not what was noted (from entry {sequence}), and nothing is added to it any more: "
        "data of persons is neither read nor changed. Keep a copy of that file and tell the person in charge "
        "(docs/privacy/incident-register.md).",
    ),
)
UNREADABLE = mend(
    "audit_trail",
    Words(
        "{path} ne peut pas être lu. Regardez le disque, et à qui est ce fichier.",
        "{path} cannot be read. Look at the disk, and whose that file is.",
    ),
)
CUT_OFF = unseen(
    "audit_trail",
    Words(
        "{path} : une inscription a été coupée (panne de courant?). La prochaine la défait d'elle-même; d'ici là la "
        "chaîne n'est pas vérifiée.",
        "{path}: an entry was cut off (a power failure?). The next one undoes it by itself; until then the chain is "
        "not checked.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    path = config.audit
    must_open(path)
    if not is_quiet(path):
        yield CUT_OFF(path=str(path))
        return
    try:
        found = verify(path)
    except TrailUnwritableError:
        yield UNREADABLE(path=str(path))
        return
    if isinstance(found, Damaged):
        yield DAMAGED(path=str(path), sequence=str(found.sequence))
    else:
        yield SOUND()  # not how many entries: the status page would show when somebody asked for a person's data
