"""Every sentence of the page that a person is given, in French and in English."""

from pos_bridge.words import Words, same

WORDS = {
    "title": Words("Ce qui est gardé sur vous", "What is kept about you"),
    "made": Words("Fait le {day} par la caisse {till}.", "Made on {day} by till {till}."),
    "found_by": Words("Trouvé par votre {kind}", "Found by your {kind}"),
    "vault_id": Words("nom tiré au hasard, dans le coffre", "name drawn at random, in the vault"),
    "also": Words(
        "Le fichier qui accompagne cette page (JSON) dit la même chose pour un ordinateur.",
        "The file that comes with this page (JSON) says the same for a computer.",
    ),
    # ---- what was given ----
    "given": Words("Ce qui a été donné", "What was given"),
    "nothing_given": Words(
        "Ni nom, ni adresse, ni courriel, ni téléphone : rien que le numéro ci-dessus.",
        "No name, address, e-mail or telephone: only the number above.",
    ),
    "withheld": Words(
        "Le nom et l'adresse de livraison sont ceux d'une autre personne : ils ne sont montrés qu'à elle.",
        "The name and address of the delivery are another person's: they are shown only to that person.",
    ),
    "child": Words(
        "Un parent ou tuteur a consenti. En {month} l'enfant a 14 ans : dès le mois suivant, on le lui demande.",
        "A parent or tutor consented. In {month} the child is 14, and is asked themself from the next month on.",
    ),
    # ---- consent ----
    "agreed": Words("Ce qui a été accepté", "What was agreed to"),
    "in_force": Words("Permis aujourd'hui", "Allowed today"),
    "nothing_in_force": Words(
        "Rien : ces renseignements ne servent plus à rien.",
        "Nothing: this information is used for nothing any more.",
    ),
    "consented": Words("accepté", "agreed"),
    "withdrew": Words("retiré", "withdrawn"),
    "what": Words("quoi", "what"),
    "when": Words("quand", "when"),
    "where": Words("où", "where"),
    "for_what": Words("pour quoi", "for what"),
    "text": Words("texte", "text"),
    "by": Words("par", "by"),
    "between": Words("{day}, entre {hour} h et {next} h", "{day}, between {hour}:00 and {next}:00"),
    "in_french": Words("{version}, en français", "{version}, in French"),
    "in_english": Words("{version}, en anglais", "{version}, in English"),
    # ---- purchases ----
    "purchases": Words("Achats qui vous sont liés", "Purchases that are linked to you"),
    "no_purchases": Words("Aucun.", "None."),
    "tender": Words("moyen", "paid by"),
    "amount": Words("montant", "amount"),
    "outcome": Words("résultat", "outcome"),
    "points": same("points"),
    "key": Words("clé, sur le reçu", "key, on the receipt"),
    "refund": Words("remboursement : {outcome}", "refund: {outcome}"),
    "forgotten": Words(
        "le délai est passé : on ne sait plus quelle ligne du journal c'était",
        "its time is over: which row of the journal it was is not known any more",
    ),
    "points_in_all": Words("Points en tout : {points}.", "Points in all: {points}."),
    # ---- requests ----
    "requests": Words("Vos demandes", "Your requests"),
    "right": Words("demande", "request"),
    "received": Words("reçue le", "received on"),
    "answer": Words("réponse", "answer"),
    "granted": Words("accordée le {day}", "granted on {day}"),
    "refused": Words("refusée le {day} : {why}", "refused on {day}: {why}"),
    "waits": Words("attendue au plus tard le {day}", "to be answered by {day}"),
    # ---- how long, to whom ----
    "how_long": Words("Combien de temps, et à qui", "For how long, and to whom"),
    "member_for": Words(
        "Jusqu'à ce que vous le fassiez effacer; sinon {months} mois après le dernier achat ou changement (le "
        "dernier : {last}). Les consentements sont prouvés 5 ans encore, sans nom ni adresse.",
        "Until you have it erased; otherwise {months} months after the last purchase or change (the last one: "
        "{last}). Consents are proved for 5 more years, without name or address.",
    ),
    "delivery_until": Words(
        "Jusqu'au {day}, puis tout est effacé. Les consentements sont prouvés 5 ans encore, sans nom ni adresse.",
        "Until {day}, then all of it is erased. Consents are proved for 5 more years, without name or address.",
    ),
    "delivery_for": Words(
        "{days} jours après la livraison (dernier changement : {last}), puis tout est effacé. Les consentements sont "
        "prouvés 5 ans encore, sans nom ni adresse.",
        "{days} days after the delivery (last change: {last}), then all of it is erased. Consents are proved for 5 "
        "more years, without name or address.",
    ),
    "encrypted": Words(
        "Tout est chiffré, dans le coffre de cette caisse, sous une clé qui n'est que pour vous. Y ont accès les "
        "personnes du magasin qui en ont besoin pour les fins ci-dessus; chaque accès est noté.",
        "All of it is encrypted, in this till's vault, under a key that is for you alone. Those in the shop who need "
        "it for the ends above have access; each access is noted.",
    ),
    "told_to_nobody": Words(
        "Ce logiciel ne l'a communiqué à personne. Si le magasin l'a lui-même remis à quelqu'un (un livreur, par "
        "exemple), il vous dit à qui.",
        "This software has told nobody. If the shop itself has given it to somebody (a carrier, for instance), it "
        "tells you to whom.",
    ),
    "not_kept": Words(
        "N'est gardé nulle part ici : le numéro d'une carte, même en partie; une date de naissance; le nom des "
        "articles; la minute d'un achat.",
        "Kept nowhere here: the number of a card, not even a part of it; a birth date; the names of articles; the "
        "minute of a purchase.",
    ),
    # ---- rights ----
    "rights": Words("Vos droits", "Your rights"),
    "rectify": Words("Faire corriger ce qui est inexact.", "To have corrected what is not right."),
    "withdraw": Words(
        "Retirer votre consentement, à une fin ou à toutes : cela n'efface rien, et le reste continue.",
        "To withdraw your consent, for one end or for all: that erases nothing, and the rest goes on.",
    ),
    "erase": Words(
        "Tout faire effacer : illisible aussitôt, et hors des sauvegardes en 30 jours. Les ventes restent, de "
        "personne.",
        "To have all of it erased: unreadable at once, and out of backups within 30 days. The sales stay, of nobody.",
    ),
    "ask": Words(
        "Demandez en boutique, ou à la personne responsable de la protection des renseignements personnels, dont le "
        "site Web du magasin donne le titre et les coordonnées. Réponse en 30 jours.",
        "Ask in the shop, or the person in charge of the protection of personal information, whose title and contact "
        "details are on the shop's web site. Answered within 30 days.",
    ),
    "recourse": Words(
        "Si la réponse ne vous satisfait pas : {commission}, www.cai.gouv.qc.ca, dans les 30 jours.",
        "If the answer does not satisfy you: {commission}, www.cai.gouv.qc.ca, within 30 days.",
    ),
    "others": Words(
        "Votre banque, le processeur de paiement et le logiciel de vente du magasin tiennent leurs propres "
        "registres. Une autre caisse a son propre coffre.",
        "Your bank, the payment processor and the shop's till software keep records of their own. Another till has a "
        "vault of its own.",
    ),
}

COMMISSION = same("Commission d'accès à l'information du Québec")


def say(name: str, language: str, **values: object) -> str:
    return WORDS[name].to(language).format(**values)
