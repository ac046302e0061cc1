"""What a person does about a movement that is not at a good end: a sentence for each situation, in both languages."""

from enum import Enum

from pos_bridge.cli.journal_words import Said
from pos_bridge.domain.basket import BasketState
from pos_bridge.domain.leg import OWED, Cause, Kind, State
from pos_bridge.journal.report import RecordedSale


class Advice(Enum):
    """The situations, in the order in which they are told: first what cannot wait."""

    OWED = "owed"
    DECIDE = "decide"
    CAPTURE_LOST = "capture_lost"
    UNTOLD = "untold"
    UNTOLD_REFUND = "untold_refund"
    CASH_DUE = "cash_due"
    HALF_PAID = "half_paid"
    CANCELLING = "cancelling"
    CONFIRM = "confirm"
    REFUNDING = "refunding"
    GIVING_BACK = "giving_back"
    CAPTURING = "capturing"
    REVERSING = "reversing"
    RUNNING = "running"


ADVICE = {
    Advice.OWED: Said(
        "Le client a payé alors que la caisse a dit « non payé ». Rendez-lui l'argent chez le processeur, avec la clé "
        "(Interac : avec sa carte), puis décidez `not-paid`.",
        "The customer paid although the till said 'not paid'. Give the money back at the processor, by the key "
        "(Interac: with the card), then decide `not-paid`.",
    ),
    Advice.DECIDE: Said(
        "Demandez au processeur ce qu'il a sous la clé, puis décidez : payé, non payé, ou à annuler (s'il ne l'a "
        "jamais vu : payé ou non payé seulement; `reverse` reviendrait ici). D'ici là, la caisse apprend que ce "
        "n'est pas encore connu.",
        "Ask the processor what it holds under the key, then decide: paid, not paid, or to be reversed (if it has "
        "never seen it: paid or not paid only; `reverse` would come back here). Until then the till is told 'not known "
        "yet'.",
    ),
    Advice.CAPTURE_LOST: Said(
        "La marchandise est partie et le processeur n'encaissera pas : appelez-le, avec la clé. Le client n'est pas "
        "débité. Puis décidez : payé, ou non payé.",
        "The goods are gone and the processor will not capture: call it, with the key. The customer is not charged. "
        "Then decide: paid, or not paid.",
    ),
    Advice.UNTOLD: Said(
        "L'argent a bougé et la caisse n'a jamais pris la réponse : demandez-y l'état du paiement. S'il n'y a pas eu "
        "de vente, remboursez avec la clé.",
        "Money moved and the till never took the answer: ask there for the state of the payment. If there was no sale, "
        "refund it by the key.",
    ),
    Advice.UNTOLD_REFUND: Said(
        "L'argent est rendu et la caisse n'a jamais pris la réponse : demandez-y l'état du remboursement, et ne le "
        "refaites pas.",
        "The money went back and the till never took the answer: ask there for the state of the refund, and do not "
        "make it again.",
    ),
    Advice.CASH_DUE: Said(
        "Le caissier dit à la caisse si le comptant a été reçu ou non.",
        "The cashier says at the till whether the cash was taken.",
    ),
    Advice.HALF_PAID: Said(
        "À la caisse : faites payer le reste sous la même référence de vente, ou annulez-la pour tout rendre.",
        "At the till: have the rest paid under the same sale reference, or cancel it so that all is given back.",
    ),
    Advice.CANCELLING: Said(
        "Les cartes sont remboursées d'elles-mêmes; le comptant se rend au client.",
        "The cards are given their money back by themselves; cash is handed back to the customer.",
    ),
    Advice.CONFIRM: Said(
        "La caisse confirme ou abandonne; sans elle, l'approbation est annulée d'elle-même à l'échéance.",
        "The till confirms or gives up; without it the approval is reversed by itself when its time is over.",
    ),
    Advice.REFUNDING: Said(
        "Rien : le remboursement est redemandé pendant un jour, sans jamais être fait deux fois, puis une personne "
        "décide.",
        "Nothing: the refund is asked for again for a day, and never made twice; then a person decides.",
    ),
    Advice.GIVING_BACK: Said(
        "Rien : l'annulation est venue trop tard, et un remboursement suit de lui-même.",
        "Nothing: the reversal came too late, and a refund follows by itself.",
    ),
    Advice.CAPTURING: Said(
        "Rien : l'encaissement est redemandé jusqu'à la réponse. Après un jour, appelez le processeur, avec la clé.",
        "Nothing: the capture is asked for again until it is answered. After a day call the processor, with the key.",
    ),
    Advice.REVERSING: Said(
        "Rien : l'annulation est redemandée jusqu'à la réponse. Après un jour, appelez le processeur, avec la clé.",
        "Nothing: the reversal is asked for again until it is answered. After a day call the processor, with the key.",
    ),
    Advice.RUNNING: Said(
        "Rien : cela se passe en ce moment, ou sera annulé au prochain démarrage.",
        "Nothing: it is going on just now, or will be undone at the next start.",
    ),
}

_BY_STATE = {
    State.INTENT: Advice.RUNNING,
    State.REFUND_INTENT: Advice.REFUNDING,
    State.AUTHORISED: Advice.CONFIRM,
    State.CAPTURING: Advice.CAPTURING,
    State.CAPTURE_LOST: Advice.CAPTURE_LOST,
    State.REVERSING: Advice.REVERSING,
    State.GIVING_BACK: Advice.GIVING_BACK,
    State.UNRESOLVED: Advice.DECIDE,
    State.CASH_DUE: Advice.CASH_DUE,
}


def advice_on(sale: RecordedSale) -> Advice:
    """Of one that is unresolved."""
    if sale.told is False and sale.state not in {State.AUTHORISED, State.CAPTURE_LOST} and sale.money_moved:
        return Advice.UNTOLD if sale.kind is Kind.SALE else Advice.UNTOLD_REFUND
    return advice_on_leg(sale.state, sale.kind, sale.cause)


def advice_on_leg(state: State, kind: Kind, cause: Cause | None) -> Advice:
    """Of one that is not at its end, or whose capture was lost."""
    if state is State.UNRESOLVED and kind is Kind.SALE and cause in OWED:
        return Advice.OWED
    if state is State.REFUND_INTENT and kind is Kind.CARD_REFUND:
        return Advice.RUNNING
    return _BY_STATE[state]


def advice_on_basket(state: BasketState) -> Advice:
    return Advice.CANCELLING if state is BasketState.CANCELLING else Advice.HALF_PAID
