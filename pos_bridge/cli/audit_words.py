"""What `pos-bridge audit` says, in French and in English."""

from pos_bridge.domain.audit import Act
from pos_bridge.domain.identity import Purpose
from pos_bridge.domain.person import PersonFault
from pos_bridge.words import Words, same

HELP: dict[str, Words] = {
    "audit": Words("la piste d'audit (le registre des accès)", "the audit trail"),
    "what": Words(
        "Qui a fait quoi des renseignements des personnes, par jour et par numéro, sans leur contenu.",
        "Who did what with people's data, by day and by number, without what it was.",
    ),
    "acts": Words("actes", "acts"),
    "verify": Words("vérifier la chaîne (0 : intacte; 1 : non)", "check the chain (0: whole; 1: not)"),
    "show": Words("montrer les lignes", "show the rows"),
}

SAID: dict[str, Words] = {
    "sound": Words(
        "Le registre est intact : {count} lignes depuis le début. Tête : {head}",
        "The trail is whole: {count} rows since its beginning. Head: {head}",
    ),
    "damaged": Words(
        "Le registre n'est pas ce qui a été écrit (ligne {row}; 0 : tout le fichier). Gardez-le tel quel, et "
        "avertissez la personne responsable.",
        "The trail is not what was written (row {row}; 0: the whole file). Keep it as it lies, and tell the person in "
        "charge.",
    ),
    "unreadable": Words("Le registre ne peut pas être lu.", "The trail cannot be read."),
    "refused": Words("refusé : {why}", "refused: {why}"),
}

ACTS: dict[Act, Words] = {
    Act.ENROL: Words("inscription", "enrolment"),
    Act.DELIVER: Words("livraison", "delivery"),
    Act.READ: Words("lecture", "look"),
    Act.ACCESS: Words("accès", "access"),
    Act.RECTIFY: same("rectification"),
    Act.WITHDRAW: Words("retrait d'un consentement", "withdrawal of a consent"),
    Act.ERASE: Words("effacement", "erasure"),
    Act.REQUEST: Words("demande reçue", "request taken"),
    Act.REFUSE: Words("demande refusée", "request refused"),
    Act.LIST_DUE: Words("liste des échéances", "list of what is due"),
    Act.RETAIN: Words("conservation", "retention"),
    Act.PROVE: Words("preuve d'un consentement", "proof of a consent"),
    Act.APPROVE_REFUND: Words("remboursement sans vente approuvé", "refund without its sale approved"),
}

FAULTS: dict[PersonFault, Words] = {
    PersonFault.UNKNOWN: Words("personne de ce numéro", "nobody of that number"),
    PersonFault.EXISTS: Words("déjà inscrit", "enrolled before"),
    PersonFault.NO_PARENT: Words("sans l'accord d'un parent", "no parent consented"),
    PersonFault.NO_CONSENT: Words("sans consentement", "no consent"),
    PersonFault.NOT_FOR_PURPOSE: Words("cette fin ne le demande pas", "not needed for this purpose"),
    PersonFault.NOT_ALLOWED: Words("ce rôle ne le peut pas", "this role may not"),
    PersonFault.RECOURSE_OPEN: Words("une demande reste ouverte", "a request is open"),
    PersonFault.UNFIT: Words("une valeur ne convient pas", "a value does not fit"),
}

PURPOSES: dict[Purpose, Words] = {
    Purpose.PROGRAMME: same("programme"),
    Purpose.DELIVERY: Words("livraison", "delivery"),
    Purpose.ORDER_TRACKING: Words("suivi de commande", "order tracking"),
    Purpose.RETURN_TRACKING: Words("suivi de retour", "return tracking"),
    Purpose.OFFERS: Words("offres", "offers"),
    Purpose.CONTACT: same("contact"),
}
