"""Each reader: who seals the card, the reader itself or this till's card room, and what that means."""

from collections.abc import Iterator

from pos_bridge.checkup.finding import Finding, mend, note
from pos_bridge.config.settings import Config, Reader
from pos_bridge.words import Words

# Which driver's reader hands out the card in clear. The drivers are for the card room alone: a test compares.
SEALS_ITSELF = {"idtech_msr": True, "msr_plain": False, "pcsc_emv": False}

SEALED_IN_READER = note(
    "reader_sealing",
    Words(
        "Le lecteur {reader} chiffre la carte lui-même : cette caisse ne voit jamais un numéro en clair. La portée PCI "
        "de la caisse peut s'en trouver réduite; c'est à votre acquéreur de le dire.",
        "The reader {reader} encrypts the card itself: this till never sees a number in clear. That may reduce the "
        "till's PCI scope; your acquirer has the say.",
    ),
)
SEALED_IN_ROOM = note(
    "reader_sealing",
    Words(
        "Le lecteur {reader} donne la carte en clair à la chambre des cartes de cette caisse, qui la scelle : toute la "
        "caisse est dans la portée PCI. Pour un magasin réel, prenez un lecteur qui chiffre lui-même.",
        "The reader {reader} hands the card in clear to this till's card room, which seals it: the whole till is in "
        "PCI scope. For a live store take a reader that encrypts by itself.",
    ),
)
UNKNOWN_DRIVER = mend(
    "reader_driver",
    Words(
        "Le pilote {driver} du lecteur {reader} n'existe pas. Corrigez `reader.driver` : voir docs/readers.md.",
        "There is no driver {driver}, which the reader {reader} names. Mend `reader.driver`: see docs/readers.md.",
    ),
)
UNCERTIFIED_CHIP = note(
    "reader_approval",
    Words(
        "Le lecteur {reader} lit les puces par un noyau EMV logiciel, sans homologation EMVCo ni Interac : pour la "
        "simulation, l'intégration et le laboratoire, pas pour de vraies cartes.",
        "The reader {reader} reads chips by a software EMV kernel without EMVCo or Interac approval: for simulation, "
        "integration and the laboratory, not for live cards.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    for reader in config.readers:
        yield from _at(reader)


def _at(reader: Reader) -> Iterator[Finding]:
    sealed = SEALS_ITSELF.get(reader.driver)
    if sealed is None:
        yield UNKNOWN_DRIVER(reader=reader.name, driver=reader.driver)
        return
    yield (SEALED_IN_READER if sealed else SEALED_IN_ROOM)(reader=reader.name)
    if reader.reads_chips:
        yield UNCERTIFIED_CHIP(reader=reader.name)
