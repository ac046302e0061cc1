"""What a cashier is told of a display, a printer or a question to the customer. None holds a text of either."""

from enum import Enum

from pos_bridge.domain.device import DeviceFault
from pos_bridge.pos_api.said import Said, Words
from pos_bridge.wire.nexo.words import ErrorCondition


class DeviceSituation(Enum):
    """Why a device message was not done."""

    NO_DEVICE = "no_device"
    CASHIERS_DEVICE = "cashiers_device"
    DEVICE_AWAY = "device_away"
    DEVICE_TAKEN = "device_taken"
    DEVICE_STALLED = "device_stalled"
    NO_PAPER = "no_paper"
    CARD_IN_TEXT = "card_in_text"
    TEXT_ONLY = "text_only"
    TEXT_TOO_LONG = "text_too_long"
    NOBODY_TO_ASK = "nobody_to_ask"
    TYPED_INPUT = "typed_input"
    MENU_SHAPE = "menu_shape"
    NOT_AT_ONCE = "not_at_once"
    QUESTION_RUNS = "question_runs"
    PAYMENT_RUNS = "payment_runs"
    CUSTOMER_CANCELLED = "customer_cancelled"
    NOT_ANSWERED = "not_answered"
    QUESTION_ABORTED = "question_aborted"
    NO_QUESTION = "no_question"
    NO_SOUND = "no_sound"
    SERVICES_NOT_SERVED = "services_not_served"


FAULTS = {
    DeviceFault.ABSENT: DeviceSituation.DEVICE_AWAY,
    DeviceFault.TAKEN: DeviceSituation.DEVICE_TAKEN,
    DeviceFault.STALLED: DeviceSituation.DEVICE_STALLED,
    DeviceFault.NO_PAPER: DeviceSituation.NO_PAPER,
}

_C = ErrorCondition

