"""What is kept about a sale, and about whom, as a customer is told it, in both languages.

Each table and column of the journal has its phrase; the rest is what stands around them.
"""

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.words import Words

KEPT = {
    "kept": Words("Ce qui est gardé de cette vente", "What is kept about this sale"),
    "not_kept": Words("Ce qui n'est pas gardé", "What is not kept"),
    "not_kept_card": Words(
        "Le numéro de la carte, même en partie; sa piste, sa date, le nom qu'elle porte; le code d'autorisation; "
        "le nom des articles.",
        "The card number, not even a part of it; its track, its date, the name on it; the authorisation code; "
        "the names of the articles.",
    ),
    "not_kept_cash": Words(
        "Le nom des articles; ce que vous avez remis et la monnaie rendue.",
        "The names of the articles; what you handed over and the change.",
    ),
    "not_kept_minute": Words("La minute de la vente.", "The minute of the sale."),
    "not_kept_ever": Words(
        "Aucun nom, aucune adresse, aucun courriel, aucun téléphone, aucun texte libre : aucune colonne n'en accepte.",
        "No name, address, e-mail, telephone or free text: no column takes any.",
    ),
    "about_you": Words("Sur vous : rien.", "About you: nothing."),
    "about_you_chouchous": Words(
        "Sur vous : votre numéro Chouchous, parce que vous l'avez demandé.",
        "About you: your Chouchous number, because you asked.",
    ),
    "about_you_delivery": Words(
        "Sur vous : votre numéro de commande, pour la livraison à domicile, parce que vous l'avez demandé.",
        "About you: your order number, for home delivery, because you asked.",
    ),
    "about_you_both": Words(
        "Sur vous : votre numéro Chouchous, et votre numéro de commande pour la livraison à domicile, parce que vous "
        "l'avez demandé.",
        "About you: your Chouchous number, and your order number for home delivery, because you asked.",
    ),
    "vault_chouchous": Words(
        "Le numéro Chouchous est dans le coffre de cette caisse, chiffré, jusqu'à ce que vous retiriez votre accord; "
        "le lien avec cette vente n'est nulle part ailleurs.",
        "The Chouchous number is in this till's vault, encrypted, until you withdraw your consent; the link to this "
        "sale is nowhere else.",
    ),
    "vault_delivery": Words(
        "Le numéro de commande est dans le coffre de cette caisse, chiffré, jusqu'à la livraison et à la fin du délai "
        "de retour; le lien avec cette vente n'est nulle part ailleurs.",
        "The order number is in this till's vault, encrypted, until the delivery and the end of the return window; the "
        "link to this sale is nowhere else.",
    ),
    "about_you_unreadable": Words(
        "Sur vous : on ne peut pas le dire, le coffre ne peut pas être lu. Vérifiez le disque et identity.vault_key.",
        "About you: cannot be told, the vault cannot be read. Look at the disk and at identity.vault_key.",
    ),
    "about_you_not_now": Words(
        "Sur vous : on ne peut pas le dire maintenant, le coffre ne répond pas. Redemandez-le plus tard.",
        "About you: cannot be told now, the vault does not answer. Ask again later.",
    ),
    "others_card": Words(
        "Votre banque, le processeur et le logiciel de caisse du magasin gardent leurs propres traces.",
        "Your bank, the processor and the shop's till software keep their own records.",
    ),
    "others_cash": Words(
        "Le logiciel de caisse du magasin garde ses propres traces.", "The shop's till software keeps its own records."
    ),
    "answer_kept": Words(
        "La réponse donnée à la caisse, chiffrée, 48 heures; sa clé est détruite avant 72 heures.",
        "The answer given to the till, encrypted, for 48 hours; its key is destroyed by 72 hours.",
    ),
    "no_such_sale": Words("Aucune vente de ce nom n'est enregistrée ici.", "No sale of that name is recorded here."),
    "sale": Words("Vente {key}", "Sale {key}"),
    "refund": Words("Remboursement {key}", "Refund {key}"),
    "of_sale": Words("De la vente {key}.", "Of the sale {key}."),
}

# Of whom something is kept with a sale: what is said, then where it is.
ABOUT_YOU = {
    frozenset[ChoiceKind](): ("about_you",),
    frozenset({ChoiceKind.CHOUCHOUS}): ("about_you_chouchous", "vault_chouchous"),
    frozenset({ChoiceKind.HOME_DELIVERY}): ("about_you_delivery", "vault_delivery"),
    frozenset(ChoiceKind): ("about_you_both", "vault_chouchous", "vault_delivery"),
}

