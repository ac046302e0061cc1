"""Why a backup was not made, or not brought back: a reason for each, and a line of it in both languages.

In a line stand paths, names of files and numbers of the shop's own, and in parentheses what the system says. Nothing of
a customer is at hand where one is raised.
"""

from enum import Enum

from pos_bridge.words import Words


class BackupFault(Enum):
    """Each says what to do, where it is not plain."""

    NOT_CONFIGURED = Words(
        "aucune section [backup] dans {file} (docs/backup-and-restore.md)",
        "no section [backup] in {file} (docs/backup-and-restore.md)",
    )
    NO_VAULT_RECIPIENT = Words(
        "backup.vault_recipient manque, et cette caisse garde des personnes : nommez la clé publique de qui en répond",
        "backup.vault_recipient is missing, and this till keeps people: name the public key of who answers for them",
    )
    RECIPIENT_UNFIT = Words(
        "{setting} n'est pas une clé publique age (age1...) : comparez-la avec celle de qui l'a faite",
        "{setting} is no public key of age (age1...): compare it with that of whoever made it",
    )
    FOLDER_ABSENT = Words(
        "backup.folder : {path} n'est pas un dossier; s'il est sur un autre disque, montez-le",
        "backup.folder: {path} is no folder; if it is on another disk, mount it",
    )
    FOLDER_INSIDE = Words(
        "backup.folder : {path} est dans le dossier d'état, qu'une panne emporterait avec ses sauvegardes",
        "backup.folder: {path} is inside the state folder, and would be lost with it",
    )
    NOT_WRITTEN = Words(
        "{path} n'a pas pu être écrit ({reason}) : voyez la place et les droits; rien n'a été changé à ce qui était là",
        "{path} could not be written ({reason}): look at the room and the rights; what was there is as it was",
    )
    BUSY = Words(
        "une autre sauvegarde ou restauration travaille sur {path}", "another backup or restore is at work on {path}"
    )
    NOTHING = Words(
        "{path} : aucun journal à sauvegarder; cette caisse n'a jamais démarré",
        "{path}: no journal to back up; this till never started",
    )
    JOURNAL_DAMAGED = Words(
        "le journal est endommagé ({file}) : « pos-bridge quarantine » le met de côté, puis recommencez",
        "the journal is damaged ({file}): `pos-bridge quarantine` sets it aside, then begin again",
    )
    JOURNAL_NEWER = Words(
        "le journal ({file}) est d'une version plus récente de pos-bridge : recommencez avec elle",
        "the journal ({file}) is of a newer version of pos-bridge: begin again with that version",
    )
    RESTLESS = Words(
        "les fichiers de {path} n'ont pas cessé de changer : recommencez",
        "the files of {path} did not stop changing: begin again",
    )
    # ---- bringing back ----
    NO_BACKUP = Words("{path} : aucune sauvegarde", "{path}: no backup")
    NO_MANIFEST = Words(
        "--from : nommez le manifeste d'une seule sauvegarde (till-...manifest)",
        "--from: name the manifest of one backup (till-...manifest)",
    )
    UNREADABLE = Words(
        "{path} ne peut pas être lu ({reason}) : est-il là, ou monté? Sinon, recommencez comme root",
        "{path} cannot be read ({reason}): is it there, or mounted? If so, do this again as root",
    )
    NOT_A_MANIFEST = Words(
        "{path} n'est pas un manifeste de cette version, ou il a été changé",
        "{path} is no manifest of this version, or it was changed",
    )
    SIGNER_UNKNOWN = Words(
        "signée par {signer}, et rien ici ne dit que c'est cette caisse : comparez avec ce que « pos-bridge backup » "
        "avait affiché, et donnez --signed-by",
        "signed by {signer}, and nothing here says that this is the till's key: compare it with what "
        "`pos-bridge backup` had printed, and give --signed-by",
    )
    SIGNER_OTHER = Words(
        "signée par {signer}, et non par la clé attendue : ce n'est pas une sauvegarde de cette caisse",
        "signed by {signer}, and not by the key that was expected: it is no backup of this till",
    )
    OTHER_TILL = Words(
        "c'est la sauvegarde de la caisse {number}; {file} dit {mine}",
        "it is the backup of till {number}; {file} says {mine}",
    )
    PART_MISSING = Words(
        "{name} manque : nommez-le avec --from, ou mettez-le à côté du manifeste",
        "{name} is missing: name it with --from, or put it beside the manifest",
    )
    PERSONS_MISSING = Words(
        "{name} manque (gardé 30 jours au plus) : sans lui, les personnes ne reviennent pas; pour restaurer le journal "
        "seul, ajoutez --without-persons",
        "{name} is missing (kept for 30 days at most): without it no person comes back; to restore the journal alone, "
        "add --without-persons",
    )
    PART_CHANGED = Words(
        "{name} n'est pas ce qui a été signé : abîmé, coupé ou changé; prenez une autre copie, ou une autre sauvegarde",
        "{name} is not what was signed: damaged, cut short or changed; take another copy, or another backup",
    )
    IDENTITY_UNFIT = Words(
        "--identity : {path} n'est pas une clé privée age (AGE-SECRET-KEY-1...)",
        "--identity: {path} is no private key of age (AGE-SECRET-KEY-1...)",
    )
    IDENTITY_OTHER = Words(
        "{name} n'est pas chiffré pour la clé donnée : le journal et les personnes ont chacun la leur (--identity peut "
        "être répété)",
        "{name} is not encrypted for the key given: the journal and the persons each have their own (--identity may be "
        "repeated)",
    )
    CONTENT_UNFIT = Words(
        "{name} ne contient pas ce qu'il devrait : prenez une autre sauvegarde",
        "{name} does not hold what it should: take another backup",
    )
    STATE_NOT_EMPTY = Words(
        "{path} n'est pas vide : une restauration n'écrase rien; arrêtez le service et mettez ce dossier de côté",
        "{path} is not empty: a restore writes over nothing; stop the engine and move that folder away",
    )
    LEDGER_MISSING = Words(
        "le registre des effacements n'est pas là : sans lui, des personnes effacées reviendraient; joignez "
        "identity.erasures_copy, ou donnez --erasures",
        "the ledger of erasures is not there: without it erased persons would come back; make identity.erasures_copy "
        "reachable, or give --erasures",
    )
    LEDGER_BEHIND = Words(
        "{path} n'est pas le registre des effacements à jour : il lui manque ce que la sauvegarde connaît, ou il a été "
        "changé",
        "{path} is not the current ledger of erasures: it lacks what the backup knows, or it was changed",
    )
    VAULT_KEY = Words(
        "identity.vault_key : {path} n'est pas la clé sous laquelle ces personnes sont chiffrées",
        "identity.vault_key: {path} is not the key that these persons are encrypted with",
    )


class BackupError(Exception):
    """`values` fill in the fault's line."""

    def __init__(self, fault: BackupFault, **values: object) -> None:
        self.fault = fault
        self._values = values
        super().__init__(self.to("en"))

    def to(self, language: str) -> str:
        return self.fault.value.to(language).format(**self._values)


def reason_of(error: OSError) -> str:
    return error.strerror or type(error).__name__
