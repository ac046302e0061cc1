"""What a cashier is told about a split tender: why it does not take a payment, and what is still due after one it took.

`{paid}` and `{remaining}` are amounts, written as the language writes them.
"""

from pos_bridge.domain.basket import BasketFault
from pos_bridge.pos_api.said import Said
from pos_bridge.wire.nexo.words import ErrorCondition
from pos_bridge.words import Words

_C = ErrorCondition

BASKET_FAULTS: dict[BasketFault, Said] = {
    BasketFault.EXCEEDS: Said(
        _C.NOT_ALLOWED,
        "Ce montant dépasse ce qui reste à payer de cette vente ({remaining}). Rien n'a été prélevé. Recommencez avec "
        "ce reste, ou moins.",
        "This amount is more than what is left to pay of this sale ({remaining}). Nothing was charged. Try again with "
        "what is left, or less.",
    ),
    BasketFault.PAID_DIFFERS: Said(
        _C.NOT_ALLOWED,
        "{paid} sont déjà payés pour cette vente et la caisse compte moins. Rien n'a été prélevé cette fois. "
        "Demandez l'état du paiement précédent. Il reste {remaining} à payer.",
        "For this sale {paid} are paid already, and the till counts less. Nothing was charged this time. Ask for the "
        "state of the payment before. There is {remaining} left to pay.",
    ),
    BasketFault.COMMITTED: Said(
        _C.NOT_ALLOWED,
        "Cette vente est déjà payée en entier. Rien n'a été prélevé cette fois. Terminez la vente à la caisse.",
        "This sale is already paid in full. Nothing was charged this time. End the sale at the till.",
    ),
    BasketFault.CANCELLED: Said(
        _C.NOT_ALLOWED,
        "Cette vente a été annulée et ses paiements sont remis au client. Rien n'a été prélevé. Recommencez comme une "
        "nouvelle vente.",
        "This sale was cancelled and its payments are being given back. Nothing was charged. Start a new sale.",
    ),
    BasketFault.IN_DOUBT: Said(
        _C.IN_PROGRESS,
        "L'issue d'un paiement précédent de cette vente n'est pas encore connue. Rien n'a été prélevé cette fois. "
        "Attendez, puis demandez l'état de ce paiement.",
        "How a payment before this one ended is not known yet. Nothing was charged this time. Wait, then ask for the "
        "state of that payment.",
    ),
}

PARTIAL_OF_SPLIT = Said(
    _C.PAYMENT_RESTRICTION,
    "La carte n'a payé qu'une partie du montant. Il reste {remaining} à payer : encaissez-les autrement.",
    "The card paid only part of the amount. There is {remaining} left to pay: take it another way.",
)
STILL_DUE = Words(
    "Payé en partie. Il reste {remaining} à payer : encaissez-les avant de terminer la vente.",
    "Paid in part. There is {remaining} left to pay: take it before the sale ends.",
)
PAID_IN_FULL = Words(
    "La vente est payée en entier. Terminez la vente à la caisse.",
    "The sale is paid in full. End it at the till.",
)