TABLES = {
    "chain": Words(
        "Dans le journal, le temps que veut la loi fiscale (environ 6 ans)",
        "In the journal, for as long as tax law asks (about 6 years)",
    ),
    "links": Words(
        "À côté, le temps d'un remboursement ou d'un litige (18 mois)",
        "Beside it, for the refund and dispute window (18 months)",
    ),
    "requests": Words(
        "À côté, 48 heures (ou jusqu'à ce que l'issue soit connue et que la caisse ait pris sa réponse)",
        "Beside it, for 48 hours (or until the outcome is known and the till has taken its answer)",
    ),
    "working": Words("À côté, jusqu'à ce que tout soit réglé", "Beside it, until all is settled"),
    "baskets": Words(
        "À côté, jusqu'à ce que la vente en plusieurs parties soit finie, puis 48 heures",
        "Beside it, until the sale in several parts is at its end, and then for 48 hours",
    ),
    "parts": Words("Avec elle", "With that"),
}

_DIGEST = Words(
    "des empreintes, qui ne disent rien sans ce qu'elles scellent", "digests, which tell nothing without what they seal"
)
_WHAT = Words(
    "si c'est une vente ou un remboursement, et par quel moyen", "whether it is a sale or a refund, and by which tender"
)
_TIMES = Words("les heures exactes de cette vente", "this sale's exact times")
_WHOLE = Words("une empreinte de la ligne, pour remarquer un dommage", "a hash of the row, so that damage is noticed")
_REFUND_OF = Words("quelle vente un remboursement rembourse", "which sale a refund is of")
_BASKET = Words(
    "une empreinte de la référence de la caisse, le total dû et ce qui en est payé ailleurs",
    "a keyed hash of the till's reference, the amount due, and what of it is paid elsewhere",
)
_PART = Words("que ceci est une partie d'une vente, et la quantième", "that this is a part of a sale, and which one")
_ASKED = Words("des empreintes de la demande de la caisse", "keyed hashes of the till's request")
_LINK = Words(
    "la clé du reçu et le hasard qui relie la vente au processeur",
    "the receipt's key, and the random salt that ties the sale to the processor",
)
_AGAIN = Words("ce que le journal en dit, pour la reprise", "what the journal says of it, for recovery")

COLUMNS = {
    ("chain", "sequence"): Words("son numéro d'ordre et ses étapes", "its number and its steps"),
    ("chain", "step"): Words("son numéro d'ordre et ses étapes", "its number and its steps"),
    ("chain", "cause"): Words("son numéro d'ordre et ses étapes", "its number and its steps"),
    ("chain", "leg"): Words("un nom tiré au hasard", "a name drawn at random"),
    ("chain", "kind"): _WHAT,
    ("chain", "tender"): _WHAT,
    ("chain", "flow"): _WHAT,
    ("chain", "cents"): Words("les montants", "the amounts"),
    ("chain", "due"): Words("les montants", "the amounts"),
    ("chain", "approved"): Words("les montants", "the amounts"),
    ("chain", "partial"): Words("les montants", "the amounts"),
    ("chain", "day"): Words("le jour et l'heure, sans les minutes", "the day and the hour, without minutes"),
    ("chain", "hour"): Words("le jour et l'heure, sans les minutes", "the day and the hour, without minutes"),
    ("chain", "till"): Words("le numéro de la caisse", "the till's number"),
    ("chain", "commitment"): _DIGEST,
    ("chain", "order_digest"): _DIGEST,
    ("chain", "payment_digest"): _DIGEST,
    ("chain", "signature"): _DIGEST,
    ("chain", "hash"): _DIGEST,
    ("links", "key"): _LINK,
    ("links", "leg"): _LINK,
    ("links", "salts"): _LINK,
    ("links", "last"): _LINK,
    ("links", "told"): Words("si la caisse a reçu sa réponse", "whether the till has its answer"),
    ("links", "sale_key"): _REFUND_OF,
    ("requests", "request"): _ASKED,
    ("requests", "content"): _ASKED,
    ("requests", "sale"): _ASKED,
    ("requests", "seal"): _ASKED,
    ("requests", "key"): _ASKED,
    ("requests", "void"): Words("si la demande a repris la vente", "whether the request took the sale back"),
    ("requests", "day"): Words("l'heure de la demande, sans les minutes", "the hour of the request, without minutes"),
    ("requests", "hour"): Words("l'heure de la demande, sans les minutes", "the hour of the request, without minutes"),
    ("working", "begun_day"): _TIMES,
    ("working", "begun_second"): _TIMES,
    ("working", "not_after_day"): _TIMES,
    ("working", "not_after_second"): _TIMES,
    ("working", "confirm_by_day"): _TIMES,
    ("working", "confirm_by_second"): _TIMES,
    ("working", "sale_key"): _REFUND_OF,
    ("working", "doubted"): Words(
        "si le processeur a changé de livres depuis", "whether the processor's books were replaced since"
    ),
    ("working", "seal"): _WHOLE,
    ("baskets", "reference"): _BASKET,
    ("baskets", "due"): _BASKET,
    ("baskets", "outside"): _BASKET,
    ("baskets", "cancelling"): Words("si elle est en train d'être annulée", "whether it is being cancelled"),
    ("baskets", "day"): Words(
        "l'heure de sa dernière étape, sans les minutes", "the hour of its last step, no minutes"
    ),
    ("baskets", "hour"): Words(
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
