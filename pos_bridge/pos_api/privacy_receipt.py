"""What is recorded of a sale, and about whom: the one place of its words, and the lines that a till prints of it.

The customer's receipt, the privacy receipt and `pos-bridge explain` say it with the same words. They name a kind of
thing (a member number, an order number), never the thing. *Nothing* is said only where that is certain.
"""

from dataclasses import dataclass
from typing import Self

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.receipt_text import COLUMNS, Line, set_out
from pos_bridge.words import Language, Words

Kinds = frozenset[ChoiceKind]

# ---- about you ----

_NOTHING = Words("À votre sujet\u00a0: rien.", "About you: nothing.")
OF_A_MEMBER = Words(
    "À votre sujet\u00a0: votre numéro Chouchous, parce que vous l'avez demandé.",
    "About you: your Chouchous number, because you asked.",
)
OF_AN_ORDER = Words(
    "À votre sujet\u00a0: votre numéro de commande, pour la livraison à domicile, parce que vous l'avez demandé.",
    "About you: your order number, for home delivery, because you asked.",
)
OF_BOTH = Words(
    "À votre sujet\u00a0: votre numéro Chouchous, et votre numéro de commande pour la livraison à domicile, parce que "
    "vous l'avez demandé.",
    "About you: your Chouchous number, and your order number for home delivery, because you asked.",
)
_CANNOT_BE_TOLD = Words(
    "À votre sujet\u00a0: on ne peut pas le dire maintenant, le coffre ne peut pas être lu.",
    "About you: cannot be told now, the vault cannot be read.",
)
_ASK_LATER = Words("Demandez-le plus tard au magasin.", "Ask the shop later.")

_MEMBERS_PLACE = Words(
    "Le numéro Chouchous, avec ce que vous avez donné en vous inscrivant, est dans le coffre de cette caisse, chiffré, "
    "jusqu'à ce que vous retiriez votre accord ou restiez longtemps sans acheter; le lien avec cette vente n'est "
    "nulle part ailleurs.",
    "The Chouchous number, with what you gave when you joined, is in this till's vault, encrypted, until you withdraw "
    "your consent or have not bought for long; the link to this sale is nowhere else.",
)
_ORDERS_PLACE = Words(
    "Le numéro de commande, avec l'adresse de livraison donnée, est dans le coffre de cette caisse, chiffré, jusqu'à "
    "la livraison et à la fin du délai de retour; le lien avec cette vente n'est nulle part ailleurs.",
    "The order number, with the delivery address given, is in this till's vault, encrypted, until the delivery and the "
    "end of the return window; the link to this sale is nowhere else.",
)
_OF_THE_SALE = Words(
    "C'est gardé avec la vente, et non avec ce remboursement.", "It is kept with the sale, not with this refund."
)

_ABOUT_YOU: dict[Kinds, Words] = {
    frozenset(): _NOTHING,
    frozenset({ChoiceKind.CHOUCHOUS}): OF_A_MEMBER,
    frozenset({ChoiceKind.HOME_DELIVERY}): OF_AN_ORDER,
    frozenset(ChoiceKind): OF_BOTH,
}
_PLACES = {ChoiceKind.CHOUCHOUS: _MEMBERS_PLACE, ChoiceKind.HOME_DELIVERY: _ORDERS_PLACE}

# On the customer's receipt, where nothing else is said of it. In cash there is no bank to speak of.
NOTHING_NAMES_YOU = Words(
    "De cet achat, ce terminal n'a rien gardé qui vous nomme; votre banque et le logiciel de caisse ont leurs propres "
    "traces.",
    "Of this purchase, this terminal kept nothing that names you; your bank and the till's software have records of "
    "their own.",
)
NOTHING_NAMES_YOU_IN_CASH = Words(
    "De cet achat, ce terminal n'a rien gardé qui vous nomme; le logiciel de caisse a ses propres traces.",
    "Of this purchase, this terminal kept nothing that names you; the till's software has records of its own.",
)

# ---- of the sale ----

NO_SUCH_SALE = Words("Aucune vente de ce nom n'est enregistrée ici.", "No sale of that name is recorded here.")

