"""Every sentence of `pos-bridge firewall`, in French and in English. They go to standard error, the rules to output."""

from pos_bridge.words import Words

WORDS = {
    "lost": Words(
        "{setting} : {host}:{port} ne mène à aucune adresse permise; rien n'y est ouvert. Voyez le nom, "
        "/etc/hosts et `network.dns`, puis recommencez.",
        "{setting}: {host}:{port} leads to no address that may be talked to; nothing is opened for it. Look at the "
        "name, /etc/hosts and `network.dns`, then do this again.",
    ),
    "no_user": Words(
        "L'utilisateur {user} n'existe pas sur cette machine : aucune règle ne le tient. Installez le paquet.",
        "There is no user {user} on this machine: no rule holds it. Install the package.",
    ),
    "nft": Words(
        "Le programme nft n'a pas pu : {reason}. Lancez ceci comme root; le paquet nftables est-il installé?",
        "The program nft could not: {reason}. Run this as root; is the package nftables installed?",
    ),
    "in_force": Words(
        "Les règles en vigueur sont celles de la configuration.", "The rules in force are the configuration's."
    ),
    "not_in_force": Words(
        "Aucune de ces règles n'est en vigueur. `pos-bridge firewall --load` les y met.",
        "None of these rules is in force. `pos-bridge firewall --load` puts them there.",
    ),
    "other_rules": Words(
        "D'autres règles sont en vigueur : la configuration, une adresse ou quelqu'un a changé. `pos-bridge firewall "
        "--load` remet celles de la configuration.",
        "Other rules are in force: the configuration, an address or somebody changed. `pos-bridge firewall --load` "
        "puts the configuration's back.",
    ),
    "kept": Words(
        "Les règles en vigueur restent, avec les adresses d'avant.",
        "The rules in force stay, with the addresses of before.",
    ),
    "loaded": Words("Les règles sont en vigueur.", "The rules are in force."),
    "not_counted": Words(
        "Les refus ne sont pas comptés ({reason}). Les règles sont-elles en vigueur?",
        "What is denied is not counted ({reason}). Are the rules in force?",
    ),
}
