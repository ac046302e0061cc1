"""Is everybody of this program held to where they may talk, and was anybody denied?

Whoever may see the rules may change them: seen by root alone, or with CAP_NET_ADMIN.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from pos_bridge.checkup.finding import Finding, good, mend, note, unseen
from pos_bridge.config.settings import Config
from pos_bridge.domain.connection import Who
from pos_bridge.network import denied, nft
from pos_bridge.network.allowed import Allowed, allowed
from pos_bridge.network.ruleset import USERS, known_users, table
from pos_bridge.words import Words

NO_RULES = mend(
    "firewall",
    Words(
        "Aucune règle du pare-feu ne tient ce programme à ses seuls correspondants : `systemctl enable --now "
        "pos-bridge-firewall.service pos-bridge-firewall.timer` (docs/firewall.md).",
        "No rule of the firewall holds this program to the few that it may talk to: `systemctl enable --now "
        "pos-bridge-firewall.service pos-bridge-firewall.timer` (docs/firewall.md).",
    ),
)
OTHER_RULES = mend(
    "firewall",
    Words(
        "Les règles en vigueur ne sont pas celles de la configuration : elle, une adresse ou quelqu'un a changé. "
        "`systemctl restart pos-bridge-firewall.service` remet les siennes.",
        "The rules in force are not the configuration's: it, an address or somebody changed. `systemctl restart "
        "pos-bridge-firewall.service` puts its own back.",
    ),
)
IN_FORCE = good(
    "firewall",
    Words(
        "Les règles du pare-feu en vigueur sont celles de la configuration.",
        "The firewall's rules in force are the configuration's.",
    ),
)
NOT_SEEN = unseen(
    "firewall",
    Words(
        "Les règles du pare-feu ne se laissent voir qu'à root : lancez cette commande comme root.",
        "The firewall's rules are seen by root alone: run this as root.",
    ),
)
NO_NFT = mend(
    "firewall",
    Words(
        "nft n'a pas pu dire les règles du pare-feu ({reason}). Installez le paquet nftables.",
        "nft could not tell the firewall's rules ({reason}). Install the package nftables.",
    ),
)
NO_USER = mend(
    "firewall_users",
    Words(
        "L'utilisateur {user} n'existe pas sur cette machine : aucune règle ne le tient. Sur une caisse, réinstallez "
        "le paquet; là où il n'y en a pas (simulation, développement), cet utilisateur n'existe pas.",
        "There is no user {user} on this machine: no rule holds it. On a till install the package again; where there "
        "is none (simulation, development) there is no such user.",
    ),
)
LOST = mend(
    "firewall_names",
    Words(
        "{setting} : {host} ne mène à aucune adresse permise, et le pare-feu n'y ouvre rien. Voyez le nom, /etc/hosts "
        "et `network.dns`.",
        "{setting}: {host} leads to no address that may be talked to, and the firewall opens nothing for it. Look at "
        "the name, /etc/hosts and `network.dns`.",
    ),
)
NO_DNS = note(
    "firewall_names",
    Words(
        "{setting} est un nom et `network.dns` ne dit pas qui le connaît : sans /etc/hosts, il ne sera pas trouvé.",
        "{setting} is a name and `network.dns` does not say who knows it: without /etc/hosts it will not be found.",
    ),
)
NOT_COUNTED = mend(
    "denied",
    Words(
        "Personne ne compte ce que le pare-feu refuse : `systemctl enable --now pos-bridge-counters.service`.",
        "Nobody counts what the firewall denies: `systemctl enable --now pos-bridge-counters.service`.",
    ),
)
STALE = mend(
    "denied",
    Words(
        "Le compte des refus du pare-feu est vieux : `systemctl status pos-bridge-counters.service` dit pourquoi.",
        "The count of what the firewall denied is old: `systemctl status pos-bridge-counters.service` says why.",
    ),
)
DENIED = mend(
    "denied",
    Words(
        "Depuis que ses règles sont en vigueur, le pare-feu a refusé à {user} {times} paquet(s). Ce programme n'en "
        "attend aucun : un réglage a changé, ou quelque chose ne va pas. Voyez ConnectionsDenied, docs/events.md.",
        "Since its rules are in force the firewall denied {user} {times} packet(s). This program asks for none: a "
        "setting changed, or something is wrong. See ConnectionsDenied in docs/events.md.",
    ),
)
KNOCKED = note(
    "denied",
    Words(
        "D'autres machines ont frappé {times} fois aux portes de cette caisse; le pare-feu les a renvoyées.",
        "Other machines knocked at this till's doors {times} times; the firewall turned them away.",
    ),
)
NONE_DENIED = good(
    "denied",
    Words("Le pare-feu n'a rien refusé à ce programme.", "The firewall denied this program nothing."),
)


def look(config: Config) -> Iterator[Finding]:
    found = allowed(config)
    yield from _names(config, found)
    users = known_users()
    for who in (Who.ENGINE, Who.ROOM):
        if who not in users:
            yield NO_USER(user=USERS[who])
    yield _rules(table(found, users))
    yield from _denied(config.path(config.network.denied))


def _names(config: Config, found: Allowed) -> Iterator[Finding]:
    for target in found.lost:
        yield LOST(setting=target.setting.value, host=target.host)
    if not config.network.dns:
        for setting in sorted({each.setting.value for each in found.named}):
            yield NO_DNS(setting=setting)


def _rules(wanted: str) -> Finding:
    try:
        in_force = nft.loaded()
    except nft.NftError as error:
        return NO_NFT(reason=str(error)) if os.geteuid() == 0 else NOT_SEEN()
    if in_force is None:
        return NO_RULES()
    return IN_FORCE() if in_force == wanted else OTHER_RULES()


def _denied(file: Path) -> Iterator[Finding]:
    try:
        found = denied.read(file)
    except PermissionError:
        raise
    except (OSError, denied.UnfitError):
        found = None
    if found is None:
        yield NOT_COUNTED()
        return
    if found.is_stale():
        yield STALE()
    ours = {who: found.of(who) for who in USERS if found.of(who)}
    for who, times in ours.items():
        yield DENIED(user=USERS[who], times=str(times))
    if not ours:
        yield NONE_DENIED()
    if knocked := found.of(Who.OUTSIDE):
        yield KNOCKED(times=str(knocked))
