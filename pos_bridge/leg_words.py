"""What a movement is, where it stands and why, in French and in English."""

from pos_bridge.domain.basket import BasketState
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.words import Words as Said

TENDERS = {Tender.CARD: Said("carte", "card"), Tender.CASH: Said("comptant", "cash")}

KINDS = {
    Kind.SALE: Said("vente", "sale"),
    Kind.REFUND: Said("remboursement", "refund"),
    Kind.CARD_REFUND: Said("remboursement, carte présente", "refund, card present"),
}

BASKETS = {
    BasketState.OPEN: Said("en attente du reste", "waiting for the rest"),
    BasketState.COMMITTED: Said("payée", "paid"),
    BasketState.CANCELLING: Said("annulation en cours", "being cancelled"),
    BasketState.CANCELLED: Said("annulée", "cancelled"),
}

STATES = {
    State.INTENT: Said("en cours", "in progress"),
    State.SENDING: Said("en cours", "in progress"),
    State.AGREEING: Said("en cours", "in progress"),
    State.DECLINED: Said("refusée", "declined"),
    State.ENDED: Said("non payée", "not paid"),
    State.AUTHORISED: Said("approuvée, pas encore confirmée par la caisse", "approved, not yet confirmed by the till"),
    State.CAPTURING: Said("approuvée", "approved"),
    State.CAPTURED: Said("payée", "paid"),
    State.CAPTURE_LOST: Said("approuvée, jamais encaissée", "approved, never captured"),
    State.REVERSING: Said("annulation en cours", "being reversed"),
    State.REVERSED: Said("annulée", "reversed"),
    State.GIVING_BACK: Said("encaissée, remboursement en cours", "captured, being given back"),
    State.GIVEN_BACK: Said("encaissée, puis remboursée", "captured, then given back"),
    State.UNRESOLVED: Said("à régler par une personne", "a person must decide"),
    State.REFUND_INTENT: Said("en cours", "in progress"),
    State.REFUNDED: Said("remboursé", "refunded"),
    State.REFUND_DECLINED: Said("pas remboursé", "not refunded"),
    State.CASH_DUE: Said("comptant attendu", "cash expected"),
    State.CASH_TAKEN: Said("payée", "paid"),
    State.CASH_CANCELLED: Said("non payée", "not paid"),
    State.CASH_REFUNDED: Said("rendu au client", "given back to the customer"),
}

OF_REFUNDS = {  # where a refund stands in other words than a sale
    State.ENDED: Said("pas remboursé", "not refunded"),
    State.REVERSED: Said("annulé, rien n'a été remboursé", "reversed, nothing was refunded"),
}

CAUSES = {
    Cause.ABORTED: Said("retirée par la caisse", "withdrawn by the till"),
    Cause.NO_CARD: Said("aucune carte présentée", "no card presented"),
    Cause.UNREADABLE: Said("carte illisible", "card could not be read"),
    Cause.CHIP_REQUIRED: Said("carte à puce, que ce lecteur ne lit pas", "chip card, which this reader does not read"),
    Cause.CHIP_DECLINED: Said("refus de la puce, rien n'a été envoyé", "declined by the chip, nothing was sent"),
    Cause.CHIP_FAILED: Said("puce illisible", "chip could not be read"),
    Cause.CARD_REMOVED: Said("carte retirée avant l'envoi", "card pulled before anything was sent"),
    Cause.CARD_BLOCKED: Said("carte bloquée par la banque", "card blocked by its bank"),
    Cause.CARD_LEFT: Said("carte oubliée dans le lecteur", "card left in the reader"),
    Cause.READER_LOGGED: Said(
        "pcscd écrit les cartes dans son journal : aucune n'est lue", "pcscd writes cards into its log: none is read"
    ),
    Cause.SURROUNDINGS: Said("caisse non protégée pour les cartes", "till not protected for cards"),
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
    Cause.CARD_REFUSED: Said("la carte a refusé, ou a été retirée", "the card refused, or was pulled out"),
    Cause.UNFIT_SINCE: Said(
        "caisse non protégée pour les cartes entre-temps", "till not protected for cards any more meanwhile"
    ),
    Cause.CANCELLED: Said("abandonnée par la caisse", "given up by the till"),
    Cause.UNCONFIRMED: Said("jamais confirmée par la caisse", "never confirmed by the till"),
    Cause.VOIDED: Said("reprise en entier par la caisse", "taken back whole by the till"),
    Cause.TOMBSTONED: Said("jamais vue par le processeur", "never seen by the processor"),
    Cause.WAS_DECLINED: Said("avait été refusée", "had been declined"),
    Cause.TOO_LATE: Said("déjà réglée au moment d'annuler", "already settled when reversed"),
    Cause.CARD_NEEDED: Said("l'annulation demande la carte", "the reversal needs the card"),
    Cause.EXCEEDS: Said("plus que ce qui reste de la vente", "more than what is left of the sale"),
    Cause.NOT_SEEN: Said("vente inconnue du processeur", "a sale that the processor does not know"),
    Cause.WRONG_STATE: Said("vente jamais encaissée, ou annulée", "a sale that was never captured, or is reversed"),
    Cause.DECIDED: Said("décidé par une personne", "decided by a person"),
    Cause.OTHER_CARD: Said("une autre carte que celle de la vente", "another card than that of the sale"),
    Cause.IN_DOUBT: Said("les livres du processeur ne tranchent pas", "the processor's books do not settle it"),
}


def outcome(state: State, kind: Kind, language: str) -> str:
    said = STATES[state] if kind is Kind.SALE else OF_REFUNDS.get(state, STATES[state])
    return said.to(language)
