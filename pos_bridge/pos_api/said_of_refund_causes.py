"""What a cashier is told when money was to go back and did not: a sentence a Cause, in French and in English.

Each says what became of the money and what to do. None holds data. The sale that it is of still stands as it was.
"""

from pos_bridge.domain.leg import Cause
from pos_bridge.pos_api.said import Said
from pos_bridge.wire.nexo.words import ErrorCondition

_C = ErrorCondition

REFUND_CAUSES: dict[Cause, Said] = {
    Cause.ABORTED: Said(
        _C.ABORTED,
        "Remboursement annulé à la caisse. Rien n'a été remboursé.",
        "Refund cancelled at the till. Nothing was refunded.",
    ),
    Cause.NO_CARD: Said(
        _C.CANCEL,
        "Aucune carte présentée à temps. Rien n'a été remboursé. Recommencez le remboursement.",
        "No card was presented in time. Nothing was refunded. Start the refund again.",
    ),
    Cause.UNREADABLE: Said(
        _C.INVALID_CARD,
        "La carte n'a pas pu être lue. Rien n'a été remboursé. Réessayez avec la carte qui a payé.",
        "The card could not be read. Nothing was refunded. Try again with the card that paid.",
    ),
    Cause.CHIP_REQUIRED: Said(
        _C.INVALID_CARD,
        "Cette carte a une puce et ce lecteur ne la lit pas. Rien n'a été remboursé. Remboursez par la référence du "
        "reçu, sans la carte.",
        "This card has a chip, which this reader cannot read. Nothing was refunded. Refund by the receipt's reference, "
        "without the card.",
    ),
    Cause.CHIP_DECLINED: Said(
        _C.REFUSAL,
        "La carte a refusé ce remboursement. Rien n'a été remboursé. Appelez le gérant.",
        "The card declined this refund. Nothing was refunded. Call the manager.",
    ),
    Cause.CHIP_FAILED: Said(
        _C.INVALID_CARD,
        "La puce de la carte n'a pas pu être lue. Rien n'a été remboursé. Réessayez avec la carte qui a payé.",
        "The card's chip could not be read. Nothing was refunded. Try again with the card that paid.",
    ),
    Cause.CARD_REMOVED: Said(
        _C.CANCEL,
        "La carte a été retirée trop tôt. Rien n'a été remboursé. Recommencez et laissez la carte dans le lecteur.",
        "The card was pulled too early. Nothing was refunded. Start again, and leave the card in the reader.",
    ),
    Cause.CARD_BLOCKED: Said(
        _C.REFUSAL,
        "Cette carte est bloquée par la banque. Rien n'a été remboursé. Appelez le gérant.",
        "This card is blocked by its bank. Nothing was refunded. Call the manager.",
    ),
    Cause.CARD_LEFT: Said(
        _C.CANCEL,
        "Une carte était déjà dans le lecteur. Rien n'a été remboursé. Retirez-la, recommencez, et insérez la carte "
        "ensuite.",
        "A card was in the reader already. Nothing was refunded. Take it out, start again, and insert the card then.",
    ),
    Cause.READER_LOGGED: Said(
        _C.UNAVAILABLE_DEVICE,
        "Le lecteur de puces n'est pas protégé sur cette caisse : aucune carte n'y est lue. Rien n'a été remboursé. "
        "Appelez l'informatique.",
        "The chip reader is not protected on this till: no card is read. Nothing was refunded. Call IT.",
    ),
    Cause.SURROUNDINGS: Said(
        _C.UNAVAILABLE_DEVICE,
        "Cette caisse n'est pas protégée pour les cartes : aucune n'y est lue. Rien n'a été remboursé. Remboursez par "
        "la référence du reçu, sans la carte, ou appelez l'informatique.",
        "This till is not protected for cards: none is read. Nothing was refunded. Refund by the receipt's reference, "
        "without the card, or call IT.",
    ),
    Cause.NOT_A_BANK_CARD: Said(
        _C.INVALID_CARD,
        "Ce n'est pas une carte de paiement. Rien n'a été remboursé. Demandez la carte qui a payé.",
        "This is not a payment card. Nothing was refunded. Ask for the card that paid.",
    ),
    Cause.READER: Said(
        _C.DEVICE_OUT,
        "Le lecteur de carte ne répond pas. Rien n'a été remboursé. Vérifiez son câble, puis recommencez.",
        "The card reader does not answer. Nothing was refunded. Check its cable, then try again.",
    ),
    Cause.ROOM: Said(
        _C.UNAVAILABLE_DEVICE,
        "La lecture protégée de la carte n'a pas fonctionné. Rien n'a été remboursé. Recommencez; sinon, appelez "
        "l'informatique.",
        "The protected card reading did not work. Nothing was refunded. Try again; if it fails again, call IT.",
    ),
    Cause.UNREACHABLE: Said(
        _C.UNREACHABLE_HOST,
        "Le service de paiement est injoignable. Rien n'a été remboursé. Gardez le reçu et recommencez plus tard.",
        "The payment service cannot be reached. Nothing was refunded. Keep the receipt and try again later.",
    ),
    Cause.STOPPED: Said(
        _C.ABORTED,
        "Le service de caisse redémarre. Rien n'a été remboursé. Recommencez dans une minute.",
        "The till's payment service is restarting. Nothing was refunded. Try again in a minute.",
    ),
    Cause.ISSUER: Said(
        _C.REFUSAL,
        "Remboursement refusé par la banque du client. Rien n'a été remboursé. Appelez le gérant.",
        "Refund declined by the customer's bank. Nothing was refunded. Call the manager.",
    ),
    Cause.PROCESSOR: Said(
        _C.REFUSAL,
        "Remboursement refusé par le service de paiement. Rien n'a été remboursé. Appelez le gérant.",
        "Refund refused by the payment service. Nothing was refunded. Call the manager.",
    ),
    Cause.LATE: Said(
        _C.UNREACHABLE_HOST,
        "La demande est arrivée trop tard au service de paiement. Rien n'a été remboursé. Recommencez.",
        "The request reached the payment service too late. Nothing was refunded. Start the refund again.",
    ),
    Cause.NO_ANSWER: Said(
        _C.UNREACHABLE_HOST,
        "Le service de paiement n'a pas répondu. Le remboursement est annulé : rien ne restera remboursé. Recommencez "
        "plus tard.",
        "The payment service did not answer. The refund is being cancelled: nothing stays refunded. Try again later.",
    ),
    Cause.WRONG_ANSWER: Said(
        _C.UNREACHABLE_HOST,
        "La réponse du service de paiement n'était pas la bonne. Le remboursement est annulé : rien ne restera "
        "remboursé. Avertissez l'informatique.",
        "The payment service gave a wrong answer. The refund is being cancelled: nothing stays refunded. Tell IT.",
    ),
    Cause.UNRECORDED: Said(
        _C.UNREACHABLE_HOST,
        "Le remboursement n'a pas pu être enregistré; il est annulé : rien ne restera remboursé. Appelez "
        "l'informatique.",
        "The refund could not be recorded; it is being cancelled: nothing stays refunded. Call IT.",
    ),
    Cause.RECOVERED: Said(
        _C.UNREACHABLE_HOST,
        "Le service a été interrompu pendant ce remboursement; il est annulé : rien ne restera remboursé. Recommencez "
        "le remboursement.",
        "The service was interrupted during this refund; it is being cancelled: nothing stays refunded. Start again.",
    ),
    Cause.TOMBSTONED: Said(
        _C.UNREACHABLE_HOST,
        "Ce remboursement n'est jamais parvenu au service de paiement. Rien n'a été remboursé. Recommencez.",
        "This refund never reached the payment service. Nothing was refunded. Start the refund again.",
    ),
    Cause.WAS_DECLINED: Said(
        _C.REFUSAL,
        "Ce remboursement avait été refusé. Rien n'a été remboursé. Appelez le gérant.",
        "This refund had been declined. Nothing was refunded. Call the manager.",
    ),
    Cause.TOO_LATE: Said(
        _C.NOT_ALLOWED,
        "Ce paiement est déjà réglé et ne peut plus être annulé. Rien n'a été remboursé. Faites plutôt un "
        "remboursement.",
        "This payment is settled already and cannot be voided any more. Nothing was refunded. Make a refund instead.",
    ),
    Cause.CARD_NEEDED: Said(
        _C.NOT_ALLOWED,
        "Ce paiement ne se rend qu'avec la carte du client. Rien n'a été remboursé. Faites un remboursement avec la "
        "carte présente.",
        "This payment can be given back only with the customer's card. Nothing was refunded. Make a refund with the "
        "card present.",
    ),
    Cause.CARD_REFUSED: Said(
        _C.REFUSAL,
        "La carte a refusé le remboursement ou a été retirée trop tôt. Il est annulé : rien ne restera remboursé. "
        "Recommencez.",
        "The card refused the refund or was pulled too early. It is being cancelled: nothing stays refunded. Start "
        "again.",
    ),
    Cause.UNFIT_SINCE: Said(
        _C.UNAVAILABLE_DEVICE,
        "Cette caisse n'est plus protégée pour les cartes. Le remboursement est annulé : rien ne restera remboursé. "
        "Remboursez par la référence du reçu, sans la carte, ou appelez l'informatique.",
        "This till is not protected for cards any more. The refund is being cancelled: nothing stays refunded. Refund "
        "by the receipt's reference, without the card, or call IT.",
    ),
    Cause.CANCELLED: Said(
        _C.ABORTED,
        "La caisse a renoncé à ce remboursement. Il est annulé : rien ne restera remboursé.",
        "The till gave this refund up. It is being cancelled: nothing stays refunded.",
    ),
    Cause.UNCONFIRMED: Said(
        _C.ABORTED,
        "La caisse n'a pas confirmé ce remboursement à temps. Il est annulé : rien ne restera remboursé. Recommencez.",
        "The till did not confirm this refund in time. It is being cancelled: nothing stays refunded. Start again.",
    ),
    Cause.VOIDED: Said(
        _C.NOT_ALLOWED,
        "Ce paiement a déjà été annulé : le client n'a rien payé. Rien n'a été remboursé cette fois et rien n'est dû.",
        "This payment was voided before: the customer paid nothing. Nothing was refunded this time; nothing is owed.",
    ),
    Cause.EXCEEDS: Said(
        _C.NOT_ALLOWED,
        "Ce montant dépasse ce qui reste à rembourser de cette vente. Rien n'a été remboursé cette fois. Vérifiez les "
        "remboursements déjà faits.",
        "This amount is more than what is left to refund of this sale. Nothing was refunded this time. Look at the "
        "refunds already made.",
    ),
    Cause.NOT_SEEN: Said(
        _C.NOT_FOUND,
        "Le service de paiement ne connaît pas cette vente pour ce magasin. Rien n'a été remboursé. Vérifiez la "
        "référence du reçu.",
        "The payment service does not know this sale for this shop. Nothing was refunded. Check the reference on the "
        "receipt.",
    ),
    Cause.WRONG_STATE: Said(
        _C.NOT_ALLOWED,
        "Cette vente ne se rembourse pas ainsi : pas payée, annulation en cours, payée autrement ou déjà "
        "remboursée en partie. Rien n'a été remboursé cette fois. Rendez le reste par le moyen qui a payé.",
        "This sale is not refunded this way: not paid, being cancelled, paid another way, or refunded in part. "
        "Nothing was refunded this time. Refund what is left to the tender that paid.",
    ),
    Cause.DECIDED: Said(
        _C.ABORTED,
        "Le gérant a établi que ce remboursement n'a pas eu lieu. Rien n'a été remboursé. Recommencez s'il est encore "
        "dû.",
        "The manager found that this refund was not made. Nothing was refunded. Start again if it is still owed.",
    ),
    Cause.OTHER_CARD: Said(
        _C.INVALID_CARD,
        "Ce n'est pas la carte qui a payé. Rien n'a été remboursé. Demandez la carte qui a payé cette vente.",
        "This is not the card that paid. Nothing was refunded. Ask for the card that paid this sale.",
    ),
    Cause.IN_DOUBT: Said(
        _C.IN_PROGRESS,
        "On ne sait pas encore si ce remboursement a été fait. Ne remboursez pas une autre fois : appelez le gérant.",
        "It is not known yet whether this refund was made. Do not refund again: call the manager.",
    ),
}
