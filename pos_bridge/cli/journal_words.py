"""Every sentence of the journal's commands, in French and in English. A sentence that lacks one fails a test."""

from typing import NamedTuple

from pos_bridge.domain.leg import Cause, State, Tender


class Said(NamedTuple):
    fr: str
    en: str

    def to(self, language: str) -> str:
        return self.fr if language == "fr" else self.en


LANGUAGES = ("fr", "en")

WORDS = {
    "day": Said("jour", "day"),
    "hour": Said("heure", "hour"),
    "tender": Said("moyen", "tender"),
    "amount": Said("montant", "amount"),
    "due": Said("payé comptant", "cash paid"),
    "outcome": Said("résultat", "outcome"),
    "key": Said("clé (sur le reçu)", "key (on the receipt)"),
    "no_sales": Said("Aucune vente enregistrée.", "No sales recorded."),
    "nothing_unresolved": Said("Rien à régler.", "Nothing unresolved."),
    "no_journal": Said("Aucun journal dans {folder}.", "There is no journal in {folder}."),
    "bad_month": Said("Un mois s'écrit AAAA-MM.", "A month is written YYYY-MM."),
    "unreadable": Said(
        "Le journal ne peut pas être lu : essayez `pos-bridge journal --verify`.",
        "The journal cannot be read: try `pos-bridge journal --verify`.",
    ),
    "sound": Said(
        "{file} : intact ; lignes : {rows} ; dernier numéro : {last}.",
        "{file}: sound; rows: {rows}; last number: {last}.",
    ),
    "damaged": Said("{file} : ENDOMMAGÉ ({place}).", "{file}: DAMAGED ({place})."),
    "at_row": Said("ligne {row}", "row {row}"),
    "no_row": Said("à côté des lignes", "beside the rows"),
    "set_it_aside": Said(
        "`pos-bridge quarantine` le met de côté, et la caisse repart.",
        "`pos-bridge quarantine` sets it aside, and the till goes on.",
    ),
    "told_no": Said(" ; réponse jamais reçue par la caisse", "; answer never collected by the till"),
    # ---- quarantine ----
    "is_sound": Said(
        "Le journal est intact : rien n'a été mis de côté.", "The journal is sound: nothing was set aside."
    ),
    "is_busy": Said("pos-bridge est en marche : arrêtez-le d'abord.", "pos-bridge is running: stop it first."),
    "cannot_write": Said("Le dossier du journal ne peut pas être écrit.", "The journal's folder cannot be written."),
    "set_aside": Said(
        "Mis de côté, entier, dans {folder}/quarantine : {files}.", "Set aside, whole, in {folder}/quarantine: {files}."
    ),
    "carried": Said(
        "Ventes non réglées transmises à la reprise : {count}.", "Unsettled sales handed on to recovery: {count}."
    ),
    "lost": Said(
        "Ventes non réglées dont la clé est illisible : {count}. Demandez au processeur la liste des siennes.",
        "Unsettled sales whose key cannot be read: {count}. Ask the processor for its list.",
    ),
    "goes_on": Said("La caisse peut redémarrer.", "The till can be started again."),
    # ---- explain ----
    "no_such_sale": Said("Aucune vente de ce nom n'est enregistrée ici.", "No sale of that name is recorded here."),
    "sale": Said("Vente {key}", "Sale {key}"),
    "forgotten_key": Said("(lien effacé)", "(link erased)"),
    "where_when": Said(
        "Caisse {till}, le {day}, entre {hour} h et {next} h.",
        "Till {till}, on {day}, between {hour}:00 and {next}:00.",
    ),
    "what": Said("{tender}, {amount} : {outcome}.", "{tender}, {amount}: {outcome}."),
    "what_cash": Said(
        "{tender}, {amount}, arrondi à {due} : {outcome}.", "{tender}, {amount}, rounded to {due}: {outcome}."
    ),
    "why": Said("Pourquoi : {cause}.", "Why: {cause}."),
    "kept": Said("Ce qui est gardé de cette vente", "What is kept about this sale"),
    "not_kept": Said("Ce qui n'est pas gardé", "What is not kept"),
    "not_kept_card": Said(
        "Le numéro de la carte, même en partie ; sa piste, sa date, le nom qu'elle porte ; le code d'autorisation ; "
        "le nom des articles.",
        "The card number, not even a part of it; its track, its date, the name on it; the authorisation code; "
        "the names of the articles.",
    ),
    "not_kept_cash": Said(
        "Le nom des articles ; ce que vous avez remis et la monnaie rendue.",
        "The names of the articles; what you handed over and the change.",
    ),
    "not_kept_minute": Said("La minute de la vente.", "The minute of the sale."),
    "not_kept_ever": Said(
        "Aucun nom, aucune adresse, aucun courriel, aucun téléphone, aucun texte libre : aucune colonne n'en accepte.",
        "No name, address, e-mail, telephone or free text: no column takes any.",
    ),
    "about_you": Said("Sur vous : rien.", "About you: nothing."),
    "about_you_chouchous": Said(
        "Sur vous : votre numéro Chouchous, parce que vous l'avez demandé.",
        "About you: your Chouchous number, because you asked.",
    ),
    "about_you_delivery": Said(
        "Sur vous : votre numéro de commande, pour la livraison à domicile, parce que vous l'avez demandé.",
        "About you: your order number, for home delivery, because you asked.",
    ),
    "about_you_both": Said(
        "Sur vous : votre numéro Chouchous, et votre numéro de commande pour la livraison à domicile, parce que vous "
        "l'avez demandé.",
        "About you: your Chouchous number, and your order number for home delivery, because you asked.",
    ),
    "vault_chouchous": Said(
        "Le numéro Chouchous est dans le coffre de cette caisse, chiffré, jusqu'à ce que vous retiriez votre accord ; "
        "le lien avec cette vente n'est nulle part ailleurs.",
        "The Chouchous number is in this till's vault, encrypted, until you withdraw your consent; the link to this "
        "sale is nowhere else.",
    ),
    "vault_delivery": Said(
        "Le numéro de commande est dans le coffre de cette caisse, chiffré, jusqu'à la livraison et à la fin du délai "
        "de retour ; le lien avec cette vente n'est nulle part ailleurs.",
        "The order number is in this till's vault, encrypted, until the delivery and the end of the return window; the "
        "link to this sale is nowhere else.",
    ),
    "about_you_unreadable": Said(
        "Sur vous : on ne peut pas le dire, le coffre ne peut pas être lu. Vérifiez le disque et identity.vault_key.",
        "About you: cannot be told, the vault cannot be read. Look at the disk and at identity.vault_key.",
    ),
    "unaccounted": Said(
        "Attention : ce fichier contient des colonnes que cette version ne connaît pas : {columns}.",
        "Careful: this file has columns that this version does not know: {columns}.",
    ),
    "others_card": Said(
        "Votre banque, le processeur et le logiciel de caisse du magasin gardent leurs propres traces.",
        "Your bank, the processor and the shop's till software keep their own records.",
    ),
    "others_cash": Said(
        "Le logiciel de caisse du magasin garde ses propres traces.", "The shop's till software keeps its own records."
    ),
    "answer_kept": Said(
        "La réponse donnée à la caisse, chiffrée, 48 heures ; sa clé est détruite avant 72 heures.",
        "The answer given to the till, encrypted, for 48 hours; its key is destroyed by 72 hours.",
    ),
}

