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
        "Ce paiement n'a pas abouti à temps et doit être remboursé au client. Appelez le gérant, reçu en main.",
        "This payment did not end in time and must be refunded to the customer. Call the manager, receipt in hand.",
    ),
    Cause.CARD_NEEDED: Said(
        _C.UNREACHABLE_HOST,
        "Ce paiement n'a pas abouti; son annulation demande la carte du client. Appelez le gérant, reçu en main.",
        "This payment did not go through; cancelling it needs the customer's card. Call the manager, receipt in hand.",
    ),
}

# After these a hold may show on the customer's account for some days although no charge stands: the receipt says so.
HOLD_MAY_SHOW = frozenset({Cause.NO_ANSWER, Cause.WRONG_ANSWER, Cause.UNRECORDED, Cause.RECOVERED})
