"""What a cashier is told at day end, when the totals are not the whole story. `{...}` are counts of the same name."""

from enum import Enum

from pos_bridge.words import Words


class Noticed(Enum):
    """What there is to know about a period beside its totals. The value is its word in `warning`."""

    DIFFERENCES = "differences"
    NOT_COMPARED = "not-compared"
    UNSETTLED = "unsettled"
    HALF_PAID = "half-paid"


NOTICED: dict[Noticed, Words] = {
    Noticed.DIFFERENCES: Words(
        "Ce terminal et le service de paiement ne disent pas la même chose de {differences} opération(s). Avertissez "
        "l'informatique, qui les verra une à une.",
        "This terminal and the payment service do not agree about {differences} transaction(s). Tell IT, who can see "
        "them one by one.",
    ),
    Noticed.NOT_COMPARED: Words(
        "Le service de paiement n'a pas pu être consulté : ces totaux sont ceux de ce terminal seulement. Redemandez "
        "les totaux plus tard.",
        "The payment service could not be asked: these totals are this terminal's alone. Ask for the totals again "
        "later.",
    ),
    Noticed.UNSETTLED: Words(
        "L'issue de {unsettled} opération(s) n'est pas encore connue; elles ne sont pas dans ces totaux. Redemandez "
        "les totaux plus tard.",
        "How {unsettled} transaction(s) ended is not known yet; they are not in these totals. Ask for the totals again "
        "later.",
    ),
    Noticed.HALF_PAID: Words(
        "{halfPaid} vente(s) ne sont payées qu'en partie. Encaissez le reste ou remettez ce qui a été payé.",
        "{halfPaid} sale(s) are paid in part only. Take the rest, or give back what was paid.",
    ),
}
