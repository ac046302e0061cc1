"""Why the program does not start, or a configuration cannot be used: a code for each reason, and a line of it in both.

`docs/errors.md`, *At the start*, has each with what to do. In a line stand settings, paths and numbers of the shop's
own, and in parentheses what the system or a library says of them, as it says it.
"""

from enum import Enum

from pos_bridge.words import Words


class StartFault(Enum):
    """The code is the name in small letters."""

    # ---- the configuration ----
    CONFIG_UNREADABLE = Words(
        "{file}: ne peut pas être lu ({reason}); nommez la configuration avec --config, ou faites-en une (pos-bridge "
        "setup)",
        "{file}: cannot be read ({reason}); name the configuration with --config, or make one (pos-bridge setup)",
    )
    CONFIG_NOT_TOML = Words("{file}: ce n'est pas du TOML : {reason}", "{file}: not TOML: {reason}")
    SETTING_UNFIT = Words(
        "{file}: {setting}: ce réglage est inconnu, absent ou ne convient pas ({reason})",
        "{file}: {setting}: {reason}",
    )
    SECTION_UNFIT = Words(
        "{file}: une section est inconnue, absente ou ne convient pas ({reason})", "{file}: top level: {reason}"
    )
    READER_TWICE = Words(
        "{file}: reader.name: deux lecteurs ont le même nom", "{file}: reader.name: two readers have the same name"
    )
    PASSPHRASE_TWICE = Words(
        "{file}: nexo.passphrase: deux ont le même identifiant et la même version",
        "{file}: nexo.passphrase: two have the same identifier and version",
    )
    NO_TILL_COULD_ASK = Words(
        "{file}: nexo: api_key_file et passphrase manquent tous deux : aucune caisse ne pourrait rien demander",
        "{file}: nexo: api_key_file and passphrase are both missing: no till could ask anything",
    )
    NOT_A_CHIP_READER = Words(
        "{file}: reader {reader}: {setting}: seul un lecteur dont le pilote est {driver} en a un",
        "{file}: reader {reader}: {setting}: only a reader with driver {driver} has one",
    )
    READER_TYPES = Words(
        "{file}: reader {reader}: {setting}: {path} est un clavier, une console ou un autre appareil qui tape les "
        "cartes dans la fenêtre ouverte",
        "{file}: reader {reader}: {setting}: {path} is a keyboard, a console or another device that types cards into "
        "whatever window is open",
    )
    NO_TERMINAL_DATA = Words(
        "{file}: reader {reader}: card_room.emv manque : nommez le fichier des données du terminal (docs/readers.md)",
        "{file}: reader {reader}: card_room.emv is missing: name the file of the terminal's data (docs/readers.md)",
    )
    TERMINAL_DATA_UNFIT = Words(
        "{setting}: {path}: données du terminal inutilisables ({reason})", "{setting}: {path}: {reason}"
    )
    TERMINAL_DATA_UNCHECKED = Words(
        "{setting}: {path}: n'a pas pu être vérifié", "{setting}: {path}: could not be checked"
    )
    SOCKET_PATH_TOO_LONG = Words(
        "{file}: {setting}: le chemin d'une prise a au plus {most} octets",
        "{file}: {setting}: the path of a socket has at most {most} bytes",
    )
    ROOM_SOCKET_MISSING = Words(
        "{file}: {setting} manque : les lecteurs des deux genres ont leurs chambres des cartes de systemd",
        "{file}: {setting} is missing: readers of both kinds get rooms from systemd",
    )
    PCSCD_IN_UNIT = Words(
        "{file}: reader {reader}: pcscd: avec card_room.chip_socket, son unité le dit",
        "{file}: reader {reader}: pcscd: with card_room.chip_socket its unit says it",
    )
    NOT_A_DEVICE = Words(
        "{file}: {setting}.device: {path} n'est pas un appareil", "{file}: {setting}.device: {path} is not a device"
    )
    DEVICE_TWICE = Words(
        "{file}: {setting}.device: un autre réglage nomme cet appareil",
        "{file}: {setting}.device: another setting names that device",
    )
    ADDRESS_UNFIT = Words(
        "{file}: {setting}: une adresse est https://hôte[:port][/chemin], avec un port de 1 à 65535",
        "{file}: {setting}: an address is https://host[:port][/path], with a port of 1 to 65535",
    )
    NATIVE_NOWHERE = Words(
        "{file}: native: socket et port manquent tous deux : aucune caisse ne pourrait rien demander",
        "{file}: native: socket and port are both missing: no till could ask anything",
    )
    NATIVE_PORT_HALF = Words(
        "{file}: {setting} manque : un port demande certificate, key et clients, et eux un port",
        "{file}: {setting} is missing: a port needs certificate, key and clients, and they a port",
    )
    NATIVE_PORT_TAKEN = Words(
        "{file}: native.port est aussi nexo.port : chacun a le sien",
        "{file}: native.port is nexo.port too: each has one of its own",
    )
    PAGE_PAIR_HALF = Words(
        "{file}: {setting} manque : un certificat va avec sa clé, sans eux la page montre ceux de nexo",
        "{file}: {setting} is missing: a certificate goes with its key; without both the page shows those of nexo",
    )
    PAGE_PORT_TAKEN = Words(
        "{file}: page.port est aussi celui des caisses : chacun a le sien",
        "{file}: page.port is that of the tills too: each has one of its own",
    )
    VAULT_RECIPIENT_MISSING = Words(
        "{file}: backup.vault_recipient manque : une caisse qui garde des personnes les chiffre pour qui en répond",
        "{file}: backup.vault_recipient is missing: a till that keeps people encrypts them for who answers for them",
    )
    RECIPIENTS_ALIKE = Words(
        "{file}: backup: journal_recipient et vault_recipient sont la même clé : le journal et les personnes ont "
        "chacun la leur",
        "{file}: backup: journal_recipient and vault_recipient are the same key: the journal and the persons each have "
        "their own",
    )
    ENROLMENT_IN_TWO_FILES = Words(
        "{file}: enrolment: processor.certificate et processor.key doivent nommer un seul et même fichier, pas un "
        "justificatif de systemd : clé et certificat y sont remplacés d'un seul coup",
        "{file}: enrolment: processor.certificate and processor.key must name one and the same file, and no credential "
        "of systemd's: key and certificate are replaced in it in one step",
    )
    DNS_UNFIT = Words(
        "{file}: network.dns: chaque serveur de noms est une adresse IP",
        "{file}: network.dns: each name server is an IP address",
    )
    PRIVACY_OF_NOBODY = Words(
        "{file}: native.privacy_socket demande une section [identity] : sans elle, cette caisse ne garde personne",
        "{file}: native.privacy_socket needs a section [identity]: without it this till keeps nobody",
    )
    # ---- the files that it names ----
    FILE_CLOSED = Words(
        "{setting}: {path} ne s'ouvre pas à qui a lancé ceci; relancez-le comme root (sudo), ou donnez ce fichier au "
        "service si c'est lui (chown posb)",
        "{setting}: {path} is not open to whoever started this; run it again as root (sudo), or give the file to the "
        "service if it is the service (chown posb)",
    )
    FILE_UNUSABLE = Words(
        "{file}: {setting}: {path} est inutilisable ({reason})", "{file}: {setting}: {path} cannot be used ({reason})"
    )
    NOT_A_FILE = Words("{file}: {setting}: {path} n'est pas un fichier", "{file}: {setting}: {path} is not a file")
    PRIVACY_BESIDE_TILLS = Words(
        "{file}: {setting}: {path} est aussi le dossier de native.socket : les caisses y entreraient",
        "{file}: {setting}: {path} is the folder of native.socket too: tills would get in",
    )
    PRIVACY_GROUP_OF_TILLS = Words(
        "{file}: {setting}: {path} est du même groupe que le dossier de native.socket : les caisses y entreraient",
        "{file}: {setting}: {path} is of the same group as the folder of native.socket: tills would get in",
    )
    NOT_A_FOLDER = Words("{file}: {setting}: {path} n'est pas un dossier", "{file}: {setting}: {path} is not a folder")
    SECRET_IS_OPEN = Words(
        "{file}: {setting}: {path} est lisible par d'autres; rendez-le privé : chmod 600 {path}",
        "{file}: {setting}: {path} can be read by others; make it private: chmod 600 {path}",
    )
    CHANGEABLE_BY_OTHERS = Words(
        "{file}: {setting}: {path} peut être changé par d'autres; corrigez : chmod go-w {path}",
        "{file}: {setting}: {path} can be changed by others; mend it: chmod go-w {path}",
    )
    VAULT_KEY_LENGTH = Words(
        "{file}: identity.vault_key: {path} doit avoir exactement {length} octets tirés au hasard",
        "{file}: identity.vault_key: {path} must hold exactly {length} random bytes",
    )
    CONTENT_UNREADABLE = Words(
        "{setting}: {path} ne peut pas être lu ({reason})", "{setting}: {path} cannot be read ({reason})"
    )
    NOT_PEM = Words(
        "{setting}: {path} n'est pas le fichier PEM attendu", "{setting}: {path} is not the PEM file it should be"
    )
    NOT_A_PAIR = Words(
        "{setting}: {path} n'est pas la clé privée de {certificate}",
        "{setting}: {path} is not the private key of {certificate}",
    )
    NOT_ED25519 = Words("{setting}: {path} n'est pas une clé Ed25519", "{setting}: {path} is not an Ed25519 key")
    API_KEY_UNFIT = Words(
        "{setting}: {path} doit tenir en une ligne de {least} à {most} caractères ASCII sans espace",
        "{setting}: {path} must hold one line of {least} to {most} ASCII characters without spaces",
    )
    PASSPHRASE_UNFIT = Words(
        "{setting}: {path} doit tenir en une ligne de {least} à {most} caractères ASCII imprimables",
        "{setting}: {path} must hold one line of {least} to {most} printable ASCII characters",
    )
    PASSPHRASE_SPACED = Words(
        "{setting}: {path} commence ou finit par une espace, qu'une caisse n'accepte pas : ôtez-la",
        "{setting}: {path} begins or ends with a space, which a till's settings may not: take it away",
    )
    PASSPHRASE_SHARED = Words(
        "{setting}: {path} contient la phrase secrète d'une autre entrée : chacune a la sienne",
        "{setting}: {path} holds the passphrase of another entry: each has one of its own",
    )
    TOKEN_OF_A_TILL = Words(
        "{setting}: {path} contient la clé d'API ou la phrase secrète d'une caisse : un moniteur a un secret à lui",
        "{setting}: {path} holds the API key or the passphrase of a till: a monitor has a secret of its own",
    )
    ENROLMENT_SECRET_EMPTY = Words(
        "{setting}: {path} est vide : tirez-le au hasard", "{setting}: {path} is empty: fill it at random"
    )
    CERTIFICATE_ENDED = Words("{setting}: {path} est échu depuis le {day}", "{setting}: {path} ended on {day}")
    TRUST_UNFIT = Words(
        "{setting}: {path} doit avoir deux lignes : root et 64 chiffres hexadécimaux, lowest-epoch et un nombre; une "
        "autre ligne root, différente, tant que le processeur change de racine",
        "{setting}: {path} must have two lines: root and 64 hexadecimal digits, lowest-epoch and a number; another "
        "root line, not the same, while the processor changes its root",
    )
    # ---- the engine ----
    LOG_UNWRITABLE = Words(
        "log.file: {path} ne peut pas être écrit ({reason})", "log.file: {path} cannot be written ({reason})"
    )
    READER_UNFIT = Words(
        "reader {reader}: ce lecteur ne convient pas ({reason})", "reader {reader}: this reader does not fit ({reason})"
    )
    ALREADY_RUNNING = Words(
        "un autre pos-bridge tourne sur {state} : arrêtez-le d'abord, ou donnez à cette caisse un state_dir à elle",
        "another pos-bridge runs on {state}: stop it first, or give this till a state_dir of its own",
    )
    RESTORE_UNFINISHED = Words(
        "{state} : une restauration n'est pas finie; relancez « pos-bridge restore »",
        "{state}: a restore did not come to its end; run `pos-bridge restore` again",
    )
    JOURNAL_DAMAGED = Words(
        "fichier du journal {place} : endommagé ({reason}); pour le garder comme preuve et continuer avec un neuf : "
        "pos-bridge quarantine --config {file}",
        "journal file {place}: damaged ({reason}); to keep it as evidence and go on with a new file: "
        "pos-bridge quarantine --config {file}",
    )
    JOURNAL_NEWER = Words(
        "fichier du journal {path} : écrit par une version plus récente de pos-bridge; réinstallez-la, rien n'est "
        "perdu",
        "journal file {path}: written by a newer version of pos-bridge; install that version again, nothing is lost",
    )
    JOURNAL_UNWRITABLE = Words(
        "{path} ne peut pas être écrit : le disque est-il plein, ou en lecture seule?",
        "{path} cannot be written: is the disk full or read-only?",
    )
    VAULT_KEY_UNUSABLE = Words(
        "identity.vault_key {path} ne peut pas être lu ou utilisé", "identity.vault_key {path} cannot be read or used"
    )
    PAIR_CHANGED = Words(
        "{setting}: {path} n'est plus la clé privée de {certificate}",
        "{setting}: {path} is no longer the private key of {certificate}",
    )
    PORT_UNUSABLE = Words("{setting} {port} est inutilisable ({reason})", "{setting} {port} cannot be used ({reason})")
    HANDED_UNFIT = Words(
        "la prise {name} reçue de systemd ne convient pas : {reason}",
        "the socket {name} that systemd handed over does not fit: {reason}",
    )
    SOCKET_UNUSABLE = Words(
        "{setting}: {path} est inutilisable ({reason})", "{setting}: {path} cannot be used ({reason})"
    )
    SOCKET_TAKEN = Words(
        "{setting}: {path} : un autre programme y écoute, ou ce n'est pas une prise",
        "{setting}: {path}: another program listens there, or it is no socket",
    )
    SECRET_UNUSABLE = Words("{path} ne peut pas être lu ou créé ({reason})", "{path} cannot be read or made ({reason})")
    SECRET_LENGTH = Words(
        "{path} n'a pas {length} octets : remettez-le depuis une sauvegarde",
        "{path} does not hold {length} bytes: restore it from a backup",
    )

    @property
    def code(self) -> str:
        return self.name.lower()


class StartError(Exception):
    """`values` fill in the fault's line; one that is Words is said in its language.

    Nothing of a customer or a card is at hand where one is raised.
    """

    def __init__(self, fault: StartFault, **values: object) -> None:
        self.fault = fault
        self._values = values
        super().__init__(self._line("en"))

    def to(self, language: str) -> str:
        """One line: the code in brackets, then what is wrong and where."""
        return f"[{self.fault.code}] {self._line(language)}"

    def _line(self, language: str) -> str:
        said = {name: value.to(language) for name, value in self._values.items() if isinstance(value, Words)}
        return self.fault.value.to(language).format(**(self._values | said))


class CannotStartError(StartError):
    """Why the engine does not start: one line that says what to do."""
