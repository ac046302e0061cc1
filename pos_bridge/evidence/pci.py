"""What the looks at a till show of PCI DSS 4.0.1, by the standard's numbers and in our own words.

A row claims what its checks saw and nothing else: `seen` is to be read beside the standard by whoever assesses. Two
rows may have one number: each shows a part, and none hides that the other's part was not looked at here.
"""

from pos_bridge.evidence.requirement import Requirement, Standard
from pos_bridge.words import Words

_DOCTOR = "pos-bridge doctor"


def _row(number: str, seen: Words, checks: tuple[str, ...], *commands: str, shop: Words | None = None) -> Requirement:
    return Requirement(Standard.PCI, number, seen, checks, commands or (_DOCTOR,), shop)


PCI: tuple[Requirement, ...] = (
    _row(
        "3.3.1",
        Words(
            "Les fichiers de l'état et le journal d'événements, lus en entier, ne contiennent pas de numéro de carte "
            "en chiffres; une piste gardée en apporterait un. Un code de carte ou un NIP seul ne se reconnaît pas "
            "ainsi.",
            "The files of the state and the log, read whole, hold no card number in digits; a stripe that was kept "
            "would bring one along. A card's code or a PIN by itself cannot be recognised so.",
        ),
        ("card_numbers_on_disk",),
        "pos-bridge evidence",
        "grep -aErl '[0-9]{13,19}' /var/lib/pos-bridge /var/log/pos-bridge",
        shop=Words(
            "Le logiciel de caisse, les sauvegardes de la machine et le papier.",
            "The till's own software, the machine's backups, and paper.",
        ),
    ),
    _row(
        "3.3.1",
        Words(
            "pcscd, derrière les lecteurs de puces, n'écrit pas ce que les cartes disent.",
            "pcscd, behind the chip readers, does not write what cards say.",
        ),
        ("pcscd_log",),
        _DOCTOR,
        "systemctl cat pcscd.service pcscd.socket",
    ),
    _row(
        "3.5.1",
        Words(
            "Aucun numéro de carte n'est lisible, en chiffres, dans ce que cette caisse a écrit.",
            "No card number is readable, in digits, in what this till wrote down.",
        ),
        ("card_numbers_on_disk",),
        "pos-bridge evidence",
    ),
    _row(
        "3.7.7",
        Words(
            "L'utilisateur du service ne peut ni changer ni remplacer le fichier qui dit pour quelles clés les cartes "
            "sont scellées.",
            "The service's user can neither change nor replace the file that says for whose keys cards are sealed.",
        ),
        ("believed_file",),
        _DOCTOR,
        "ls -l /etc/pos-bridge",
        shop=Words(
            "Les clés du processeur et de la chaîne, hors de cette caisse.",
            "The keys of the processor and of the chain, off this till.",
        ),
    ),
    _row(
        "4.2.1.1",
        Words(
            "Les certificats de cette caisse, pour le processeur et pour le logiciel de caisse, sont connus et encore "
            "bons.",
            "This till's certificates, for the processor and for the till's software, are known and still good.",
        ),
        ("certificate_processor", "certificate_nexo"),
        _DOCTOR,
        "pos-bridge check",
        shop=Words("L'inventaire de toutes les clés de la chaîne.", "The inventory of all the chain's keys."),
    ),
    _row(
        "6.3.2",
        Words(
            "La nomenclature CycloneDX du paquet nomme ce qui est installé, dans sa version, et rien d'autre.",
            "The package's CycloneDX bill of materials names what is installed, in its version, and nothing else.",
        ),
        ("bill_of_materials",),
        "cat /usr/share/doc/pos-bridge/sbom.cdx.json",
        shop=Words("Le reste de la machine.", "The rest of the machine."),
    ),
    _row(
        "7.2.5",
        Words(
            "Les autres utilisateurs de la machine n'atteignent pas le lecteur de puces.",
            "Other users of the machine do not reach the chip reader.",
        ),
        ("pcscd_socket",),
        _DOCTOR,
        "ls -l /run/pcscd/pcscd.comm",
    ),
    _row(
        "11.5.2",
        Words(
            "Chaque fichier du programme et de ses bibliothèques a été comparé, maintenant, à la somme venue avec lui.",
            "Each file of the program and its libraries was compared, now, with the sum that came with it.",
        ),
        ("program_files",),
        "pos-bridge evidence",
        "dpkg --verify pos-bridge",
        shop=Words(
            "Comparer chaque semaine au moins et alerter; les fichiers du reste de la machine.",
            "To compare at least weekly and alert; the files of the rest of the machine.",
        ),
    ),
)
