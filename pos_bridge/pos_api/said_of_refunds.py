"""What a cashier is told of a request for a refund or a reversal, where it is another sentence than of a payment's.

Each says what became of the money and what to do. None holds data. Why one that was tried was not made stands in
said_of_refund_causes.py.
"""

from pos_bridge.pos_api.said import SITUATIONS, Said, Situation
from pos_bridge.wire.nexo.words import ErrorCondition
from pos_bridge.words import Words

_C = ErrorCondition

# What SITUATIONS says of a payment, said of a refund or a reversal. The others say the same of all.
REFUND_SITUATIONS: dict[Situation, Said] = {
    Situation.INSTRUMENT: Said(
        _C.NOT_ALLOWED,
        "Ce terminal rembourse sur carte et au comptant seulement. Rien n'a été remboursé.",
        "This terminal refunds to cards and in cash only. Nothing was refunded.",
    ),
    Situation.MONEY_FIELD: Said(
        _C.NOT_ALLOWED,
        "Ce terminal ne prend pas ce montant avec un remboursement ({field}). Rien n'a été remboursé. Recommencez sans "
        "ce montant.",
        "This terminal does not take this amount with a refund ({field}). Nothing was refunded. Try again without it.",
    ),
    Situation.CURRENCY: Said(
        _C.NOT_ALLOWED,
        "Ce terminal rembourse en dollars canadiens (CAD) seulement. Rien n'a été remboursé.",
        "This terminal refunds in Canadian dollars (CAD) only. Nothing was refunded.",
    ),
    Situation.BRAND_LIMIT: Said(
        _C.NOT_ALLOWED,
        "Ce terminal ne peut pas limiter le remboursement à certaines cartes. Rien n'a été remboursé. Recommencez sans "
        "cette limite.",
        "This terminal cannot limit a refund to certain cards. Nothing was refunded. Try again without the limit.",
    ),
    Situation.CARD_IN_REQUEST: Said(
        _C.NOT_ALLOWED,
        "Ce terminal lit les cartes lui-même et refuse toute donnée de carte venant de la caisse. Rien n'a été "
        "remboursé. Avertissez l'informatique.",
        "This terminal reads cards itself and refuses card data from the till. Nothing was refunded. Tell IT.",
    ),
    Situation.CUSTOMER_TOKEN: Said(
        _C.NOT_ALLOWED,
        "Ce terminal ne crée pas d'identifiant qui suit le client. Rien n'a été remboursé. Recommencez sans cette "
        "demande.",
        "This terminal makes no identifier that follows a customer. Nothing was refunded. Try again without it.",
    ),
    Situation.CONTRADICTION: Said(
        _C.NOT_ALLOWED,
        "Cette demande a déjà été faite avec un autre contenu; la première reste valable. Rien d'autre n'a été "
        "remboursé. Demandez d'abord l'état de la première.",
        "This request was made before with other content; the first one stands. Nothing else was refunded. Ask for the "
        "state of the first one.",
    ),
    Situation.CLOSED: Said(
        _C.ABORTED,
        "Ce remboursement avait été annulé avant d'arriver. Rien n'a été remboursé. Recommencez comme un nouveau "
        "remboursement.",
        "This refund had been cancelled before it arrived. Nothing was refunded. Start a new refund.",
    ),
    Situation.NOT_RECORDABLE: Said(
        _C.UNAVAILABLE_SERVICE,
        "Le registre des paiements ne peut pas être écrit. Rien n'a été remboursé. Appelez l'informatique.",
        "The payment record cannot be written. Nothing was refunded. Call IT.",
    ),
    Situation.FAULT: Said(
        _C.UNAVAILABLE_SERVICE,
        "Le terminal a rencontré une erreur et n'a pas traité cette demande. Rien n'a été remboursé. Réessayez; sinon, "
        "appelez l'informatique.",
        "The terminal met an error and did not handle this request. Nothing was refunded. Try again; if it fails "
        "again, call IT.",
    ),
    Situation.ALREADY_APPROVED: Said(
        _C.NOT_ALLOWED,
        "Ce remboursement est déjà fait (référence {reference}) et la caisse n'a pas reçu la réponse. Ne le remettez "
        "pas une autre fois : demandez l'état du premier remboursement.",
        "This refund was already made (reference {reference}) and the till did not get the answer. Do not hand it out "
        "again: ask for the state of the first refund.",
    ),
    Situation.STATE_UNKNOWN: Said(
        _C.IN_PROGRESS,
        "L'issue de ce remboursement n'est pas encore connue. Ne remboursez pas une autre fois : demandez l'état du "
        "remboursement.",
        "How this refund ended is not known yet. Do not refund again: ask for the state of the refund.",
    ),
    Situation.IN_PROGRESS: Said(
        _C.IN_PROGRESS,
        "Ce remboursement est en cours. Attendez, puis redemandez son état.",
        "This refund is running. Wait, then ask for its state again.",
    ),
    Situation.NOT_FOUND: Said(
        _C.NOT_FOUND,
        "Ce remboursement n'est jamais arrivé ici. Rien n'a été remboursé. Recommencez comme un nouveau remboursement.",
        "This refund never arrived here. Nothing was refunded. Start a new refund.",
    ),
    Situation.NOTHING_TO_ABORT: Said(
        _C.NOT_FOUND,
        "Il n'y a pas de remboursement à annuler, ou il est déjà terminé. Demandez son état.",
        "There is no refund to cancel, or it has already ended. Ask for its state.",
    ),
}

HAND_BACK = Words(
    "Remettez {cashRefund} comptant au client.",
    "Hand {cashRefund} in cash to the customer.",
)


def situation(which: Situation, *, gives_back: bool) -> Said:
    return REFUND_SITUATIONS.get(which, SITUATIONS[which]) if gives_back else SITUATIONS[which]
