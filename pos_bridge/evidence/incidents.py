"""The register of incidents of this till: whether it is as it was entered, and whether who is to be told was told."""

from collections.abc import Iterator

from pos_bridge.checkup.finding import Finding, good, mend, note
from pos_bridge.config.settings import Config
from pos_bridge.registers.incident import Incident
from pos_bridge.registers.incident_file import NAME, RegisterDamagedError, read
from pos_bridge.words import Words

_REGISTER, _NOTICES = "incident_register", "incident_notices"
_TO_BE_TOLD = {"commission", "persons"}

SOUND = good(
    _REGISTER,
    Words(
        "Le registre des incidents est tel qu'il a été inscrit : incidents {count}.",
        "The register of incidents is as it was entered: incidents {count}.",
    ),
)
EMPTY = note(
    _REGISTER,
    Words(
        "Le registre des incidents de cette caisse est vide; celui du magasin peut être ailleurs.",
        "This till's register of incidents is empty; the shop's may be elsewhere.",
    ),
)
DAMAGED = mend(
    _REGISTER,
    Words(
        "{path} n'est pas ce qui a été inscrit. Gardez-en une copie et comparez-la avec la vôtre.",
        "{path} is not what was entered. Keep a copy of it and compare it with yours.",
    ),
)
UNREADABLE = note(
    _REGISTER,
    Words("{path} ne peut pas être lu. Lancez cette commande comme root.", "{path} cannot be read. Run this as root."),
)
ALL_TOLD = good(
    _NOTICES,
    Words(
        "De chaque incident à risque sérieux, la Commission et les personnes ont été avisées, selon le registre.",
        "Of each incident of serious risk the Commission and the persons were told, by the register.",
    ),
)
NOT_TOLD = mend(
    _NOTICES,
    Words(
        "Incidents à risque sérieux dont la Commission ou les personnes ne sont pas avisées, selon le registre : "
        "{numbers}. `pos-bridge incident notice`.",
        "Incidents of serious risk of which the Commission or the persons were not told, by the register: {numbers}. "
        "`pos-bridge incident notice`.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    path = str(config.state / NAME)
    try:
        known = read(config.state)
    except RegisterDamagedError:
        yield DAMAGED(path=path)
        return
    except OSError:
        yield UNREADABLE(path=path)
        return
    if not known:
        yield EMPTY()
        return
    yield SOUND(count=str(len(known)))
    untold = [str(incident.number) for incident in known.values() if _waits(incident)]
    yield NOT_TOLD(numbers=", ".join(untold)) if untold else ALL_TOLD()


def _waits(incident: Incident) -> bool:
    return incident.facts.serious and not {each.whom for each in incident.told} >= _TO_BE_TOLD
