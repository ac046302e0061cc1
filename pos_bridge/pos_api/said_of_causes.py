"""What a cashier is told when a payment was tried and not made: a sentence a Cause, in French and in English.

Each says what became of the money and what to do. None holds data.
"""

from pos_bridge.domain.leg import Cause
from pos_bridge.pos_api.said import Said
from pos_bridge.wire.nexo.words import ErrorCondition

_C = ErrorCondition

CAUSES: dict[Cause, Said] = {
    Cause.ABORTED: Said(
        _C.ABORTED,
        "Paiement annulé à la caisse. Rien n'a été prélevé.",
        "Payment cancelled at the till. Nothing was charged.",
    ),
    Cause.NO_CARD: Said(
        _C.CANCEL,
        "Aucune carte présentée à temps. Rien n'a été prélevé. Recommencez le paiement.",
        "No card was presented in time. Nothing was charged. Start the payment again.",
    ),
    Cause.UNREADABLE: Said(
        _C.INVALID_CARD,
        "La carte n'a pas pu être lue. Rien n'a été prélevé. Essayez une autre carte ou prenez le paiement comptant.",
        "The card could not be read. Nothing was charged. Try another card, or take cash.",
    ),
    Cause.CHIP_REQUIRED: Said(
        _C.INVALID_CARD,
        "Cette carte a une puce et ce lecteur ne la lit pas. Rien n'a été prélevé. Essayez une autre carte.",
        "This card has a chip, which this reader cannot read. Nothing was charged. Try another card.",
    ),
    Cause.CHIP_DECLINED: Said(
        _C.REFUSAL,
        "La carte a refusé ce paiement. Rien n'a été prélevé. Demandez un autre mode de paiement.",
        "The card declined this payment. Nothing was charged. Ask for another way to pay.",
    ),
    Cause.CHIP_FAILED: Said(
        _C.INVALID_CARD,
        "La puce de la carte n'a pas pu être lue. Rien n'a été prélevé. Recommencez, ou demandez un autre mode de "
        "paiement.",
        "The card's chip could not be read. Nothing was charged. Start again, or ask for another way to pay.",
    ),
    Cause.CARD_REMOVED: Said(
        _C.CANCEL,
        "La carte a été retirée trop tôt. Rien n'a été prélevé. Recommencez et laissez la carte dans le lecteur.",
        "The card was pulled too early. Nothing was charged. Start again, and leave the card in the reader.",
    ),
    Cause.CARD_BLOCKED: Said(
        _C.REFUSAL,
        "Cette carte est bloquée par la banque. Rien n'a été prélevé. Demandez un autre mode de paiement.",
        "This card is blocked by its bank. Nothing was charged. Ask for another way to pay.",
    ),
    Cause.CARD_LEFT: Said(
        _C.CANCEL,
        "Une carte était déjà dans le lecteur. Rien n'a été prélevé. Retirez-la, recommencez, et insérez la carte "
        "ensuite.",
        "A card was in the reader already. Nothing was charged. Take it out, start again, and insert the card then.",
    ),
    Cause.READER_LOGGED: Said(
        _C.UNAVAILABLE_DEVICE,
        "Le lecteur de puces n'est pas protégé sur cette caisse : aucune carte n'y est lue. Rien n'a été prélevé. "
        "Appelez l'informatique.",
        "The chip reader is not protected on this till: no card is read. Nothing was charged. Call IT.",
    ),
    Cause.SURROUNDINGS: Said(
        _C.UNAVAILABLE_DEVICE,
        "Cette caisse n'est pas protégée pour les cartes : aucune n'y est lue. Rien n'a été prélevé. Prenez le "
        "paiement comptant, et appelez l'informatique.",
        "This till is not protected for cards: none is read. Nothing was charged. Take cash, and call IT.",
    ),
    Cause.NOT_A_BANK_CARD: Said(
        _C.INVALID_CARD,
        "Ce n'est pas une carte de paiement. Rien n'a été prélevé. Demandez une carte bancaire.",
        "This is not a payment card. Nothing was charged. Ask for a bank card.",
    ),
    Cause.READER: Said(
        _C.DEVICE_OUT,
        "Le lecteur de carte ne répond pas. Rien n'a été prélevé. Vérifiez son câble, puis recommencez.",
        "The card reader does not answer. Nothing was charged. Check its cable, then try again.",
    ),
    Cause.ROOM: Said(
        _C.UNAVAILABLE_DEVICE,
        "La lecture protégée de la carte n'a pas fonctionné. Rien n'a été prélevé. Recommencez; sinon, appelez "
        "l'informatique.",
        "The protected card reading did not work. Nothing was charged. Try again; if it fails again, call IT.",
    ),
    Cause.UNREACHABLE: Said(
        _C.UNREACHABLE_HOST,
        "Le service de paiement est injoignable. Rien n'a été envoyé ni prélevé. Prenez le paiement comptant ou "
        "réessayez.",
        "The payment service cannot be reached. Nothing was sent or charged. Take cash, or try again.",
    ),
    Cause.STOPPED: Said(
        _C.ABORTED,
        "Le service de caisse redémarre. Rien n'a été prélevé. Recommencez dans une minute.",
        "The till's payment service is restarting. Nothing was charged. Try again in a minute.",
    ),
    Cause.ISSUER: Said(
        _C.REFUSAL,
        "Paiement refusé par la banque du client. Demandez un autre mode de paiement.",
        "Declined by the customer's bank. Ask for another way to pay.",
    ),
    Cause.PROCESSOR: Said(
        _C.REFUSAL,
        "Paiement refusé par le service de paiement. Rien n'a été prélevé. Demandez un autre mode de paiement.",
        "Refused by the payment service. Nothing was charged. Ask for another way to pay.",
    ),
    Cause.LATE: Said(
        _C.UNREACHABLE_HOST,
        "La demande est arrivée trop tard au service de paiement. Rien n'a été prélevé. Recommencez le paiement.",
        "The request reached the payment service too late. Nothing was charged. Start the payment again.",
    ),
    Cause.NO_ANSWER: Said(
        _C.UNREACHABLE_HOST,
        "Le service de paiement n'a pas répondu. Le paiement est annulé : rien ne restera prélevé. Prenez le paiement "
        "comptant ou réessayez.",
        "The payment service did not answer. The payment is being cancelled: no charge will stand. Take cash, or try "
        "again.",
    ),
    Cause.WRONG_ANSWER: Said(
        _C.UNREACHABLE_HOST,
        "La réponse du service de paiement n'était pas la bonne. Le paiement est annulé : rien ne restera prélevé. "
        "Avertissez l'informatique.",
        "The payment service gave a wrong answer. The payment is being cancelled: no charge will stand. Tell IT.",
    ),
    Cause.UNRECORDED: Said(
        _C.UNREACHABLE_HOST,
        "Le paiement n'a pas pu être enregistré; il est annulé : rien ne restera prélevé. Appelez l'informatique.",
        "The payment could not be recorded; it is being cancelled: no charge will stand. Call IT.",
    ),
    Cause.RECOVERED: Said(
        _C.UNREACHABLE_HOST,
        "Le service a été interrompu pendant ce paiement; il est annulé : rien ne restera prélevé. Recommencez le "
        "paiement.",
        "The service was interrupted during this payment; it is being cancelled: no charge will stand. Start again.",
    ),
    Cause.TOMBSTONED: Said(
        _C.UNREACHABLE_HOST,
        "Ce paiement n'est jamais parvenu au service de paiement. Rien n'a été prélevé. Recommencez le paiement.",
        "This payment never reached the payment service. Nothing was charged. Start the payment again.",
    ),
    Cause.WAS_DECLINED: Said(
        _C.REFUSAL,
        "Ce paiement avait été refusé. Rien n'a été prélevé. Demandez un autre mode de paiement.",
        "This payment had been declined. Nothing was charged. Ask for another way to pay.",
    ),
    Cause.TOO_LATE: Said(
        _C.UNREACHABLE_HOST,
        "Ce paiement n'a pas abouti à temps; il est remboursé au client, et le débit peut paraître à côté du "
        "remboursement. Si le remboursement ne paraît pas, appelez le gérant, reçu en main.",
        "This payment did not end in time; it is being refunded, and the charge may show beside the refund. If no "
        "refund shows, call the manager, receipt in hand.",
    ),
    Cause.CARD_NEEDED: Said(
        _C.UNREACHABLE_HOST,
        "Ce paiement n'a pas abouti; son annulation demande la carte du client. Appelez le gérant, reçu en main.",
        "This payment did not go through; cancelling it needs the customer's card. Call the manager, receipt in hand.",
    ),
    Cause.CARD_REFUSED: Said(
        _C.REFUSAL,
        "La carte a refusé le paiement ou a été retirée trop tôt. Le paiement est annulé : rien ne restera prélevé. "
        "Recommencez, ou demandez un autre mode de paiement.",
        "The card refused the payment or was pulled too early. The payment is being cancelled: no charge will stand. "
        "Try again, or ask for another way to pay.",
    ),
    Cause.UNFIT_SINCE: Said(
        _C.UNAVAILABLE_DEVICE,
        "Cette caisse n'est plus protégée pour les cartes; celle du client n'y est pour rien. Le paiement est annulé : "
        "rien ne restera prélevé. Prenez le paiement comptant, et appelez l'informatique.",
        "This till is not protected for cards any more; the customer's card is not the reason. The payment is being "
        "cancelled: no charge will stand. Take cash, and call IT.",
    ),
    Cause.CANCELLED: Said(
        _C.ABORTED,
        "La caisse a renoncé à ce paiement. Il est annulé : rien ne restera prélevé.",
        "The till gave this payment up. It is being cancelled: no charge will stand.",
    ),
    Cause.UNCONFIRMED: Said(
        _C.ABORTED,
        "La caisse n'a pas confirmé ce paiement à temps. Il est annulé : rien ne restera prélevé. Recommencez le "
        "paiement.",
        "The till did not confirm this payment in time. It is being cancelled: no charge will stand. Start the payment "
        "again.",
    ),
    Cause.VOIDED: Said(
        _C.ABORTED,
        "La caisse a repris ce paiement après coup. Il est annulé : rien ne restera prélevé.",
        "The till took this payment back afterwards. It is being cancelled: no charge will stand.",
    ),
    Cause.EXCEEDS: Said(
        _C.NOT_ALLOWED,
        "Le montant dépasse ce que le service de paiement permet. Rien n'a été prélevé. Recommencez avec un montant "
        "plus petit.",
        "The amount is more than the payment service allows. Nothing was charged. Try again with a smaller amount.",
    ),
    Cause.NOT_SEEN: Said(
        _C.NOT_FOUND,
        "Le service de paiement ne connaît pas ce paiement. Rien n'a été prélevé. Recommencez le paiement.",
        "The payment service does not know this payment. Nothing was charged. Start the payment again.",
    ),
    Cause.WRONG_STATE: Said(
        _C.NOT_ALLOWED,
        "Le service de paiement ne peut plus faire ce paiement. Rien n'a été prélevé. Recommencez comme un nouveau "
        "paiement.",
        "The payment service cannot make this payment any more. Nothing was charged. Start a new payment.",
    ),
    Cause.DECIDED: Said(
        _C.ABORTED,
        "Le gérant a établi que ce paiement n'a pas eu lieu. Rien ne restera prélevé. Encaissez la vente autrement.",
        "The manager found that this payment was not made. No charge will stand. Take the sale's money another way.",
    ),
    Cause.OTHER_CARD: Said(
        _C.INVALID_CARD,
        "Ce n'est pas la bonne carte. Rien n'a été prélevé. Demandez la carte qui a servi au premier paiement.",
        "This is not the right card. Nothing was charged. Ask for the card that was used first.",
    ),
    Cause.IN_DOUBT: Said(
        _C.IN_PROGRESS,
        "On ne sait pas encore si ce paiement a été prélevé. Ne faites pas repayer le client : appelez le gérant, reçu "
        "en main.",
        "It is not known yet whether this payment was charged. Do not charge again: call the manager, receipt in hand.",
    ),
}

# After these a hold may show on the customer's account for some days although no charge stands: the receipt says so.
HOLD_MAY_SHOW = frozenset(
    {
        Cause.NO_ANSWER,
        Cause.WRONG_ANSWER,
        Cause.UNRECORDED,
        Cause.RECOVERED,
        Cause.CARD_REFUSED,
        Cause.UNFIT_SINCE,
        Cause.CANCELLED,
        Cause.UNCONFIRMED,
        Cause.VOIDED,
    },
)