DEVICE_SITUATIONS: dict[DeviceSituation, Said] = {
    DeviceSituation.NO_DEVICE: Said(
        _C.UNAVAILABLE_DEVICE,
        "Ce terminal n'a pas cet appareil. Rien n'a été affiché ni imprimé.",
        "This terminal has no such device. Nothing was shown or printed.",
    ),
    DeviceSituation.CASHIERS_DEVICE: Said(
        _C.UNAVAILABLE_DEVICE,
        "L'écran et le clavier du caissier sont ceux de la caisse, pas du terminal. Rien n'a été affiché.",
        "The cashier's screen and keys are the till's, not the terminal's. Nothing was shown.",
    ),
    DeviceSituation.DEVICE_AWAY: Said(
        _C.DEVICE_OUT,
        "L'appareil ne répond pas : est-il branché et allumé? Rien n'a été affiché ni imprimé.",
        "The device is not there: is it plugged in and switched on? Nothing was shown or printed.",
    ),
    DeviceSituation.DEVICE_TAKEN: Said(
        _C.BUSY,
        "L'appareil est occupé. Attendez un peu, puis recommencez.",
        "The device is busy. Wait a little, then try again.",
    ),
    DeviceSituation.DEVICE_STALLED: Said(
        _C.DEVICE_OUT,
        "L'appareil n'a pas répondu à temps. Vérifiez s'il est allumé et regardez ce qui en est sorti avant de "
        "recommencer.",
        "The device did not answer in time. See that it is switched on, and look what came out before trying again.",
    ),
    DeviceSituation.NO_PAPER: Said(
        _C.DEVICE_OUT,
        "L'imprimante n'a plus de papier. Mettez un rouleau, puis réimprimez.",
        "The printer is out of paper. Put in a roll, then print again.",
    ),
    DeviceSituation.CARD_IN_TEXT: Said(
        _C.NOT_ALLOWED,
        "Le texte contient ce qui ressemble à un numéro de carte. Rien n'a été affiché ni imprimé. Avertissez "
        "l'informatique.",
        "The text holds what looks like a card number. Nothing was shown or printed. Tell IT.",
    ),
    DeviceSituation.TEXT_ONLY: Said(
        _C.NOT_ALLOWED,
        "Cet appareil ne prend que du texte ({field}). Rien n'a été affiché ni imprimé.",
        "This device takes text only ({field}). Nothing was shown or printed.",
    ),
    DeviceSituation.TEXT_TOO_LONG: Said(
        _C.NOT_ALLOWED,
        "Le texte est trop long pour cet appareil ({field}). Rien n'a été affiché ni imprimé.",
        "The text is too long for this device ({field}). Nothing was shown or printed.",
    ),
    DeviceSituation.NOBODY_TO_ASK: Said(
        _C.UNAVAILABLE_DEVICE,
        "Ce terminal n'a pas de clavier pour le client. Rien n'a été demandé; demandez-le de vive voix.",
        "This terminal has no keys for the customer. Nothing was asked; ask in person.",
    ),
    DeviceSituation.TYPED_INPUT: Said(
        _C.NOT_ALLOWED,
        "Pour protéger le client, ce terminal ne lui fait rien taper : oui, non ou un choix dans une liste seulement.",
        "To protect the customer, nothing is typed on this terminal: yes, no or a choice from a list only.",
    ),
    DeviceSituation.MENU_SHAPE: Said(
        _C.NOT_ALLOWED,
        "Ce terminal demande un seul choix parmi 1 à 20 lignes, sans sous-menu ({field}). Rien n'a été demandé.",
        "This terminal asks for one choice of 1 to 20 entries, without submenus ({field}). Nothing was asked.",
    ),
    DeviceSituation.NOT_AT_ONCE: Said(
        _C.NOT_ALLOWED,
        "Ce terminal répond quand le client a répondu, pas avant (ImmediateResponseFlag). Rien n'a été demandé.",
        "This terminal answers when the customer has, not before (ImmediateResponseFlag). Nothing was asked.",
    ),
    DeviceSituation.QUESTION_RUNS: Said(
        _C.BUSY,
        "Une question est déjà posée au client. Attendez sa réponse, puis recommencez.",
        "The customer is being asked something already. Wait for the answer, then try again.",
    ),
    DeviceSituation.PAYMENT_RUNS: Said(
        _C.BUSY,
        "Un paiement ou un remboursement se fait sur ce lecteur. Rien n'a été demandé. Attendez sa fin.",
        "A payment or refund is running on this reader. Nothing was asked. Wait for it to end.",
    ),
    DeviceSituation.CUSTOMER_CANCELLED: Said(
        _C.CANCEL,
        "Le client a annulé la question. Elle reste sans réponse.",
        "The customer cancelled the question. It has no answer.",
    ),
    DeviceSituation.NOT_ANSWERED: Said(
        _C.CANCEL,
        "Le client n'a pas répondu à temps. La question reste sans réponse.",
        "The customer did not answer in time. The question has no answer.",
    ),
    DeviceSituation.QUESTION_ABORTED: Said(
        _C.ABORTED,
        "La caisse a retiré la question. Elle reste sans réponse.",
        "The till withdrew the question. It has no answer.",
    ),
    DeviceSituation.NO_QUESTION: Said(
        _C.NOT_FOUND,
        "Il n'y a pas de question à retirer, ou elle a déjà sa réponse.",
        "There is no question to withdraw, or it has its answer already.",
    ),
    DeviceSituation.NO_SOUND: Said(
        _C.NOT_ALLOWED,
        "Ce terminal n'a pas de son : demandez la réponse à la fin de l'impression (ResponseMode). Rien n'a été "
        "imprimé.",
        "This terminal has no sound: ask for the answer at the end of printing (ResponseMode). Nothing was printed.",
    ),
    DeviceSituation.SERVICES_NOT_SERVED: Said(
        _C.UNAVAILABLE_SERVICE,
        "Aucun des services demandés n'est offert par ce terminal. Rien n'a été fait.",
        "None of the services asked for is offered by this terminal. Nothing was done.",
    ),
}

TEXT_CUT = Words(
    "Le texte n'entre pas en entier sur l'afficheur : la fin a été coupée.",
    "The display has no room for the whole text: its end was cut.",
)
NOT_READ_AHEAD = Words(
    "Aucune carte n'est lue d'avance : elle sera demandée au paiement.",
    "No card is read ahead: it will be asked for with the payment.",
)
