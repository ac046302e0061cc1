"""Sentences about people, for a cashier and for the person in charge: why nothing was done, or what still is to be.

They name a field, never what stood in it; and of who may be known here no more than was asked.
"""

from enum import Enum

from pos_bridge.domain.details import Field, Unfit
from pos_bridge.domain.person import PersonFault
from pos_bridge.dossier.names import FIELDS, UNFIT
from pos_bridge.words import Words


class Untaken(Enum):
    """Why what was asked for was not even tried."""

    NOT_OFFERED = "not_offered"
    NO_CONSENT = "no_consent"
    AGE_NOT_SAID = "age_not_said"
    WRONG_TEXT = "wrong_text"
    OFFERS_APART = "offers_apart"
    CARD_NUMBER = "card_number"
    NO_DAY = "no_day"
    NO_OPERATOR = "no_operator"
    NOT_PROVEN = "not_proven"
    TOO_MANY_TRIES = "too_many_tries"


UNTAKEN: dict[Untaken, Words] = {
    Untaken.NOT_OFFERED: Words(
        "Ce n'est pas offert à cette caisse. Rien n'a été gardé.", "This till does not offer it. Nothing was kept."
    ),
    Untaken.NO_CONSENT: Words(
        "La personne n'a consenti à rien. Rien n'a été gardé.", "The person agreed to nothing. Nothing was kept."
    ),
    Untaken.AGE_NOT_SAID: Words(
        "Demandez qui consent : la personne, si elle a 14 ans ou plus, ou un parent. Rien n'a été gardé.",
        "Ask who agrees: the person, if they are 14 or over, or a parent. Nothing was kept.",
    ),
    Untaken.WRONG_TEXT: Words(
        "Ce texte n'est pas celui que le magasin fait lire maintenant. Montrez le bon, et redemandez l'accord. Rien "
        "n'a été gardé.",
        "That is not the text that the shop shows now. Show the right one, and ask again. Nothing was kept.",
    ),
    Untaken.OFFERS_APART: Words(
        "L'accord aux offres se demande à part, avec son propre texte. Rien n'a été gardé.",
        "Offers are agreed to apart, with a text of their own. Nothing was kept.",
    ),
    Untaken.CARD_NUMBER: Words(
        "Un numéro de carte se trouve là où il n'a pas sa place. Rien n'a été gardé.",
        "A card number stands where it has no place. Nothing was kept.",
    ),
    Untaken.NO_DAY: Words(
        "Ce jour ou ce mois ne convient pas. Rien n'a été gardé.", "That day or month does not fit. Nothing was kept."
    ),
    Untaken.NO_OPERATOR: Words(
        "Aucun opérateur n'a ce numéro à cette caisse. Rien n'a été fait.",
        "No operator has that number at this till. Nothing was done.",
    ),
    Untaken.NOT_PROVEN: Words(
        "Numéro ou mot de passe refusé. Rien n'a été fait.", "Number or password refused. Nothing was done."
    ),
    Untaken.TOO_MANY_TRIES: Words(
        "Trop d'essais. Attendez, jusqu'à un quart d'heure, puis recommencez. Rien n'a été fait.",
        "Too many tries. Wait, up to a quarter of an hour, then try again. Nothing was done.",
    ),
}

FAULTS: dict[PersonFault, Words] = {
    PersonFault.UNKNOWN: Words("Personne n'est connu ici sous ce numéro.", "Nobody is known here by that number."),
    PersonFault.EXISTS: Words(
        "Quelqu'un est déjà inscrit sous ce numéro, avec d'autres renseignements. Pour les corriger, adressez-vous à "
        "la personne responsable. Rien n'a été changé.",
        "Somebody is enrolled under that number already, with other details. To correct them, ask the person in "
        "charge. Nothing was changed.",
    ),
    PersonFault.NO_PARENT: Words(
        "Sous 14 ans, c'est un parent qui consent. Rien n'a été gardé.",
        "Under 14 it is a parent who agrees. Nothing was kept.",
    ),
    PersonFault.NO_CONSENT: Words(
        "La personne n'a pas consenti à cela. Rien n'a été fait.", "The person did not agree to that. Nothing was done."
    ),
    PersonFault.NOT_FOR_PURPOSE: Words(
        "Ces renseignements ne servent pas à cela. Rien n'a été montré ni changé.",
        "These details do not serve that. Nothing was shown or changed.",
    ),
    PersonFault.NOT_ALLOWED: Words(
        "Ce rôle ne le permet pas. Adressez-vous à la personne responsable. Rien n'a été fait.",
        "This role may not. Ask the person in charge. Nothing was done.",
    ),
    PersonFault.RECOURSE_OPEN: Words(
        "Une demande est ouverte, ou peut encore être contestée : les renseignements restent jusque-là. Rien n'a été "
        "effacé.",
        "A request is open, or can still be disputed: the details stay until then. Nothing was erased.",
    ),
    PersonFault.UNFIT: Words(
        "Un champ, un jour ou un mois ne convient pas à cette demande. Rien n'a été changé.",
        "A field, a day or a month does not fit this request. Nothing was changed.",
    ),
}

UNUSABLE = Words(
    "Le coffre ou son registre ne répond pas : ce n'est pas fait, à notre connaissance. Redemandez : ce qui serait "
    "déjà fait ne l'est pas deux fois. Si cela dure, appelez le soutien.",
    "The vault or its register does not answer: it is not done as far as we know. Ask again: what is done already is "
    "not done twice. If it lasts, call support.",
)
ERASED = Words(
    "Effacé : illisible dès maintenant sur cette caisse, hors des sauvegardes d'ici 30 jours.",
    "Erased: unreadable on this till from now on, out of backups within 30 days.",
)
ERASED_WITHOUT_A_COPY = Words(
    f"{ERASED.fr} Aucune copie hors de la caisse n'est réglée (identity.erasures_copy) : une sauvegarde restaurée sans "
    "le registre d'ici pourrait le ramener.",
    f"{ERASED.en} No copy off the till is configured (identity.erasures_copy): a backup restored without the ledger of "
    "this till could bring it back.",
)
NOT_ACKNOWLEDGED = Words(
    "Détruit sur cette caisse, mais pas encore confirmé hors d'elle : ne dites pas encore « effacé ».",
    "Destroyed on this till, but not acknowledged off it yet: do not say *erased* yet.",
)
_UNFIT_DETAIL = Words("{field} : {why}. Rien n'a été gardé.", "{field}: {why}. Nothing was kept.")


def unfit(field: Field, why: Unfit) -> Words:
    """Why a text cannot stand in that field."""
    said = _UNFIT_DETAIL
    names, reasons = FIELDS[field], UNFIT[why]
    return Words(
        said.fr.format(field=_capital(names.fr), why=reasons.fr),
        said.en.format(field=_capital(names.en), why=reasons.en),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
