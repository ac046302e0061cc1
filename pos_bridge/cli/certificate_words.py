"""Every sentence of `pos-bridge certificate`, in French and in English."""

from pos_bridge.cli.journal_words import Said

WORDS = {
    "authority_made": Said(
        "L'autorité du magasin est faite. Sa clé est dans {folder} et nulle part ailleurs : emportez-la et gardez-la "
        "sous clé. Il la faut pour les autres caisses et à chaque renouvellement. Qui l'a peut se faire passer pour ce "
        "service auprès des caisses qui font confiance à cette autorité; elle ne vaut pour aucun autre nom d'hôte.",
        "The store's authority is made. Its key is in {folder} and nowhere else: take it away and lock it up. It is "
        "needed for the other tills and at each renewal. Who has it can pose as this service to the tills that trust "
        "this authority; it is good for no other host's name.",
    ),
    "same_disk": Said(
        "Attention : {folder} est sur le disque de cette caisse. Déplacez la clé sur un support amovible et effacez-la "
        "ici.",
        "Beware: {folder} is on this till's own disk. Move the key to a removable medium and erase it here.",
    ),
    "leaf_made": Said(
        "Certificat de {name} jusqu'au {last} dans {path}.",
        "Certificate of {name} until {last} in {path}.",
    ),
    "copy": Said(
        "Donnez {path} à la caisse, comme seule autorité à laquelle son logiciel fait confiance ici; jamais au "
        "magasin de certificats du système.",
        "Give {path} to the till, as the one authority that its software trusts here; never to the system's "
        "trust store.",
    ),
    "taken": Said(
        "Le service le prend dans l'heure, ou aussitôt avec `systemctl reload pos-bridge` ; aucun paiement en cours "
        "n'est interrompu.",
        "The service takes it within the hour, or at once with `systemctl reload pos-bridge`; no running payment is "
        "interrupted.",
    ),
    "shown": Said(
        "{name}, jusqu'au {last} ({days} jours). Clé publique : {key}.",
        "{name}, until {last} ({days} days). Public key: {key}.",
    ),
    "authority_shown": Said(
        "Autorité : {path}, jusqu'au {last}. Empreinte SHA-256 : {print}.",
        "Authority: {path}, until {last}. SHA-256 fingerprint: {print}.",
    ),
    "no_authority_shown": Said(
        "Ce n'est pas {path} qui a fait ce certificat, ou ce fichier n'est pas là : les caisses doivent faire "
        "confiance à l'autorité qui l'a fait.",
        "{path} is not what made this certificate, or is not there: tills must trust the authority that made it.",
    ),
    "there_already": Said(
        "{folder} a déjà une autorité : `pos-bridge certificate renew` s'en sert. Rien n'a été changé.",
        "{folder} has an authority already: `pos-bridge certificate renew` uses it. Nothing was changed.",
    ),
    "no_folder": Said(
        "{folder} n'est pas un dossier. Branchez le support de la clé de l'autorité et nommez-le, puis recommencez.",
        "{folder} is no folder. Plug in the medium with the authority's key and name it, then begin again.",
    ),
    "not_usable": Said(
        "{path} n'est pas ce qu'il doit être, ou ne va pas avec l'autre fichier. Rien n'a été changé.",
        "{path} is not what it should be, or does not go with the other file. Nothing was changed.",
    ),
    "not_there": Said(
        "{path} ne peut pas être lu ou écrit ({reason}). Est-ce le bon support, et y a-t-il de la place? Puis "
        "recommencez.",
        "{path} cannot be read or written ({reason}). Is it the right medium, and is there room? Then begin again.",
    ),
    "ended": Said(
        "L'autorité dans {folder} est échue. Faites-en une autre ailleurs (`certificate new`) et donnez-la aux "
        "caisses.",
        "The authority in {folder} has ended. Make another elsewhere (`certificate new`) and give it to the tills.",
    ),
    "no_name": Said(
        "Le POIID {poiid} ne fait pas un nom que toute caisse accepte : écrivez dans [nexo] common_name = "
        '"MODELE-123456789.live.terminal.adyen.com" (docs/configuration.md).',
        "The POIID {poiid} makes no name that every client takes: write into [nexo] common_name = "
        '"MODEL-123456789.live.terminal.adyen.com" (docs/configuration.md).',
    ),
}
