"""Every sentence of `pos-bridge incident`, in French and in English, and the drafts of its notices."""

from pos_bridge.words import Words

WHAT = Words(
    "Le registre des incidents de confidentialité de cette caisse (P-39.1, art. 3.8) : des genres et des nombres, "
    "jamais le nom de quelqu'un. Pour la personne responsable. Pas à pas : docs/privacy/incident-register.md.",
    "This till's register of confidentiality incidents (P-39.1, s. 3.8): kinds and counts, never anybody's name. For "
    "the person in charge. Step by step: docs/privacy/incident-register.md.",
)
HELP = {
    "incident": Words("le registre des incidents de confidentialité", "the register of confidentiality incidents"),
    "acts": Words("ce qui est fait", "what is done"),
    "add": Words("inscrire un incident", "enter an incident"),
    "change": Words("inscrire un incident à neuf : ce qui y était reste", "enter one anew: what was there stays"),
    "told": Words("noter qui a été avisé, et quand", "note who was told, and when"),
    "close": Words("noter qu'il n'y a plus rien à faire", "note that nothing more is to be done"),
    "list": Words("tout ce que dit le registre", "all that the register says"),
    "notice": Words("un brouillon d'avis, à compléter", "a draft of a notice, to be completed"),
    "number": Words("le numéro de l'incident", "the incident's number"),
    "operator": Words("votre numéro au magasin, de 1 à 9999", "your number in the shop, 1 to 9999"),
    "information": Words(
        "1. les genres de renseignements visés, ou pourquoi on ne peut pas les décrire",
        "1. the kinds of information concerned, or why they cannot be described",
    ),
    "circumstances": Words("2. les circonstances, en bref", "2. the circumstances, briefly"),
    "happened": Words("3. quand il a eu lieu : date ou période", "3. when it happened: a date or a period"),
    "known": Words("4. le jour où le magasin l'a su (AAAA-MM-JJ)", "4. the day the shop knew of it (YYYY-MM-DD)"),
    "persons": Words(
        "5. le nombre de personnes; sans lui : pas encore connu", "5. how many persons; without it: not known yet"
    ),
    "serious": Words("6. y a-t-il un risque de préjudice sérieux?", "6. is there a risk of serious injury?"),
    "because": Words("6. ce qui le fait conclure", "6. what leads to that conclusion"),
    "measures": Words("8. les mesures prises", "8. the measures taken"),
    "whom": Words("7. qui a été avisé", "7. who was told"),
    "on": Words("7. le jour de l'avis (AAAA-MM-JJ); sinon aujourd'hui", "7. the day (YYYY-MM-DD); else today"),
    "to": Words("à qui l'avis est destiné", "for whom the notice is"),
    "not_a_day": Words("un jour s'écrit AAAA-MM-JJ", "a day is written YYYY-MM-DD"),
}
FIELDS = {
    "information": Words("1. renseignements visés", "1. information concerned"),
    "circumstances": Words("2. circonstances", "2. circumstances"),
    "happened": Words("3. a eu lieu", "3. happened"),
    "known": Words("4. connu le", "4. known on"),
    "persons": Words("5. personnes", "5. persons"),
    "serious": Words("6. risque sérieux", "6. serious risk"),
    "because": Words("6. parce que", "6. because"),
    "told": Words("7. avisés", "7. told"),
    "measures": Words("8. mesures", "8. measures"),
}
WHOM = {
    "commission": Words("la Commission d'accès à l'information", "the Commission (CAI)"),
    "persons": Words("les personnes", "the persons"),
    "public": Words("avis public", "public notice"),
    "other": Words("une autre organisation", "another body"),
}
SAID = {
    "entered": Words("Incident {number} inscrit.", "Incident {number} is entered."),
    "noted": Words("Noté à l'incident {number}.", "Noted of incident {number}."),
    "serious": Words(
        "Risque sérieux : avisez avec diligence la Commission et les personnes (`pos-bridge incident notice {number} "
        "--to commission`, `--to persons`), puis `pos-bridge incident told`.",
        "Serious risk: tell the Commission and the persons promptly (`pos-bridge incident notice {number} --to "
        "commission`, `--to persons`), then `pos-bridge incident told`.",
    ),
    "title": Words("Incident no {number}, {state}, {until}", "Incident no. {number}, {state}, {until}"),
    "open": Words("ouvert", "open"),
    "closed": Words("clos le {day}", "closed on {day}"),
    "until": Words("à garder jusqu'au {day} au moins", "to be kept until {day} at least"),
    "none": Words("Aucun incident n'est inscrit.", "No incident is entered."),
    "unknown": Words("pas encore connu", "not known yet"),
    "yes": Words("oui", "yes"),
    "no": Words("non", "no"),
    "nobody": Words("personne", "nobody"),
    "no_such": Words("Aucun incident {number} n'est inscrit.", "There is no incident {number}."),
    "personal": Words(
        "Rien n'est inscrit : {field} contient un numéro de carte, un courriel, un téléphone ou un caractère de "
        "commande. Écrivez des genres et des nombres.",
        "Nothing is entered: {field} holds a card number, an e-mail address, a telephone number or a control "
        "character. Write kinds and counts.",
    ),
    "too_long": Words(
        "Rien n'est inscrit : un texte a de 1 à 1000 caractères, un nombre n'est pas négatif.",
        "Nothing is entered: a text has 1 to 1000 characters, a number is not negative.",
    ),
    "to_come": Words(
        "Rien n'est inscrit : {field}, {day} : ce jour est à venir. Pour cette caisse, nous sommes le {today}.",
        "Nothing is entered: {field}, {day}: that day is still to come. For this till it is {today}.",
    ),
    "damaged": Words(
        "{path} n'est pas ce qui a été inscrit. Rien n'y est ajouté : gardez-en une copie et comparez-la avec la "
        "vôtre.",
        "{path} is not what was entered. Nothing is added to it: keep a copy of it and compare it with yours.",
    ),
    "disk": Words(
        "{path} : {reason}. Rien n'est inscrit. Voyez la place sur ce disque et à qui est ce fichier, puis "
        "recommencez.",
        "{path}: {reason}. Nothing is entered. Look at the room on that disk and whose that file is, then begin again.",
    ),
    "not_owner": Words(
        "Lancez cette commande comme l'utilisateur du service : `runuser -u posb -- pos-bridge incident ...`.",
        "Run this as the service's user: `runuser -u posb -- pos-bridge incident ...`.",
    ),
}
NOTICES = {
    "persons": Words(
        "À [nom],\n\n"
        "{happened} : {circumstances}. Renseignements visés : {information}. Nous avons pris ces mesures : {measures}. "
        "Pour réduire le risque, vous pouvez [mesures conseillées].\n\n"
        "Questions : [personne responsable, courriel, téléphone].\n",
        "To [name],\n\n"
        "{happened}: {circumstances}. Information concerned: {information}. We have taken these measures: {measures}. "
        "To reduce the risk you can [advice].\n\n"
        "Questions: [person in charge, e-mail, telephone].\n",
    ),
    "commission": Words(
        "À la Commission d'accès à l'information (par son formulaire)\n\n"
        "Entreprise : [nom, numéro d'entreprise du Québec]\n"
        "À qui s'adresser : [nom et fonction, courriel, téléphone]\n"
        "Renseignements visés : {information}\n"
        "Circonstances, et cause si elle est connue : {circumstances}\n"
        "A eu lieu : {happened}\n"
        "Connu le : {known}\n"
        "Personnes concernées : {persons}, dont au Québec : [nombre]\n"
        "Risque de préjudice sérieux, parce que : {because}\n"
        "Personnes avisées : [comment, quand]\n"
        "Mesures prises : {measures}\n"
        "Autre autorité avisée, hors du Québec : [laquelle, ou aucune]\n",
        "To the Commission (CAI), by its form\n\n"
        "Enterprise: [name, Quebec business number]\n"
        "Contact: [name and function, e-mail, telephone]\n"
        "Information concerned: {information}\n"
        "Circumstances, and the cause if known: {circumstances}\n"
        "Happened: {happened}\n"
        "Known on: {known}\n"
        "Persons concerned: {persons}, of them in Quebec: [number]\n"
        "Risk of serious injury, because: {because}\n"
        "Persons told: [how, when]\n"
        "Measures taken: {measures}\n"
        "Another authority told, outside Quebec: [which, or none]\n",
    ),
}


def say(word: str, language: str, **values: object) -> str:
    return SAID[word].to(language).format(**values)
