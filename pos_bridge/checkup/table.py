"""Every look at this till, in the order in which they are told. A look that fails is a finding of its own."""

from collections.abc import Collection, Iterator
from types import ModuleType

from pos_bridge.checkup import (
    accounts,
    administration,
    audit_trail,
    backups,
    believed_files,
    certificates,
    configuration,
    disk_space,
    engine,
    erasures,
    firewall,
    journal,
    machine,
    native,
    operators,
    pcscd,
    people,
    permissions,
    pinned,
    processes,
    processor,
    programs,
    readers,
    versions,
)
from pos_bridge.checkup.finding import Finding, Line, mend, unseen
from pos_bridge.config.settings import Config
from pos_bridge.words import Words

# Each has `look(config: Config) -> Iterator[Finding]`, and its lines beside it.
LOOKS: tuple[ModuleType, ...] = (
    engine,
    configuration,
    permissions,
    believed_files,
    pinned,
    certificates,
    processor,
    readers,
    pcscd,
    native,
    administration,
    journal,
    audit_trail,
    operators,
    people,
    erasures,
    backups,
    disk_space,
    firewall,
    versions,
    accounts,
    processes,
    machine,
    programs,
)

NOT_ALLOWED = unseen(
    "look",
    Words(
        "{topic} : n'a pas pu être regardé, car cela n'est pas ouvert à qui lance cette commande. Lancez-la comme root "
        "(`sudo pos-bridge doctor`), ou comme l'utilisateur du service là où root n'entre pas (un partage réseau).",
        "{topic}: could not be looked at, for it is not open to whoever runs this command. Run it as root (`sudo "
        "pos-bridge doctor`), or as the service's user where root is not let in (a network share).",
    ),
)
NOT_LOOKED = mend(
    "look",
    Words(
        "{topic} : n'a pas pu être regardé ({fault}). C'est une faute de ce programme : signalez cette ligne.",
        "{topic}: could not be looked at ({fault}). It is a fault of this program: report this line.",
    ),
)
FAILED = (NOT_ALLOWED, NOT_LOOKED)  # each names the topic that was not looked at, or not to its end


def examine(config: Config, without: Collection[ModuleType] = ()) -> Iterator[Finding]:
    """All that is found, as it is found. Changes nothing, starts no payment, raises nothing.

    Takes seconds, and waits for disks and the network: never on an event loop's thread.
    """
    for topic in LOOKS:
        if topic in without:
            continue
        yield from looked_at(topic, config)


def looked_at(topic: ModuleType, config: Config) -> Iterator[Finding]:
    """What this look finds; one that fails is told, and raises nothing."""
    try:
        yield from topic.look(config)
    except PermissionError:
        yield NOT_ALLOWED(topic=name(topic))
    except Exception as fault:  # noqa: BLE001 - whatever it is, the other looks are taken
        yield NOT_LOOKED(topic=name(topic), fault=type(fault).__name__)


def name(topic: ModuleType) -> str:
    return topic.__name__.rpartition(".")[2]


def lines(topic: ModuleType) -> tuple[Line, ...]:
    """All that this look can say."""
    return tuple(value for value in vars(topic).values() if isinstance(value, Line))
