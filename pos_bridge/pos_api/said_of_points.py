"""What a cashier is told when points are not counted or not taken back, in French and in English, with nexo's word."""

from enum import Enum

from pos_bridge.domain.points import PointsFault
from pos_bridge.pos_api.said import Said
from pos_bridge.wire.nexo.words import ErrorCondition


class PointsSituation(Enum):
    """Why a request about points was answered without being tried, or without its end being known."""

    ABORTED = "aborted"
    CONTRADICTION = "contradiction"
    NOT_KNOWN = "not_known"
    NOT_SEEN = "not_seen"


Uncounted = PointsFault | PointsSituation

_C = ErrorCondition

POINTS: dict[Uncounted, Said] = {
    PointsFault.NO_RULE: Said(
        _C.UNAVAILABLE_SERVICE,
        "Ce terminal ne compte pas de points. Rien n'a été fait.",
        "This terminal counts no points. Nothing was done.",
    ),
    PointsFault.KIND: Said(
        _C.NOT_ALLOWED,
        "Ce terminal ajoute et reprend des points; il n'en échange pas et ne donne pas de rabais. Rien n'a été fait.",
        "This terminal adds points and takes them back; it redeems none and gives no rebates. Nothing was done.",
    ),
    PointsFault.NOBODY: Said(
        _C.NOT_ALLOWED,
        "Le client n'a pas choisi le programme, ou son numéro n'est pas lisible. Aucun point n'a été compté. Demandez "
        "son numéro au client, puis recommencez.",
        "The customer did not choose the programme, or the number cannot be read. No points were counted. Ask the "
        "customer for the number, then try again.",
    ),
    PointsFault.UNKNOWN_SALE: Said(
        _C.NOT_FOUND,
        "Cette vente n'est pas connue ici. Aucun point n'a été compté. Encaissez d'abord la vente, ou scannez la "
        "référence de son reçu.",
        "This sale is not known here. No points were counted. Take its payment first, or scan the reference on its "
        "receipt.",
    ),
    PointsFault.NOT_PAID: Said(
        _C.NOT_ALLOWED,
        "Cette vente n'est pas payée, ou a été remboursée. Aucun point n'a été compté.",
        "This sale is not paid, or was refunded. No points were counted.",
    ),
    PointsFault.IN_PARTS: Said(
        _C.NOT_ALLOWED,
        "Cette vente est payée en plusieurs parties. Aucun point n'a été compté. Scannez la référence du reçu de "
        "chaque paiement.",
        "This sale is paid in parts. No points were counted. Scan the reference on the receipt of each payment.",
    ),
    PointsFault.COUNTED: Said(
        _C.NOT_ALLOWED,
        "Les points de cette vente sont déjà comptés. Rien n'a été fait de plus.",
        "The points of this sale are counted already. Nothing more was done.",
    ),
    PointsFault.NO_POINTS: Said(
        _C.NOT_FOUND,
        "Cette vente n'a donné de points à personne ici. Rien n'a été repris.",
        "This sale gave nobody points here. Nothing was taken back.",
    ),
    PointsFault.EXCEEDS: Said(
        _C.NOT_ALLOWED,
        "Le montant dépasse ce qui a été payé, ou ce qui en reste. Aucun point n'a changé. Vérifiez le montant.",
        "The amount is more than was paid, or than is left of it. No points changed. Check the amount.",
    ),
    PointsFault.TOO_MANY: Said(
        _C.NOT_ALLOWED,
        "Les points de cette vente ont été repris en trop de fois. Rien n'a été repris. Appelez l'informatique.",
        "The points of this sale were taken back in too many parts. Nothing was taken back. Call IT.",
    ),
    PointsFault.OTHER_POINTS: Said(
        _C.NOT_ALLOWED,
        "La caisse annonce un autre nombre de points que ce terminal ({points}). Rien n'a été fait. Avertissez "
        "l'informatique.",
        "The till reckons with other points than this terminal ({points}). Nothing was done. Tell IT.",
    ),
    PointsFault.VAULT: Said(
        _C.UNAVAILABLE_SERVICE,
        # Not that nothing was done: a disk that failed to sync may have it all the same.
        "Les points ne peuvent pas être enregistrés en ce moment. Que la caisse redemande plus tard : la même demande "
        "n'est jamais comptée deux fois.",
        "Points cannot be recorded at the moment. Have the till ask again later: the same request is never counted "
        "twice.",
    ),
    PointsSituation.ABORTED: Said(
        _C.ABORTED,
        "Cette demande de points a été annulée. Rien n'a été fait. Recommencez comme une nouvelle demande.",
        "This request about points was cancelled. Nothing was done. Start a new request.",
    ),
    PointsSituation.CONTRADICTION: Said(
        _C.NOT_ALLOWED,
        "Cette demande de points a déjà été faite avec un autre contenu; la première reste valable. Recommencez comme "
        "une nouvelle demande.",
        "This request about points was made before with other content; the first one stands. Start a new request.",
    ),
    PointsSituation.NOT_KNOWN: Said(
        _C.IN_PROGRESS,
        "On ne sait pas encore si ces points sont comptés. Attendez, puis redemandez.",
        "It is not known yet whether these points are counted. Wait, then ask again.",
    ),
    PointsSituation.NOT_SEEN: Said(
        _C.NOT_FOUND,
        "Cette demande de points n'est jamais arrivée ici. Rien n'a été fait. Recommencez comme une nouvelle demande.",
        "This request about points never arrived here. Nothing was done. Start a new request.",
    ),
}
