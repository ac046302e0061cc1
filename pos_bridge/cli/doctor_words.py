"""Every sentence of `pos-bridge doctor`, in French and in English. What is wrong is told with what to do."""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.cli.journal_words import Said
from pos_bridge.words import same


class Weight(Enum):
    """How much a finding matters; the value is the word before its line, in both languages."""

    GOOD = Said("BON", "GOOD")
    NOTE = same("NOTE")  # to be known; nothing to mend
    MEND = Said("À CORRIGER", "MEND")


@dataclass(frozen=True, slots=True)
class Finding:
    """`values` fill the sentence's places: names and paths of the configuration, nothing else."""

    weight: Weight
    word: str
    values: tuple[tuple[str, str], ...] = ()

    def to(self, language: str) -> str:
        colon = ":" if language == "en" else " :"
        return f"{self.weight.value.to(language)}{colon} {WORDS[self.word].to(language).format(**dict(self.values))}"


def good(word: str, **values: str) -> Finding:
    return Finding(Weight.GOOD, word, tuple(values.items()))


def note(word: str, **values: str) -> Finding:
    return Finding(Weight.NOTE, word, tuple(values.items()))


def mend(word: str, **values: str) -> Finding:
    return Finding(Weight.MEND, word, tuple(values.items()))


WORDS = {
    # ---- what the running engine says ----
    "runs": Said("pos-bridge tourne et répond sur le port {port}.", "pos-bridge runs and answers on port {port}."),
    "not_running": Said(
        "pos-bridge ne tourne pas : personne ne répond sur le port {port}. Démarrez-le (`systemctl start pos-bridge`); "
        "s'il ne démarre pas, `pos-bridge check` dit pourquoi.",
        "pos-bridge does not run: nobody answers on port {port}. Start it (`systemctl start pos-bridge`); if it does "
        "not start, `pos-bridge check` says why.",
    ),
    "no_api_key": Said(
        "`nexo.api_key_file` ou `nexo.passphrase` ne peut pas être lu ou ne convient pas : le service "
        "n'a pas été interrogé. Lancez cette commande comme root "
        "ou comme l'utilisateur du service.",
        "`nexo.api_key_file` or `nexo.passphrase` cannot be read or used: the service was not asked. Run this as "
        "root or as the service's user.",
    ),
    "not_ours": Said(
        "Ce qui répond sur le port {port} n'a pas le certificat de `nexo.certificate`. Si ce fichier a changé, "
        "faites-le prendre (`systemctl reload pos-bridge`); `pos-bridge check` dit s'il convient. Sinon, un autre "
        "programme tient le port : trouvez-le (`ss -ltnp`).",
        "What answers on port {port} has not the certificate of `nexo.certificate`. If that file changed, have it "
        "taken (`systemctl reload pos-bridge`); `pos-bridge check` says whether it is fit. If it did not, another "
        "program holds the port: find it (`ss -ltnp`).",
    ),
    "refused": Said(
        "Le service a refusé de se diagnostiquer. Redémarrez-le : ses réglages ont changé depuis qu'il tourne "
        "(`nexo.api_key_file`, `nexo.passphrase`, `till.poiid`).",
        "The service refused to diagnose itself. Restart it: its settings changed since it was started "
        "(`nexo.api_key_file`, `nexo.passphrase`, `till.poiid`).",
    ),
    "processor_down": Said(
        "Le processeur est injoignable : les cartes sont refusées, le comptant continue. Vérifiez le réseau, puis les "
        "certificats (`processor` dans la configuration).",
        "The processor is not reached: cards are refused, cash goes on. Check the network, then the certificates "
        "(`processor` in the configuration).",
    ),
    "journal_down": Said(
        "Le journal ne peut pas être écrit : aucun paiement ne se fait. Disque plein, en lecture seule ou défaillant? "
        "Voyez `till.state_dir`.",
        "The journal cannot be written: no payment is made. Disk full, read-only or failing? Look at `till.state_dir`.",
    ),
    "reader_down": Said(
        "Le lecteur {reader} ne répond pas. Vérifiez son câble et `reader.device`.",
        "The reader {reader} does not answer. Check its cable and `reader.device`.",
    ),
    # ---- the certificate that tills are shown ----
    "certificate_lasts": Said(
        "Le certificat montré aux caisses est bon encore {days} jours.",
        "The certificate that tills are shown is good for another {days} days.",
    ),
    "certificate_ends": Said(
        "Le certificat montré aux caisses finit dans {days} jours : plus aucune caisse ne paiera alors. Apportez la "
        "clé de l'autorité et lancez `pos-bridge certificate renew --authority DOSSIER`.",
        "The certificate that tills are shown ends in {days} days: no till will pay then. Bring the authority's key "
        "and run `pos-bridge certificate renew --authority FOLDER`.",
    ),
    # ---- the certificate for the processor ----
    "own_certificate_lasts": Said(
        "Le certificat de cette caisse pour le processeur est bon encore {days} jours.",
        "This till's certificate for the processor is good for another {days} days.",
    ),
    "own_certificate_ends": Said(
        "Le certificat de cette caisse pour le processeur finit dans {days} jours : plus aucune carte ne paiera "
        "alors. docs/certificates.md dit comment en obtenir un autre.",
        "This till's certificate for the processor ends in {days} days: no card will pay then. docs/certificates.md "
        "says how to get another one.",
    ),
    "renewal_late": Said(
        "Le certificat de cette caisse pour le processeur devait être renouvelé et ne l'est pas; il reste {days} "
        "jours. Le journal d'événements dit pourquoi (RenewalFailed; docs/certificates.md).",
        "This till's certificate for the processor should have been renewed and was not; {days} days are left. The "
        "log says why (RenewalFailed; docs/certificates.md).",
    ),
    # ---- where cards are sealed ----
    "sealed_in_reader": Said(
        "Le lecteur {reader} chiffre la carte lui-même : cette caisse ne voit jamais un numéro en clair. La portée PCI "
        "de la caisse peut s'en trouver réduite; c'est à votre acquéreur de le dire.",
        "The reader {reader} encrypts the card itself: this till never sees a number in clear. That may reduce the "
        "till's PCI scope; your acquirer has the say.",
    ),
    "sealed_in_room": Said(
        "Le lecteur {reader} donne la carte en clair à la chambre des cartes de cette caisse, qui la scelle : toute la "
        "caisse est dans la portée PCI. Pour un magasin réel, prenez un lecteur qui chiffre lui-même.",
        "The reader {reader} hands the card in clear to this till's card room, which seals it: the whole till is in "
        "PCI scope. For a live store take a reader that encrypts by itself.",
    ),
    "unknown_driver": Said(
        "Le pilote {driver} du lecteur {reader} n'existe pas. Corrigez `reader.driver` : voir docs/readers.md.",
        "There is no driver {driver}, which the reader {reader} names. Mend `reader.driver`: see docs/readers.md.",
    ),
    "uncertified_chip": Said(
        "Le lecteur {reader} lit les puces par un noyau EMV logiciel, sans homologation EMVCo ni Interac : pour la "
        "simulation, l'intégration et le laboratoire, pas pour de vraies cartes.",
        "The reader {reader} reads chips by a software EMV kernel without EMVCo or Interac approval: for simulation, "
        "integration and the laboratory, not for live cards.",
    ),
    # ---- pcscd ----
    "pcscd_absent": Said(
        "Personne n'écoute sur {socket}, derrière quoi est le lecteur {reader}. Démarrez pcscd (`systemctl start "
        "pcscd.socket`) ou corrigez `reader.pcscd`.",
        "Nobody listens on {socket}, behind which the reader {reader} is. Start pcscd (`systemctl start "
        "pcscd.socket`), or mend `reader.pcscd`.",
    ),
    "pcscd_logs": Said(
        "pcscd derrière {socket} écrit dans son journal tout ce que disent les cartes, numéros compris : aucune carte "
        "n'est lue sur {reader}. Retirez --apdu et --debug de sa ligne de commande (`systemctl cat pcscd`, "
        "/etc/default/pcscd), redémarrez-le, et effacez ce qui est écrit déjà.",
        "pcscd behind {socket} writes all that cards say into its log, numbers too: no card is read on {reader}. Take "
        "--apdu and --debug off its command line (`systemctl cat pcscd`, /etc/default/pcscd), restart it, and erase "
        "what it wrote already.",
    ),
    "pcscd_silent": Said(
        "pcscd derrière {socket} n'écrit pas ce que disent les cartes.",
        "pcscd behind {socket} does not write what cards say.",
    ),
    "pcscd_open": Said(
        "Tout utilisateur de cette machine peut se servir de {socket}, donc de la carte dans le lecteur {reader}. "
        "Réservez-le au groupe de la chambre des cartes : `systemctl edit pcscd.socket`, puis [Socket], "
        "SocketMode=0660 et SocketGroup= ce groupe; `systemctl restart pcscd.socket`.",
        "Every user of this machine can use {socket}, and so the card in the reader {reader}. Keep it to the card "
        "room's group: `systemctl edit pcscd.socket`, then [Socket], SocketMode=0660 and SocketGroup= that group; "
        "`systemctl restart pcscd.socket`.",
    ),
    "pcscd_closed": Said(
        "Les autres utilisateurs de cette machine n'atteignent pas {socket}.",
        "Other users of this machine do not reach {socket}.",
    ),
    # ---- files that the engine must not be able to change ----
    "missing": Said(
        "{setting} : {path} n'est pas là. Remettez ce fichier, ou corrigez la configuration.",
        "{setting}: {path} is not there. Restore that file, or mend the configuration.",
    ),
    "writable": Said(
        "{setting} : l'utilisateur du service ({user}) peut changer {path}, donc décider pour qui les cartes sont "
        "scellées et lesquelles sont acceptées. Donnez-le à root, dans un dossier à root : `chown root:root {path} && "
        "chmod 0644 {path}`.",
        "{setting}: the service's user ({user}) can change {path}, and so decide for whom cards are sealed and which "
        "are taken. Give it to root, in a folder of root's: `chown root:root {path} && chmod 0644 {path}`.",
    ),
    "kept_from_engine": Said(
        "{setting} : l'utilisateur du service ({user}) ne peut pas changer {path}.",
        "{setting}: the service's user ({user}) cannot change {path}.",
    ),
    "as_root": Said(
        "Le service tourne comme root : rien ne lui est fermé. Donnez-lui un utilisateur à lui (docs/privilege-"
        "separation.md).",
        "The service runs as root: nothing is closed to it. Give it a user of its own (docs/privilege-separation.md).",
    ),
}
