"""Every sentence of `pos-bridge backup` and `restore` but their faults, in French and in English."""

from pos_bridge.words import Words

Said = Words

WORDS = {
    "made": Said(
        "Sauvegarde faite : {path}. Journal jusqu'à la ligne {rows}.", "Backup made: {path}. Journal up to row {rows}."
    ),
    "signer": Said(
        "Signée par {signer} : gardez ce nombre ailleurs qu'ici, il faut le dire pour restaurer sur une autre machine.",
        "Signed by {signer}: keep this number elsewhere; it has to be told to restore on another machine.",
    ),
    "forgotten": Said(
        "Trop vieilles, et enlevées : les parties avec des personnes de {count}.",
        "Too old, and taken away: parts with persons of {count}.",
    ),
    "persons_unread": Said(
        "Le coffre des personnes, ou la piste de vérification, ne peut pas être lu : le journal seul y est.",
        "The vault of persons, or the audit trail, cannot be read: this backup has the journal alone.",
    ),
    "age": Said("Dernière sauvegarde : {path}, il y a {age}.", "Newest backup: {path}, {age} ago."),
    "signed_well": Said(
        "Signature et empreintes justes. Sans --identity, elle n'a pas été ouverte.",
        "Signature and hashes hold. Without --identity it was not opened.",
    ),
    "drilled": Said(
        "Restaurée dans un dossier jetable, et vérifiée : journal jusqu'à la ligne {rows}.",
        "Restored into a throw-away folder, and verified: journal up to row {rows}.",
    ),
    "restored": Said(
        "Restauré dans {path} : journal jusqu'à la ligne {rows}, du {made}.",
        "Restored into {path}: journal up to row {rows}, of {made}.",
    ),
    "finished": Said(
        "La restauration interrompue est finie : {path}.", "The restore that was interrupted is finished: {path}."
    ),
    "persons": Said(
        "Les personnes sont là. Effacées depuis cette sauvegarde, et de nouveau maintenant : {erased}.",
        "The persons are there. Erased since that backup, and again now: {erased}.",
    ),
    "no_persons": Said("Sans personne.", "Without persons."),
    "trail_damaged": Said(
        "La piste de vérification n'est pas ce qui a été noté : dites-le à qui répond des personnes.",
        "The audit trail is not what was noted: tell whoever answers for the persons.",
    ),
    "now": Said(
        "Démarrez le service. Si la caisse a vendu après cette sauvegarde, le processeur le verra et aucune carte ne "
        "sera prise avant que quelqu'un tranche : « pos-bridge journal --unresolved ».",
        "Start the engine. If the till sold after that backup, the processor will see it, and no card is taken until "
        "somebody decides: `pos-bridge journal --unresolved`.",
    ),
}


def say(name: str, language: str, **values: object) -> str:
    return WORDS[name].to(language).format(**values)
