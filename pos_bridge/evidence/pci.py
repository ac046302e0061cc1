"""What the looks at a till show of PCI DSS 4.0.1, by the standard's numbers and in our own words.

A row claims what its checks saw and nothing else: it is to be read beside the standard by whoever assesses. Rows may
have one number: each shows a part, and none hides that the other's part was not looked at here.
"""

from functools import partial

from pos_bridge.evidence.common import DOCTOR, EVIDENCE, FIREWALL, KEYS, LOCKS, MEMORY
from pos_bridge.evidence.requirement import Requirement, Standard, row
from pos_bridge.words import Words, same

_OF_THE_STORE = Words(
    "Les autres comptes de la machine, et qui a le mot de passe de root.",
    "The machine's other accounts, and who has root's password.",
)
_row = partial(row, Standard.PCI)

PCI: tuple[Requirement, ...] = (
    FIREWALL(Standard.PCI, "1.3.2"),
    LOCKS(Standard.PCI, "2.2.3"),
    _row(
        "2.2.4",
        Words(
            "Les programmes connus pour essayer les ports série des lecteurs.",
            "The programs that are known to try the readers' serial ports.",
        ),
        ("serial_port",),
        DOCTOR,
    ),
    _row(
        "2.2.6",
        Words(
            "Les réglages du programme : chacun est connu, dans ses bornes, et les fichiers qu'ils nomment "
            "conviennent.",
            "The program's settings: each is known and within its bounds, and the files that they name are fit.",
        ),
        ("configuration",),
        same("pos-bridge check"),
    ),
    _row(
        "3.3.1",
        Words(
            "Numéros de carte, en chiffres, dans les fichiers de l'état et le journal d'événements. Une piste gardée "
            "en apporterait un; un code de carte ou un NIP seul ne se reconnaît pas ainsi.",
            "Card numbers, in digits, in the files of the state and in the log. A stripe that was kept would bring one "
            "along; a card's code or a PIN by itself cannot be recognised so.",
        ),
        ("card_numbers_on_disk",),
        EVIDENCE,
        same("grep -aErl '[0-9]{13,19}' /var/lib/pos-bridge /var/log/pos-bridge"),
        shop=Words(
            "Le logiciel de caisse, les sauvegardes de la machine et le papier.",
            "The till's own software, the machine's backups, and paper.",
        ),
    ),
    _row(
        "3.3.1",
        Words(
            "Ce que pcscd, derrière les lecteurs de puces, écrit de ce que disent les cartes.",
            "What pcscd, behind the chip readers, writes of what cards say.",
        ),
        ("pcscd_log",),
        DOCTOR,
        same("systemctl cat pcscd.service pcscd.socket"),
        spoilt_by=("pcscd",),
    ),
    MEMORY(Standard.PCI, "3.3.1"),
    _row(
        "3.5.1",
        Words(
            "Numéros de carte lisibles, en chiffres, dans ce que cette caisse a écrit.",
            "Card numbers that can be read, in digits, in what this till wrote down.",
        ),
        ("card_numbers_on_disk",),
        EVIDENCE,
    ),
    _row(
        "4.2.1",
        Words(
            "À qui la caisse fait confiance pour envoyer une carte : les autorités et les clés qu'elle croit, et qui "
            "peut les changer.",
            "Whom the till trusts when it sends a card: the authorities and keys that it believes, and who can change "
            "them.",
        ),
        ("pinned_file", "believed_file"),
        DOCTOR,
        same("ls -l /etc/pos-bridge"),
        shop=Words(
            "Que ces fichiers sont ceux que le processeur a donnés.",
            "That these files are those that the processor gave.",
        ),
        spoilt_by=("service_user",),
    ),
    _row(
        "4.2.1",
        Words(
            "La ligne vers le processeur, ouverte maintenant : TLS 1.3, le certificat de chacun montré à l'autre, et "
            "l'autorité de la chaîne pour seule crue.",
            "The line to the processor, opened now: TLS 1.3, each side's certificate shown to the other, and the "
            "chain's authority alone believed.",
        ),
        ("processor",),
        DOCTOR,
    ),
    _row(
        "4.2.1.1",
        Words(
            "Les certificats de cette caisse, pour le processeur et pour le logiciel de caisse, et leur fin.",
            "This till's certificates, for the processor and for the till's software, and their end.",
        ),
        ("certificate_processor", "certificate_nexo"),
        DOCTOR,
        same("pos-bridge check"),
        shop=Words("L'inventaire de toutes les clés de la chaîne.", "The inventory of all the chain's keys."),
        spoilt_by=("certificate_other", "certificate_time"),
    ),
    _row(
        "6.3.2",
        Words(
            "La nomenclature CycloneDX du paquet, à côté de ce qui est installé.",
            "The package's CycloneDX bill of materials, beside what is installed.",
        ),
        ("bill_of_materials",),
        same("cat /usr/share/doc/pos-bridge/sbom.cdx.json"),
        shop=Words("Le reste de la machine.", "The rest of the machine."),
    ),
    KEYS(Standard.PCI, "7.2.5", shop=_OF_THE_STORE),
    _row(
        "7.2.5",
        Words(
            "Les lecteurs de puces, et quels utilisateurs de la machine les atteignent.",
            "The chip readers, and which users of the machine reach them.",
        ),
        ("pcscd_socket",),
        DOCTOR,
        same("ls -l /run/pcscd/pcscd.comm"),
        shop=_OF_THE_STORE,
        spoilt_by=("pcscd",),
    ),
    _row(
        "8.2.1",
        Words(
            "Qui se prouve à cette caisse : chacun sous un numéro à lui, et chaque rôle tenu.",
            "Who proves themself at this till: each under a number of their own, and each role held.",
        ),
        ("operators",),
        DOCTOR,
        same("pos-bridge operator list"),
        shop=_OF_THE_STORE,
    ),
    _row(
        "8.3.2",
        Words(
            "Sous quelle forme les mots de passe de ces personnes sont gardés.",
            "In what form these persons' passwords are kept.",
        ),
        ("password_hashes",),
        DOCTOR,
    ),
    _row(
        "10.3.1",
        Words(
            "La piste d'audit, dans le dossier de l'état, et quels utilisateurs de la machine la lisent.",
            "The audit trail, in the state's folder, and which users of the machine read it.",
        ),
        ("state_folder",),
        DOCTOR,
        same("ls -l /var/lib/pos-bridge"),
        shop=_OF_THE_STORE,
        spoilt_by=("service_user",),
    ),
    _row(
        "10.3.3",
        Words(
            "L'âge de la dernière sauvegarde, qui prend la piste d'audit.",
            "How old the newest backup is, which takes the audit trail.",
        ),
        ("backup",),
        DOCTOR,
        same("pos-bridge backup --drill"),
        shop=Words(
            "Qu'elle est hors de la caisse, et qui en a la clé.", "That it is off the till, and who has its key."
        ),
    ),
    _row(
        "10.3.4",
        Words(
            "Les chaînes de la piste d'audit et du journal : chaque inscription tient à la précédente.",
            "The chains of the audit trail and of the journal: each entry is bound to the one before.",
        ),
        ("audit_trail", "journal_chain"),
        DOCTOR,
        same("pos-bridge journal --verify"),
        spoilt_by=("journal_believed", "journal_set_aside"),
    ),
    _row(
        "10.6.2",
        Words(
            "L'heure de cette caisse, à côté de celle du processeur.",
            "This till's time, beside the processor's.",
        ),
        ("clock",),
        DOCTOR,
        same("timedatectl"),
        shop=Words("D'où vient l'heure, et qui peut la changer.", "Where time comes from, and who can change it."),
    ),
    _row(
        "11.5.2",
        Words(
            "Chaque fichier du programme et de ses bibliothèques, à côté de la somme venue avec lui.",
            "Each file of the program and its libraries, beside the sum that came with it.",
        ),
        ("program_files",),
        EVIDENCE,
        same("dpkg --verify pos-bridge"),
        shop=Words(
            "Comparer chaque semaine au moins et alerter; les fichiers du reste de la machine.",
            "To compare at least weekly and alert; the files of the rest of the machine.",
        ),
    ),
)
