"""Sentences of the native till API: of each stage of a payment, and of what nexo has no message for."""

from pos_bridge.domain.progress import Stage
from pos_bridge.words import Words

STAGES: dict[Stage, Words] = {
    Stage.PREPARING: Words("Préparation du paiement…", "Preparing…"),
    Stage.PRESENT_CARD: Words("Insérez ou glissez la carte.", "Insert or swipe the card."),
    Stage.PRESENT_AGAIN: Words(
        "La carte n'a pas été lue. Glissez-la de nouveau.", "The card was not read. Swipe it again."
    ),
    Stage.USE_CHIP: Words("Cette carte a une puce. Insérez-la.", "This card has a chip. Insert it."),
    Stage.SWIPE: Words("La puce n'a pas pu être lue. Glissez la carte.", "The chip could not be read. Swipe the card."),
    Stage.CARD_IN: Words("Laissez la carte dans le lecteur.", "Leave the card in the reader."),
    Stage.AUTHORISING: Words("Demande à la banque…", "Asking the bank…"),
    Stage.REMOVE_CARD: Words("Retirez la carte.", "Take out the card."),
}

NO_SUCH_PAYMENT = Words(
    "Aucun paiement de cette référence n'est inscrit ici. Rien n'a été fait. Vérifiez la référence du reçu.",
    "No payment of this reference is recorded here. Nothing was done. Check the reference on the receipt.",
)
NO_SUCH_BASKET = Words(
    "Aucune vente payée en parties n'est inscrite ici sous ce nom. Rien n'a été fait.",
    "No sale that is paid in parts is recorded here under this name. Nothing was done.",
)
TAKEN_BACK = Words(
    "La vente est annulée : ce que les cartes ont payé est repris. Il n'y a pas de comptant à remettre.",
    "The sale is cancelled: what cards paid is taken back. There is no cash to hand back.",
)
TAKEN_BACK_AND_CASH = Words(
    "La vente est annulée : ce que les cartes ont payé est repris. Remettez {cashRefund} comptant au client.",
    "The sale is cancelled: what cards paid is taken back. Hand {cashRefund} in cash to the customer.",
)
