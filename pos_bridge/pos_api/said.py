"""What a cashier is told when a request is not done, in French and in English, with nexo's word. None holds data.

`{field}` is a path of our own schema; `{reference}` a sale's own key, which stands on its receipt. What is told of a
refund or a reversal stands in said_of_refunds.py, where it is another sentence.
"""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.wire.nexo.words import ErrorCondition
from pos_bridge.words import Language, Words

__all__ = ["SITUATIONS", "Instead", "Language", "Said", "Situation", "Words"]


@dataclass(frozen=True, slots=True)
class Said:
    """What went differently: nexo's closed word and a sentence that says what to do."""

    condition: ErrorCondition
    fr: str
    en: str


class Situation(Enum):
    """Why a request was answered without a payment being tried, or without its end being known."""

    MESSAGE_FORMAT = "message_format"
    OTHER_POIID = "other_poiid"
    NOT_SERVED = "not_served"
    NOT_ALLOWED_HERE = "not_allowed_here"
    TRAINING = "training"
    UNREFERENCED = "unreferenced"
    SUPERVISOR_NEEDED = "supervisor_needed"
    NEVER_WITHOUT_SALE = "never_without_sale"
    UNKNOWN_REFERENCE = "unknown_reference"
    PAYMENT_TYPE = "payment_type"
    INSTRUMENT = "instrument"
    MONEY_FIELD = "money_field"
    PAID_UNSPLIT = "paid_unsplit"
    CURRENCY = "currency"
    BRAND_LIMIT = "brand_limit"
    CARD_IN_REQUEST = "card_in_request"
    CUSTOMER_TOKEN = "customer_token"  # noqa: S105 - the name of a situation
    BUSY = "busy"
    CONTRADICTION = "contradiction"
    ALREADY_APPROVED = "already_approved"
    CLOSED = "closed"
    NOT_RECORDABLE = "not_recordable"
    FAULT = "fault"
    STATE_UNKNOWN = "state_unknown"
    IN_PROGRESS = "in_progress"
    NOT_FOUND = "not_found"
    NOTHING_TO_ABORT = "nothing_to_abort"
    PARTIAL = "partial"
    RECONCILIATION_TYPE = "reconciliation_type"
    TOTALS_FILTER = "totals_filter"
    DAY_NOT_CLOSED = "day_not_closed"
    NO_TOTALS = "no_totals"


@dataclass(frozen=True, slots=True)
class Instead:
    """What is answered instead of a payment's outcome. `field`: a path of our schema, where the sentence names one."""

    situation: Situation
    field: str = ""


_C = ErrorCondition

