"""What is owed to persons: what erasures still wait for, what should have been forgotten, who waits for an answer.

Everybody's record is read, as the engine does daily, and only counted: nothing of anybody is told, nothing is changed.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pos_bridge import clock
from pos_bridge.checkout.passing import duties
from pos_bridge.checkup.finding import Finding, good, mend, note
from pos_bridge.checkup.user import must_open
from pos_bridge.config.people import Identity
from pos_bridge.config.settings import Config
from pos_bridge.domain.purposes import Retention
from pos_bridge.identity import file
from pos_bridge.identity.fault import EXPECTED, fault_of
from pos_bridge.identity.renewing import OWED
from pos_bridge.words import Words

RENEWED_WITHIN_S = 26 * 3600  # a day is promised; the engine makes haste from the twentieth hour
FORGOTTEN_WITHIN = timedelta(days=2)  # the engine does it daily
_PAGE = 500

NOBODY = note(
    "people",
    Words(
        "Cette caisse ne garde personne : il n'y a pas de section [identity].",
        "This till keeps nobody: there is no section [identity].",
    ),
)
NOBODY_YET = note(
    "people",
    Words(
        "Cette caisse garde qui le choisit ([identity]), et personne ne l'a encore choisi.",
        "This till keeps whoever chooses it ([identity]), and nobody has chosen yet.",
    ),
)
VAULT_UNUSABLE = mend(
    "people",
    Words(
        "Le coffre des personnes ne peut pas être lu ({fault}) : les ventes continuent, sans personne. docs/errors.md "
        "dit que faire.",
        "The vault of persons cannot be read ({fault}): sales go on, of nobody. docs/errors.md says what to do.",
    ),
)
RENEWAL_LATE = mend(
    "erasures_renewal",
    Words(
        "Après un effacement, l'ancienne clé du coffre devait être détruite en un jour et ne l'est pas. Le service "
        "tourne-t-il? Fermez les commandes `pos-bridge person` qui restent ouvertes; le journal d'événements dit le "
        "reste.",
        "After an erasure the vault's old key should have been destroyed within a day and was not. Does the service "
        "run? End what is left open of `pos-bridge person`; the log says the rest.",
    ),
)
RENEWED = good(
    "erasures_renewal",
    Words("Aucun effacement n'attend plus d'un jour.", "No erasure has waited for longer than a day."),
)
RETENTION_LATE = mend(
    "retention",
    Words(
        "Personnes dont le temps est passé et qui ne sont pas oubliées : {count}. Le service le fait chaque jour, "
        "s'il tourne et si son heure est celle du processeur : regardez l'horloge (`timedatectl`) et le journal "
        "d'événements.",
        "Persons whose time is over and who were not forgotten: {count}. The service does that daily, if it runs and "
        "its time is the processor's: look at the clock (`timedatectl`) and the log.",
    ),
)
RETAINED = good(
    "retention",
    Words("Qui devait être oublié l'est.", "Whoever was to be forgotten is."),
)
REQUESTS_LATE = mend(
    "requests",
    Words(
        "Demandes de personnes sans réponse après 30 jours : {count}. La personne responsable les voit avec "
        "`pos-bridge person due`.",
        "Requests of persons without an answer after 30 days: {count}. The person in charge sees them with "
        "`pos-bridge person due`.",
    ),
)
REQUESTS_WAIT = note(
    "requests",
    Words(
        "Demandes de personnes qui attendent une réponse : {count}. La personne responsable les voit avec `pos-bridge "
        "person due`.",
        "Requests of persons that wait for an answer: {count}. The person in charge sees them with `pos-bridge person "
        "due`.",
    ),
)
REQUESTS_NONE = good(
    "requests",
    Words("Aucune demande de personne n'attend.", "No request of a person waits for an answer."),
)


@dataclass(slots=True)
class _Counted:
    """`due`: of each request that is open."""

    over: int
    due: list[date]


def look(config: Config) -> Iterator[Finding]:
    if config.identity is None:
        yield NOBODY()
        return
    if not config.vault.exists():
        yield NOBODY_YET()
        return
    for each in (config.vault, config.path(config.identity.vault_key)):
        must_open(each)
    yield RENEWAL_LATE() if _age_s(config.state / OWED) > RENEWED_WITHIN_S else RENEWED()
    today = clock.today()
    try:
        counted = _counted(config, config.identity, today)
    except EXPECTED as error:
        yield VAULT_UNUSABLE(fault=fault_of(error).name)
        return
    yield RETENTION_LATE(count=str(counted.over)) if counted.over else RETAINED()
    late = sum(day < today for day in counted.due)
    if late:
        yield REQUESTS_LATE(count=str(late))
    elif counted.due:
        yield REQUESTS_WAIT(count=str(len(counted.due)))
    else:
        yield REQUESTS_NONE()


def _age_s(path: Path, clock: Callable[[], float] = time.time) -> float:
    """0 for what is not there."""
    try:
        return abs(clock() - path.stat().st_mtime)
    except FileNotFoundError:
        return 0.0


def _counted(config: Config, identity: Identity, today: date) -> _Counted:
    """Raises what EXPECTED lists."""
    retention = Retention(identity.inactive_months, identity.return_window_days)
    counted = _Counted(0, [])
    key = config.path(identity.vault_key).read_bytes()
    with file.reading(config.vault, key) as rows:
        after = b""
        while page := rows.persons.page(after, _PAGE):
            for person in page:
                counted.over += retention.over(person, today - FORGOTTEN_WITHIN)
                counted.due += (duty.due for duty in duties(person, today))
            after = page[-1].id
    return counted