TABLES = {
    "chain": Said(
        "Dans le journal, le temps que veut la loi fiscale (environ 6 ans)",
        "In the journal, for as long as tax law asks (about 6 years)",
    ),
    "links": Said(
        "À côté, le temps d'un remboursement ou d'un litige (18 mois)",
        "Beside it, for the refund and dispute window (18 months)",
    ),
    "requests": Said("À côté, 48 heures", "Beside it, for 48 hours"),
    "working": Said("À côté, jusqu'à ce que la vente soit réglée", "Beside it, until the sale is settled"),
}

_DIGEST = Said(
    "des empreintes, qui ne disent rien sans ce qu'elles scellent", "digests, which tell nothing without what they seal"
)
_TIMES = Said("les heures exactes de cette vente", "this sale's exact times")
_ASKED = Said("des empreintes de la demande de la caisse", "keyed hashes of the till's request")
_LINK = Said(
    "la clé du reçu et le hasard qui relie la vente au processeur",
    "the receipt's key, and the random salt that ties the sale to the processor",
)
_AGAIN = Said("ce que le journal en dit, pour la reprise", "what the journal says of it, for recovery")

COLUMNS = {
    ("chain", "sequence"): Said("son numéro d'ordre et ses étapes", "its number and its steps"),
    ("chain", "step"): Said("son numéro d'ordre et ses étapes", "its number and its steps"),
    ("chain", "cause"): Said("son numéro d'ordre et ses étapes", "its number and its steps"),
    ("chain", "leg"): Said("un nom tiré au hasard", "a name drawn at random"),
    ("chain", "kind"): Said("que c'est une vente, et par quel moyen", "that it is a sale, and by which tender"),
    ("chain", "tender"): Said("que c'est une vente, et par quel moyen", "that it is a sale, and by which tender"),
    ("chain", "flow"): Said("que c'est une vente, et par quel moyen", "that it is a sale, and by which tender"),
    ("chain", "cents"): Said("les montants", "the amounts"),
    ("chain", "due"): Said("les montants", "the amounts"),
    ("chain", "approved"): Said("les montants", "the amounts"),
    ("chain", "partial"): Said("les montants", "the amounts"),
    ("chain", "day"): Said("le jour et l'heure, sans les minutes", "the day and the hour, without minutes"),
    ("chain", "hour"): Said("le jour et l'heure, sans les minutes", "the day and the hour, without minutes"),
    ("chain", "till"): Said("le numéro de la caisse", "the till's number"),
    ("chain", "commitment"): _DIGEST,
    ("chain", "order_digest"): _DIGEST,
    ("chain", "payment_digest"): _DIGEST,
    ("chain", "signature"): _DIGEST,
    ("chain", "hash"): _DIGEST,
    ("links", "key"): _LINK,
    ("links", "leg"): _LINK,
    ("links", "salts"): _LINK,
    ("links", "last"): _LINK,
    ("links", "told"): Said("si la caisse a reçu sa réponse", "whether the till has its answer"),
    ("requests", "request"): _ASKED,
    ("requests", "content"): _ASKED,
    ("requests", "sale"): _ASKED,
    ("requests", "seal"): _ASKED,
    ("requests", "key"): _ASKED,
    ("requests", "day"): Said("l'heure de la demande, sans les minutes", "the hour of the request, without minutes"),
    ("requests", "hour"): Said("l'heure de la demande, sans les minutes", "the hour of the request, without minutes"),
    ("working", "begun_day"): _TIMES,
    ("working", "begun_second"): _TIMES,
    ("working", "not_after_day"): _TIMES,
    ("working", "not_after_second"): _TIMES,
    **{
        ("working", name): _AGAIN
        for name in (
            "key",
            "leg",
            "last",
            "state",
            "cents",
            "flow",
            "partial",
            "approved",
            "cause",
            "commitment",
            "order_digest",
        )
    },
}