SITUATIONS: dict[Situation, Said] = {
    Situation.MESSAGE_FORMAT: Said(
        _C.MESSAGE_FORMAT,
        "La demande de la caisse est incomplète ou mal formée ({field}). Rien n'a été fait. Avertissez l'informatique.",
        "The till's request is incomplete or malformed ({field}). Nothing was done. Tell IT.",
    ),
    Situation.OTHER_POIID: Said(
        _C.NOT_ALLOWED,
        "La demande nomme un autre terminal que celui-ci. Rien n'a été fait. Vérifiez le POIID dans la caisse.",
        "The request names another terminal than this one. Nothing was done. Check the POIID in the till's settings.",
    ),
    Situation.NOT_SERVED: Said(
        _C.UNAVAILABLE_SERVICE,
        "Cette fonction n'est pas offerte par ce terminal. Rien n'a été fait.",
        "This function is not offered by this terminal. Nothing was done.",
    ),
    Situation.NOT_ALLOWED_HERE: Said(
        _C.NOT_ALLOWED,
        "Pour protéger le client, ce terminal ne donne jamais à la caisse l'accès aux cartes ni aux NIP. Rien n'a été "
        "fait.",
        "To protect the customer, this terminal never gives the till access to cards or PINs. Nothing was done.",
    ),
    Situation.TRAINING: Said(
        _C.NOT_ALLOWED,
        "Ce terminal n'a pas de mode formation : tout paiement serait réel. Désactivez le mode formation de la caisse.",
        "This terminal has no training mode: every payment would be real. Leave the till's training mode.",
    ),
    Situation.UNREFERENCED: Said(
        _C.NOT_ALLOWED,
        "Un remboursement sur carte demande la vente d'origine. Rien n'a été remboursé. Scannez la référence du reçu, "
        "puis recommencez.",
        "A refund to a card needs the sale it is of. Nothing was refunded. Scan the reference on the receipt, then try "
        "again.",
    ),
    Situation.SUPERVISOR_NEEDED: Said(
        _C.REFUSAL,
        "Un remboursement sans sa vente demande l'accord d'un superviseur. Rien n'a été remboursé. Appelez-le, puis "
        "recommencez; ou scannez la référence du reçu.",
        "A refund without its sale needs a supervisor's approval. Nothing was refunded. Call one, then try again; or "
        "scan the reference on the receipt.",
    ),
    Situation.NEVER_WITHOUT_SALE: Said(
        _C.NOT_ALLOWED,
        "Ce magasin ne rembourse pas sans la vente d'origine. Rien n'a été remboursé. Scannez la référence du reçu, "
        "puis recommencez.",
        "This shop refunds nothing without the sale it is of. Nothing was refunded. Scan the reference on the receipt, "
        "then try again.",
    ),
    Situation.UNKNOWN_REFERENCE: Said(
        _C.NOT_FOUND,
        "Cette référence n'est celle d'aucun paiement fait ici. Rien n'a été remboursé. Scannez la référence qui est "
        "sur le reçu du client.",
        "This reference is of no payment made here. Nothing was refunded. Scan the reference on the customer's "
        "receipt.",
    ),
    Situation.PAYMENT_TYPE: Said(
        _C.NOT_ALLOWED,
        "Ce type de paiement n'est pas offert par ce terminal. Rien n'a été prélevé. Faites un paiement normal.",
        "This type of payment is not offered by this terminal. Nothing was charged. Make a normal payment.",
    ),
    Situation.INSTRUMENT: Said(
        _C.NOT_ALLOWED,
        "Ce terminal prend les cartes et le comptant seulement. Rien n'a été prélevé.",
        "This terminal takes cards and cash only. Nothing was charged.",
    ),
    Situation.MONEY_FIELD: Said(
        _C.NOT_ALLOWED,
        "Ce terminal ne prend ni pourboire, ni remise en argent, ni versements ({field}). Rien n'a été prélevé. "
        "Recommencez sans ce montant.",
        "This terminal takes no tip, cash back or instalments ({field}). Nothing was charged. Try again without it.",
    ),
    Situation.PAID_UNSPLIT: Said(
        _C.NOT_ALLOWED,
        "La caisse dit qu'une partie est déjà payée ({field}) sans annoncer un paiement partagé. Rien n'a été prélevé. "
        "Choisissez le paiement partagé à la caisse.",
        "The till says that a part is paid already ({field}) and does not ask for a split payment. Nothing was "
        "charged. Choose a split payment at the till.",
    ),
    Situation.CURRENCY: Said(
        _C.NOT_ALLOWED,
        "Ce terminal prend les dollars canadiens (CAD) seulement. Rien n'a été prélevé.",
        "This terminal takes Canadian dollars (CAD) only. Nothing was charged.",
    ),
    Situation.BRAND_LIMIT: Said(
        _C.NOT_ALLOWED,
        "Ce terminal ne peut pas limiter le paiement à certaines cartes. Rien n'a été prélevé. Recommencez sans cette "
        "limite.",
        "This terminal cannot limit a payment to certain cards. Nothing was charged. Try again without the limit.",
    ),
    Situation.CARD_IN_REQUEST: Said(
        _C.NOT_ALLOWED,
        "Ce terminal lit les cartes lui-même et refuse toute donnée de carte venant de la caisse. Rien n'a été "
        "prélevé. Avertissez l'informatique.",
        "This terminal reads cards itself and refuses card data from the till. Nothing was charged. Tell IT.",
    ),
    Situation.CUSTOMER_TOKEN: Said(
        _C.NOT_ALLOWED,
        "Ce terminal ne crée pas d'identifiant qui suit le client. Rien n'a été prélevé. Recommencez sans cette "
        "demande.",
        "This terminal makes no identifier that follows a customer. Nothing was charged. Try again without it.",
    ),
    Situation.BUSY: Said(
        _C.BUSY,
        "Un autre paiement ou remboursement, ou une question au client, est en cours. Rien n'a été fait. Attendez sa "
        "fin, puis recommencez.",
        "Another payment or refund, or a question to the customer, is running. Nothing was done. Wait for it to end, "
        "then try again.",
    ),
    Situation.CONTRADICTION: Said(
        _C.NOT_ALLOWED,
        "Cette demande a déjà été faite avec un autre contenu; la première reste valable. Recommencez comme un nouveau "
        "paiement.",
        "This request was made before with other content; the first one stands. Start a new payment.",
    ),
    Situation.ALREADY_APPROVED: Said(
        _C.NOT_ALLOWED,
        "Cette vente est déjà payée (référence {reference}) et la caisse n'a pas reçu la réponse. Ne faites pas "
        "repayer le client : demandez l'état du premier paiement.",
        "This sale is already paid (reference {reference}) and the till did not get the answer. Do not charge again: "
        "ask for the state of the first payment.",
    ),
    Situation.CLOSED: Said(
        _C.ABORTED,
        "Ce paiement avait été annulé avant d'arriver. Rien n'a été prélevé. Recommencez comme un nouveau paiement.",
        "This payment had been cancelled before it arrived. Nothing was charged. Start a new payment.",
    ),
    Situation.NOT_RECORDABLE: Said(
        _C.UNAVAILABLE_SERVICE,
        "Le registre des paiements ne peut pas être écrit. Rien n'a été prélevé. Appelez l'informatique.",
        "The payment record cannot be written. Nothing was charged. Call IT.",
    ),
    Situation.FAULT: Said(
        _C.UNAVAILABLE_SERVICE,
        "Le terminal a rencontré une erreur et n'a pas traité cette demande. Réessayez; sinon, appelez l'informatique.",
        "The terminal met an error and did not handle this request. Try again; if it fails again, call IT.",
    ),
    Situation.STATE_UNKNOWN: Said(
        _C.IN_PROGRESS,
        "L'issue de ce paiement n'est pas encore connue. Ne faites pas repayer le client : demandez l'état du "
        "paiement.",
        "How this payment ended is not known yet. Do not charge again: ask for the state of the payment.",
    ),
    Situation.IN_PROGRESS: Said(
        _C.IN_PROGRESS,
        "Ce paiement est en cours. Attendez, puis redemandez son état.",
        "This payment is running. Wait, then ask for its state again.",
    ),
    Situation.NOT_FOUND: Said(
        _C.NOT_FOUND,
        "Ce paiement n'est jamais arrivé ici. Rien n'a été prélevé. Recommencez comme un nouveau paiement.",
        "This payment never arrived here. Nothing was charged. Start a new payment.",
    ),
    Situation.NOTHING_TO_ABORT: Said(
        _C.NOT_FOUND,
        "Il n'y a pas de paiement à annuler, ou il est déjà terminé. Demandez son état.",
        "There is no payment to cancel, or it has already ended. Ask for its state.",
    ),
    Situation.PARTIAL: Said(
        _C.PAYMENT_RESTRICTION,
        "La carte n'a payé qu'une partie du montant. Encaissez le reste autrement.",
        "The card paid only part of the amount. Take the rest another way.",
    ),
    Situation.RECONCILIATION_TYPE: Said(
        _C.NOT_ALLOWED,
        "Ce terminal ferme sa propre journée seulement (SaleReconciliation). Rien n'a été fermé. Corrigez le réglage "
        "de la caisse.",
        "This terminal closes its own day only (SaleReconciliation). Nothing was closed. Mend the till's settings.",
    ),
    Situation.TOTALS_FILTER: Said(
        _C.NOT_ALLOWED,
        "Ce terminal ne fait pas de totaux par caisse, caissier, quart ou groupe ({field}). Rien n'a été fait. "
        "Demandez les totaux sans ce filtre.",
        "This terminal makes no totals by till, cashier, shift or group ({field}). Nothing was done. Ask for totals "
        "without that filter.",
    ),
    Situation.DAY_NOT_CLOSED: Said(
        _C.UNAVAILABLE_SERVICE,
        "Le registre des paiements ne peut pas être écrit : la journée n'est pas fermée. Appelez l'informatique, puis "
        "recommencez.",
        "The payment record cannot be written: the day is not closed. Call IT, then try again.",
    ),
    Situation.NO_TOTALS: Said(
        _C.UNAVAILABLE_SERVICE,
        "Le registre des paiements ne peut pas être lu : il n'y a pas de totaux. Appelez l'informatique.",
        "The payment record cannot be read: there are no totals. Call IT.",
    ),
}
