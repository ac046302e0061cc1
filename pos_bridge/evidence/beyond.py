"""What this program cannot show, told in each report, so that nobody takes a full page for a full assessment."""

from dataclasses import dataclass

from pos_bridge.evidence.requirement import Standard
from pos_bridge.words import Words


@dataclass(frozen=True, slots=True)
class Beyond:
    """`number`: the standard's own, or several. `what`: what somebody else has to show."""

    standard: Standard
    number: str
    what: Words


def _pci(number: str, what: Words) -> Beyond:
    return Beyond(Standard.PCI, number, what)


def _law(number: str, what: Words) -> Beyond:
    return Beyond(Standard.LAW_25, number, what)


BEYOND: tuple[Beyond, ...] = (
    _pci(
        "1.2, 1.4",
        Words(
            "Le réseau du magasin autour de la caisse : schémas, segments, pare-feu et réseau sans fil.",
            "The store's network around the till: drawings, segments, firewalls and wireless.",
        ),
    ),
    _pci(
        "2.2",
        Words(
            "La configuration du reste de la machine, ses autres logiciels et leurs comptes.",
            "How the rest of the machine is set up, its other software and their accounts.",
        ),
    ),
    _pci(
        "3.4.1",
        Words(
            "Le masquage à l'écran et sur les reçus : il faut une vente pour le voir. Ce programme ne donne au "
            "logiciel de caisse que les quatre derniers chiffres; ce que ce logiciel montre de lui-même est à lui.",
            "Masking on screens and receipts: it takes a sale to see it. This program gives the till's software the "
            "last four digits only; what that software shows by itself is its own.",
        ),
    ),
    _pci(
        "3.7",
        Words(
            "La vie des clés hors de la caisse : cérémonies, gardiens, remplacement.",
            "The life of keys off the till: ceremonies, custodians, replacement.",
        ),
    ),
    _pci("5", Words("La protection contre les logiciels malveillants.", "Protection against malware.")),
    _pci(
        "6.3.3",
        Words(
            "Que les correctifs de la machine, de Debian et des appareils sont installés à temps.",
            "That patches of the machine, of Debian and of devices are installed in time.",
        ),
    ),
    _pci(
        "8",
        Words(
            "Les comptes et mots de passe de la machine, du logiciel de caisse et des accès à distance.",
            "Accounts and passwords of the machine, of the till's software and of remote access.",
        ),
    ),
    _pci(
        "9",
        Words(
            "L'accès physique, et l'inspection des lecteurs contre la fraude (9.5.1).",
            "Physical access, and the inspection of readers against tampering (9.5.1).",
        ),
    ),
    _pci(
        "10.4",
        Words(
            "Que quelqu'un, ou un outil, relit les journaux, et ce qui est fait de ce qu'ils disent.",
            "That somebody, or a tool, reviews the logs, and what is done about what they say.",
        ),
    ),
    _pci(
        "11.3, 11.4",
        Words("Les analyses de vulnérabilités et les tests d'intrusion.", "Vulnerability scans and penetration tests."),
    ),
    _pci(
        "12",
        Words(
            "Les politiques, la formation, les fournisseurs, la réponse aux incidents et la portée écrite.",
            "Policies, training, suppliers, incident response and the written scope.",
        ),
    ),
    _law(
        "3.1, 3.2",
        Words(
            "Qui est responsable de la protection des renseignements personnels, et que son titre et les politiques "
            "sont publiés.",
            "Who is in charge of the protection of personal information, and that their title and the policies are "
            "published.",
        ),
    ),
    _law(
        "3.3, 17",
        Words(
            "Les évaluations des facteurs relatifs à la vie privée, aussi pour ce qui sort du Québec "
            "(docs/privacy/impact-assessment.md est à remplir).",
            "The privacy impact assessments, also for what leaves Quebec (docs/privacy/impact-assessment.md is to be "
            "filled in).",
        ),
    ),
    _law(
        "8",
        Words(
            "Ce qui est dit aux personnes quand elles donnent leurs renseignements "
            "(docs/privacy/collection-notice.md).",
            "What persons are told when they give their information (docs/privacy/collection-notice.md).",
        ),
    ),
    _law(
        "12, 13",
        Words(
            "L'usage et la communication des renseignements hors de cette caisse : logiciel de caisse, siège, "
            "fournisseurs.",
            "Use and communication of information off this till: the till's software, the head office, suppliers.",
        ),
    ),
    _law(
        "27, 28",
        Words(
            "Que ce qu'une personne demande lui a été remis ou corrigé, partout où le magasin en garde : `pos-bridge "
            "person` ne répond que pour cette caisse.",
            "That what a person asks for was handed over or corrected, wherever the shop keeps any: `pos-bridge "
            "person` answers for this till alone.",
        ),
    ),
)