TENDERS = {Tender.CARD: Said("carte", "card"), Tender.CASH: Said("comptant", "cash")}

STATES = {
    State.INTENT: Said("en cours", "in progress"),
    State.SENDING: Said("en cours", "in progress"),
    State.DECLINED: Said("refusée", "declined"),
    State.ENDED: Said("non payée", "not paid"),
    State.CAPTURING: Said("approuvée", "approved"),
    State.CAPTURED: Said("payée", "paid"),
    State.CAPTURE_LOST: Said("approuvée, jamais encaissée", "approved, never captured"),
    State.REVERSING: Said("annulation en cours", "being reversed"),
    State.REVERSED: Said("annulée", "reversed"),
    State.UNRESOLVED: Said("à régler par une personne", "a person must decide"),
    State.CASH_TAKEN: Said("payée", "paid"),
}

CAUSES = {
    Cause.ABORTED: Said("retirée par la caisse", "withdrawn by the till"),
    Cause.NO_CARD: Said("aucune carte présentée", "no card presented"),
    Cause.UNREADABLE: Said("carte illisible", "card could not be read"),
    Cause.CHIP_REQUIRED: Said("carte à puce, que ce lecteur ne lit pas", "chip card, which this reader does not read"),
    Cause.NOT_A_BANK_CARD: Said("pas une carte bancaire", "not a bank card"),
    Cause.READER: Said("lecteur absent ou bloqué", "reader absent or stalled"),
    Cause.ROOM: Said("la lecture protégée de la carte a échoué", "the protected reading of the card failed"),
    Cause.UNREACHABLE: Said("processeur injoignable, rien n'a été envoyé", "processor not reached, nothing was sent"),
    Cause.STOPPED: Said("arrêt de la caisse", "the till was stopped"),
    Cause.ISSUER: Said("refus de la banque", "declined by the bank"),
    Cause.PROCESSOR: Said("refus du processeur", "refused by the processor"),
    Cause.LATE: Said("arrivée trop tard au processeur", "reached the processor too late"),
    Cause.NO_ANSWER: Said("aucune réponse du processeur", "no answer from the processor"),
    Cause.WRONG_ANSWER: Said("réponse à une autre question", "an answer to another question"),
    Cause.UNRECORDED: Said("l'approbation n'a pas pu être enregistrée", "the approval could not be recorded"),
    Cause.RECOVERED: Said("trouvée ouverte au redémarrage", "found open at start"),
    Cause.TOMBSTONED: Said("jamais vue par le processeur", "never seen by the processor"),
    Cause.WAS_DECLINED: Said("avait été refusée", "had been declined"),
    Cause.TOO_LATE: Said("déjà réglée au moment d'annuler", "already settled when reversed"),
    Cause.CARD_NEEDED: Said("l'annulation demande la carte", "the reversal needs the card"),
}


def say(name: str, language: str, **values: object) -> str:
    return WORDS[name].to(language).format(**values)


def money(cents: int, language: str) -> str:
    """12,34 $ or $12.34."""
    whole, part = divmod(cents, 100)
    return f"{whole},{part:02} $" if language == "fr" else f"${whole}.{part:02}"
