"""What both standards ask of a till, in the same words, and the commands that show most of it.

A standard adds its number to it, and what the shop has to show itself.
"""

from functools import partial

from pos_bridge.evidence.requirement import Requirement
from pos_bridge.words import Words, same

DOCTOR = same("pos-bridge doctor")
EVIDENCE = same("pos-bridge evidence")

FIREWALL = partial(
    Requirement,
    asked=Words(
        "Les règles du pare-feu de cette caisse, et ce qu'il a refusé à ce programme.",
        "This till's firewall rules, and what the firewall denied this program.",
    ),
    checks=("firewall", "denied"),
    commands=(DOCTOR, same("nft list ruleset")),
    spoilt_by=("firewall_users", "firewall_names"),
)
LOCKS = partial(
    Requirement,
    asked=Words(
        "Le service et les chambres des cartes : leurs utilisateurs, et les verrous en vigueur dans ce qui tourne.",
        "The service and the card rooms: their users, and the locks in force in what runs.",
    ),
    checks=("users", "locks"),
    commands=(DOCTOR, same("systemd-analyze security pos-bridge.service")),
    spoilt_by=("room_user", "traced"),
)
MEMORY = partial(
    Requirement,
    asked=Words(
        "Par où la mémoire irait sur un disque : échange, hibernation, vidage d'un noyau; et qui écoute l'USB.",
        "How memory would get to a disk: swap, hibernation, a kernel's dump; and who listens to USB.",
    ),
    checks=("swap", "hibernation", "crash_dump", "usb_monitor"),
    commands=(DOCTOR, same("cat /proc/swaps")),
    spoilt_by=("core_dumps", "kernel_files", "surroundings", "swapped"),
)
KEYS = partial(
    Requirement,
    asked=Words(
        "Les clés et l'état du service, et quels utilisateurs de la machine les atteignent.",
        "The service's keys and state, and which users of the machine reach them.",
    ),
    checks=("key_file", "state_folder"),
    commands=(DOCTOR, same("ls -lR /etc/pos-bridge /var/lib/pos-bridge")),
    spoilt_by=("service_user", "native_folder", "native_socket"),
)