KEPT_OF = {
    Kind.SALE: Words("Ce qui est gardé de cette vente", "What is kept about this sale"),
    Kind.REFUND: Words("Ce qui est gardé de ce remboursement", "What is kept about this refund"),
}
KEPT_OF[Kind.CARD_REFUND] = KEPT_OF[Kind.REFUND]
_NAMES = {Kind.SALE: Words("Vente", "Sale"), Kind.REFUND: Words("Remboursement", "Refund")}
_NAMES[Kind.CARD_REFUND] = _NAMES[Kind.REFUND]
_ITS_SALE = Words("De la vente", "Of the sale")
_KEPT = Words(
    "Environ 6 ans, pour le fisc\u00a0: le numéro de la caisse, le jour et l'heure sans les minutes, le moyen de "
    "paiement, les montants et l'issue. 18 mois\u00a0: la clé ci-dessus. 48 heures\u00a0: la réponse donnée à la "
    "caisse.",
    "About 6 years, for the tax authorities: the till's number, the day and the hour without minutes, the tender, the "
    "amounts and the outcome. 18 months: the key above. 48 hours: the answer given to the till.",
)
NOT_KEPT = Words("Ce qui n'est pas gardé", "What is not kept")
NOT_KEPT_OF = {
    Tender.CARD: Words(
        "Le numéro de la carte, même en partie; sa piste, sa date, le nom qu'elle porte; le code d'autorisation; le "
        "nom des articles.",
        "The card number, not even a part of it; its track, its date, the name on it; the authorisation code; the "
        "names of the articles.",
    ),
    Tender.CASH: Words(
        "Le nom des articles; ce que vous avez remis et la monnaie rendue.",
        "The names of the articles; what you handed over and the change.",
    ),
}
OTHERS_KEEP = {
    Tender.CARD: Words(
        "Votre banque, le processeur et le logiciel de caisse du magasin gardent leurs propres traces.",
        "Your bank, the processor and the shop's till software keep their own records.",
    ),
    Tender.CASH: Words(
        "Le logiciel de caisse du magasin garde ses propres traces.", "The shop's till software keeps its own records."
    ),
}


@dataclass(frozen=True, slots=True)
class Privacy:
    """A leg, and what is known of its customer: of a refund, with the sale that it is of. None: cannot be told.

    `key` None: its link was erased, as all are in the end.
    """

    key: LegKey | None
    tender: Tender
    kind: Kind
    known: Kinds | None
    sale: LegKey | None = None

    @property
    def asked_about(self) -> LegKey | None:
        """The leg that the vault is asked about: whoever chose to be known chose it with the sale."""
        return self.sale or self.key

    @classmethod
    def of(cls, leg: KnownLeg, known: Kinds | None = None) -> Self:
        return cls(leg.key, leg.tender, leg.kind, known, leg.sale_key)


def no_lines(language: Language, columns: int = COLUMNS) -> tuple[str, ...]:
    """Of a key that names nothing here, or nothing any more."""
    return set_out((Line("", NO_SUCH_SALE.to(language)),), columns)


def said_of_you(privacy: Privacy) -> tuple[Words, ...]:
    """What is known; then where that is and for how long, or when it can be told."""
    if privacy.known is None:
        return _CANNOT_BE_TOLD, _ASK_LATER
    places = tuple(place for kind, place in _PLACES.items() if kind in privacy.known)
    of_the_sale = (_OF_THE_SALE,) if places and privacy.sale is not None else ()
    return (_ABOUT_YOU[privacy.known], *places, *of_the_sale)


def privacy_lines(privacy: Privacy, language: Language, columns: int = COLUMNS) -> tuple[str, ...]:
    """To be printed as they stand: lines of at most `columns` characters that a receipt printer has."""
    colon = Words("\u00a0:", ":")
    names = [] if privacy.key is None else [Line("", _NAMES[privacy.kind].to(language), str(privacy.key))]
    if privacy.sale is not None:
        names.append(Line("", _ITS_SALE.to(language), str(privacy.sale)))
    parts: tuple[tuple[Line, ...], ...] = (
        (Line("", KEPT_OF[privacy.kind].to(language).upper()),),
        tuple(names),
        tuple(Line("", words.to(language)) for words in said_of_you(privacy)),
        (Line("", _KEPT.to(language)),),
        (
            Line("", f"{NOT_KEPT.to(language)}{colon.to(language)}"),
            Line("", NOT_KEPT_OF[privacy.tender].to(language)),
        ),
        (Line("", OTHERS_KEEP[privacy.tender].to(language)),),
    )
    lines: list[str] = []
    for part in filter(None, parts):
        lines += ([""] if lines else []) + list(set_out(part, columns))
    return tuple(lines)
