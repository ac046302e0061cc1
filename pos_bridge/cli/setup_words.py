"""Every sentence of `pos-bridge setup`, in French and in English."""

from pos_bridge.cli.journal_words import Said

QUESTIONS = {
    "poiid": Said("POIID de la caisse (modèle-série)", "POIID of the till (model-serial)"),
    "number": Said("Numéro de la caisse, 1 à 999", "Number of the till, 1 to 999"),
    "language": Said("Langue : fr ou en", "Language: fr or en"),
    "processor": Said("Adresse du processeur, hôte:port", "Address of the processor, host:port"),
    "server_name": Said("Nom dans le certificat du processeur", "Name in the processor's certificate"),
    "merchant_id": Said("Numéro de commerçant", "Merchant number"),
    "root": Said(
        "Clé racine du processeur (64 chiffres hexadécimaux)", "The processor's root key (64 hexadecimal digits)"
    ),
    "enrolment": Said(
        "Adresse du serveur d'inscription, https://… (vide : par fichier)",
        "Address of the enrolment server, https://… (empty: by file)",
    ),
    "enrolment_ca": Said(
        "Fichier de l'autorité du serveur d'inscription (vide : celle du processeur)",
        "File of the enrolment server's authority (empty: the processor's)",
    ),
    "driver": Said("Pilote du lecteur", "Driver of the reader"),
    "device": Said("Appareil du lecteur", "Device of the reader"),
    "another": Said("Pilote d'un autre lecteur (vide : aucun)", "Driver of another reader (empty: none)"),
    "programme": Said("Programme de fidélité (vide : aucun)", "Loyalty programme (empty: none)"),
}

WORDS = {
    "unfit": Said("Cela ne convient pas : {question}.", "That does not fit: {question}."),
    "answers_unreadable": Said(
        "{path} n'est pas un fichier de réponses (TOML, textes et nombres) : {reason}. Rien n'a été écrit.",
        "{path} is no file of answers (TOML, texts and numbers): {reason}. Nothing was written.",
    ),
    "unknown": Said(
        "{path} : {name} n'est pas une question. Rien n'a été écrit.",
        "{path}: {name} is no question. Nothing was written.",
    ),
    "not_answered": Said(
        "Sans réponse, ou elle ne convient pas : {question} ({name}). Rien n'a été écrit.",
        "Not answered, or it does not fit: {question} ({name}). Nothing was written.",
    ),
    "nobody": Said(
        "Personne n'a répondu à toutes les questions. Rien n'a été écrit.",
        "Nobody answered all questions. Nothing was written.",
    ),
    "kept": Said("{path} est là et reste comme il est.", "{path} is there and stays as it is."),
    "made": Said("{path} est fait.", "{path} is made."),
    "failed": Said(
        "{path} ne peut pas être lu ou écrit ({reason}). Ce qui était là est intact; corrigez, puis recommencez.",
        "{path} cannot be read or written ({reason}). What was there is intact; mend it, then begin again.",
    ),
    "no_processor_ca": Said(
        "Il manque {path} : le serveur d'inscription a une autorité à lui (enrolment.ca), et ne dit donc rien de celle "
        "du processeur. Demandez-la au processeur, puis recommencez. Le jeton n'a pas été envoyé.",
        "{path} is missing: the enrolment server has an authority of its own (enrolment.ca), so it says nothing of the "
        "processor's. Ask the processor for it, then begin again. The token was not sent.",
    ),
    "no_authority": Said(
        "Il manque {path} : donnez --authority DOSSIER, où est la clé de l'autorité du magasin, ou un dossier vide "
        "pour en faire une.",
        "{path} is missing: give --authority FOLDER, where the store's authority's key is, or an empty folder to make "
        "one.",
    ),
    "no_pair": Said(
        "Il manque {path} : demandez un jeton au processeur, puis `pos-bridge enrol`, ou par fichier `pos-bridge "
        "enrol --csr FICHIER`. Ensuite `pos-bridge check`.",
        "{path} is missing: ask the processor for a token, then `pos-bridge enrol`; or by file, `pos-bridge enrol "
        "--csr FILE`. Then `pos-bridge check`.",
    ),
    "register": Said(
        "Donnez au processeur la clé publique de cette caisse, {name} : {key}",
        "Give the processor the public key of this till, {name}: {key}",
    ),
    "api_key": Said(
        "La clé d'API pour le logiciel de caisse est dans {path}.",
        "The API key for the till's software is in {path}.",
    ),
}
