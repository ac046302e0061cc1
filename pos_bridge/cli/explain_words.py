"""What each table and column of the journal says about a sale, in French and in English."""

from pos_bridge.cli.journal_words import Said

TABLES = {
    "chain": Said(
        "Dans le journal, le temps que veut la loi fiscale (environ 6 ans)",
        "In the journal, for as long as tax law asks (about 6 years)",
    ),
    "links": Said(
        "À côté, le temps d'un remboursement ou d'un litige (18 mois)",
        "Beside it, for the refund and dispute window (18 months)",
    ),
    "requests": Said(
        "À côté, 48 heures (ou jusqu'à ce que l'issue soit connue et que la caisse ait pris sa réponse)",
        "Beside it, for 48 hours (or until the outcome is known and the till has taken its answer)",
    ),
    "working": Said("À côté, jusqu'à ce que tout soit réglé", "Beside it, until all is settled"),
    "baskets": Said(
        "À côté, jusqu'à ce que la vente en plusieurs parties soit finie, puis 48 heures",
        "Beside it, until the sale in several parts is at its end, and then for 48 hours",
    ),
    "parts": Said("Avec elle", "With that"),
}

_DIGEST = Said(
    "des empreintes, qui ne disent rien sans ce qu'elles scellent", "digests, which tell nothing without what they seal"
)
_WHAT = Said(
    "si c'est une vente ou un remboursement, et par quel moyen", "whether it is a sale or a refund, and by which tender"
)
_TIMES = Said("les heures exactes de cette vente", "this sale's exact times")
_WHOLE = Said("une empreinte de la ligne, pour remarquer un dommage", "a hash of the row, so that damage is noticed")
_REFUND_OF = Said("quelle vente un remboursement rembourse", "which sale a refund is of")
_BASKET = Said(
    "une empreinte de la référence de la caisse, le total dû et ce qui en est payé ailleurs",
    "a keyed hash of the till's reference, the amount due, and what of it is paid elsewhere",
)
_PART = Said("que ceci est une partie d'une vente, et la quantième", "that this is a part of a sale, and which one")
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
    ("chain", "kind"): _WHAT,
    ("chain", "tender"): _WHAT,
    ("chain", "flow"): _WHAT,
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
    ("links", "sale_key"): _REFUND_OF,
    ("requests", "request"): _ASKED,
    ("requests", "content"): _ASKED,
    ("requests", "sale"): _ASKED,
    ("requests", "seal"): _ASKED,
    ("requests", "key"): _ASKED,
    ("requests", "void"): Said("si la demande a repris la vente", "whether the request took the sale back"),
    ("requests", "day"): Said("l'heure de la demande, sans les minutes", "the hour of the request, without minutes"),
    ("requests", "hour"): Said("l'heure de la demande, sans les minutes", "the hour of the request, without minutes"),
    ("working", "begun_day"): _TIMES,
    ("working", "begun_second"): _TIMES,
    ("working", "not_after_day"): _TIMES,
    ("working", "not_after_second"): _TIMES,
    ("working", "confirm_by_day"): _TIMES,
    ("working", "confirm_by_second"): _TIMES,
    ("working", "sale_key"): _REFUND_OF,
    ("working", "doubted"): Said(
        "si le processeur a changé de livres depuis", "whether the processor's books were replaced since"
    ),
    ("working", "seal"): _WHOLE,
    ("baskets", "reference"): _BASKET,
    ("baskets", "due"): _BASKET,
    ("baskets", "outside"): _BASKET,
    ("baskets", "cancelling"): Said("si elle est en train d'être annulée", "whether it is being cancelled"),
    ("baskets", "day"): Said("l'heure de sa dernière étape, sans les minutes", "the hour of its last step, no minutes"),
    ("baskets", "hour"): Said(
        "l'heure de sa dernière étape, sans les minutes", "the hour of its last step, no minutes"
    ),
    ("baskets", "seal"): _WHOLE,
    ("parts", "key"): _PART,
    ("parts", "reference"): _PART,
    ("parts", "place"): _PART,
    **{
        ("working", name): _AGAIN
        for name in (
            "key",
            "leg",
            "last",
            "state",
            "kind",
            "cents",
            "due",
            "flow",
            "partial",
            "approved",
            "cause",
            "commitment",
            "order_digest",
        )
    },
}
