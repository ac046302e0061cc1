"""What the words of closed lists about persons are called, in French and in English: on the page, at the terminal."""

from pos_bridge.domain.details import Field, Unfit
from pos_bridge.domain.identity import Channel, ChoiceKind, GivenBy, Purpose
from pos_bridge.domain.leg import State
from pos_bridge.domain.person import Refusal, Right
from pos_bridge.words import Words

FIELDS = {
    Field.LAST_NAME: Words("nom", "last name"),
    Field.FIRST_NAME: Words("prénom", "first name"),
    Field.STREET: Words("rue", "street"),
    Field.CITY: Words("ville", "city"),
    Field.PROVINCE: Words("province ou région", "province or region"),
    Field.POSTAL_CODE: Words("code postal", "postal code"),
    Field.COUNTRY: Words("pays", "country"),
    Field.EMAIL: Words("courriel", "e-mail"),
    Field.PHONE: Words("téléphone", "telephone"),
    Field.CHILD_SIZE: Words("taille de l'enfant", "the child's size"),
    Field.CHILD_MONTH: Words("mois de naissance de l'enfant", "month in which the child was born"),
}

UNFIT = {
    Unfit.EMPTY: Words("rien que des blancs", "only blanks"),
    Unfit.TOO_LONG: Words("trop long", "too long"),
    Unfit.CHARACTERS: Words(
        "des caractères qui n'y ont pas leur place, ou qui se font passer pour d'autres",
        "characters that have no place there, or that pass for others",
    ),
    Unfit.CARD_NUMBER: Words(
        "cela ressemble à un numéro de carte : jamais ici", "that looks like a card number: never here"
    ),
    Unfit.SHAPE: Words("pas de la forme attendue", "not of the shape that is expected"),
}

KINDS = {
    ChoiceKind.CHOUCHOUS: Words("numéro de membre", "member number"),
    ChoiceKind.HOME_DELIVERY: Words("numéro de commande", "order number"),
}

PURPOSES = {
    Purpose.PROGRAMME: Words("tenir le programme de fidélité", "running the loyalty programme"),
    Purpose.DELIVERY: Words("livrer la commande", "delivering the order"),
    Purpose.ORDER_TRACKING: Words("dire où en est une commande", "saying where an order is"),
    Purpose.RETURN_TRACKING: Words("dire où en est un retour", "saying where a return is"),
    Purpose.OFFERS: Words("envoyer des offres", "sending offers"),
    Purpose.CONTACT: Words("répondre, et dire ce qu'il faut savoir", "answering, and telling what must be known"),
}

CHANNELS = {
    Channel.TILL: Words("à la caisse", "at the till"),
    Channel.WEB: Words("en ligne", "on the web"),
    Channel.MAIL: Words("par la poste ou par courriel", "by mail or e-mail"),
    Channel.TELEPHONE: Words("par téléphone", "by telephone"),
}

GIVEN_BY = {
    GivenBy.SELF: Words("la personne elle-même", "the person"),
    GivenBy.PARENT: Words("un parent ou tuteur", "a parent or tutor"),
}

RIGHTS = {
    Right.ACCESS: Words("voir ce qui est gardé", "to see what is kept"),
    Right.RECTIFY: Words("faire corriger", "to have it corrected"),
    Right.WITHDRAW: Words("retirer le consentement", "to withdraw consent"),
    Right.ERASE: Words("faire effacer", "to have it erased"),
}

REFUSALS = {
    Refusal.NOT_VERIFIED: Words(
        "il n'a pas été montré que c'est bien la personne", "it was not shown that it is the person who asks"
    ),
    Refusal.OF_ANOTHER: Words(
        "cela montrerait les renseignements d'une autre personne", "it would show another person's information"
    ),
    Refusal.LAW: Words(
        "une loi ou un litige en cours demande de le garder", "a law or a dispute under way asks for it to be kept"
    ),
    Refusal.WRONG_AS_ASKED: Words("la correction demandée n'est pas exacte", "the correction asked for is not true"),
}

_UNDER_WAY = Words("en cours", "under way")
_NOT_PAID = Words("rien n'a été payé", "nothing was paid")
_PAID = Words("payé", "paid")
_RETURNED = Words("remboursé", "refunded")
_NOT_RETURNED = Words("pas remboursé", "not refunded")
_SHOP_DECIDES = Words("le magasin s'en occupe", "the shop is looking into it")

# As a customer says it; for the shop's books there are more words (docs/privacy/rights.md, the JSON).
OUTCOMES = {
    State.INTENT: _UNDER_WAY,
    State.SENDING: _UNDER_WAY,
    State.AGREEING: _UNDER_WAY,
    State.DECLINED: _NOT_PAID,
    State.ENDED: _NOT_PAID,
    State.AUTHORISED: _UNDER_WAY,
    State.CAPTURING: _PAID,
    State.CAPTURED: _PAID,
    State.CAPTURE_LOST: _SHOP_DECIDES,
    State.REVERSING: _UNDER_WAY,
    State.REVERSED: Words("annulé", "reversed"),
    State.GIVING_BACK: _UNDER_WAY,
    State.GIVEN_BACK: Words("payé, puis remboursé", "paid, then given back"),
    State.UNRESOLVED: _SHOP_DECIDES,
    State.REFUND_INTENT: _UNDER_WAY,
    State.REFUNDED: _RETURNED,
    State.REFUND_DECLINED: _NOT_RETURNED,
    State.CASH_DUE: _UNDER_WAY,
    State.CASH_TAKEN: _PAID,
    State.CASH_CANCELLED: _NOT_PAID,
    State.CASH_REFUNDED: _RETURNED,
}


def named(several: frozenset[Purpose], language: str) -> list[str]:
    """In the order of Purpose."""
    return [PURPOSES[purpose].to(language) for purpose in Purpose if purpose in several]
