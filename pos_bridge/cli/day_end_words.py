"""Every sentence of `day-end` and `decide` that `journal` has not, in French and in English."""

from pos_bridge.cli.journal_words import Said
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.totals import Gap

WORDS = {
    "period": Said(
        "Depuis la fermeture {number} (la caisse ferme la journée par une Reconciliation)",
        "Since day end {number} (the till ends the day by a Reconciliation)",
    ),
    "first_period": Said(
        "Depuis la première vente (la caisse ferme la journée par une Reconciliation)",
        "Since the first sale (the till ends the day by a Reconciliation)",
    ),
    "closed_day": Said(
        "La journée {number}, telle qu'elle a été fermée (POIReconciliationID {number})",
        "Day {number}, as it was closed (POIReconciliationID {number})",
    ),
    "taken_back": Said("{words}, défait après la fermeture", "{words}, undone after its day end"),
    "again_agrees": Said(
        "La journée {number}, fermée sans accord du processeur, a été comparée : les livres concordent maintenant.",
        "Day {number}, closed without the processor's agreement, was compared: the books agree now.",
    ),
    "again_differs": Said(
        "La journée {number}, fermée sans accord du processeur, diffère encore : `pos-bridge day-end --day {number}`.",
        "Day {number}, closed without the processor's agreement, still differs: `pos-bridge day-end --day {number}`.",
    ),
    "no_such_day": Said(
        "La journée {number} n'est pas une journée fermée de ce journal : prenez le POIReconciliationID que la caisse "
        "a reçu.",
        "Day {number} is no closed day of this journal: take the POIReconciliationID that the till was given.",
    ),
    "nothing": Said("Aucun mouvement.", "Nothing moved."),
    "unsettled": Said("Pas réglé", "Not settled"),
    "differences": Said(
        "Ce que le journal et le processeur ne disent pas pareil", "What journal and processor do not say alike"
    ),
    "leg": Said("{key}  {tender}, {kind}, {amount} : {state}", "{key}  {tender}, {kind}, {amount}: {state}"),
    "no_key": Said("(clé effacée)", "(key erased)"),
    "processor_says": Said("Le processeur dit : {standing}.", "The processor says: {standing}."),
    "processor_says_money": Said(
        "Le processeur dit : {standing}, {amount}.", "The processor says: {standing}, {amount}."
    ),
    "not_asked": Said(
        "Le processeur n'a pas pu être interrogé : rien n'a été comparé. S'il répond aux ventes, son registre a été "
        "remplacé : redémarrez pos-bridge, qui l'apprend, puis recommencez.",
        "The processor could not be asked: nothing was compared. If it answers sales, its ledger was replaced: restart "
        "pos-bridge, which learns that, then try again.",
    ),
    "agree": Said("Les livres concordent.", "The books agree."),
    "look_at": Said("À voir : {count}.", "To look at: {count}."),
    # ---- decide ----
    "not_a_key": Said(
        "`{key}` n'est pas la clé d'un mouvement : prenez celle que montre `pos-bridge journal --unresolved`.",
        "`{key}` is not the key of a movement: take the one that `pos-bridge journal --unresolved` shows.",
    ),
    "decision_missing": Said(
        "Dites aussi ce qu'il en est : paid, not-paid ou reverse.",
        "Say also what became of it: paid, not-paid or reverse.",
    ),
    "decision_too_many": Said("`decide journal` ne prend rien d'autre.", "`decide journal` takes nothing else."),
    "stop_it_first": Said(
        "pos-bridge est en marche : arrêtez-le d'abord (systemctl stop pos-bridge.socket pos-bridge).",
        "pos-bridge is running: stop it first (systemctl stop pos-bridge.socket pos-bridge).",
    ),
    "damaged_journal": Said(
        "Le journal est endommagé : `pos-bridge quarantine` le met de côté, puis recommencez.",
        "The journal is damaged: `pos-bridge quarantine` sets it aside, then try again.",
    ),
    "cannot_write_journal": Said(
        "Le journal ne peut pas être écrit : rien n'a été décidé. Le disque est-il plein, ou en lecture seule?",
        "The journal cannot be written: nothing was decided. Is the disk full, or read-only?",
    ),
    "unknown_key": Said(
        "Aucun mouvement {key} dans ce journal. `pos-bridge journal --unresolved` montre ceux qui attendent.",
        "No movement {key} in this journal. `pos-bridge journal --unresolved` shows those that wait.",
    ),
    "not_waiting": Said(
        "Le mouvement {key} n'attend pas de décision : {state}. Rien n'a changé.",
        "The movement {key} waits for no decision: {state}. Nothing was changed.",
    ),
    "cannot_reverse": Said(
        "Un remboursement sans carte ne s'annule pas : demandez au processeur s'il a eu lieu, puis dites `paid` ou "
        "`not-paid`.",
        "A refund without its card is not reversed: ask the processor whether it was made, then `paid` or `not-paid`.",
    ),
    "decided": Said("{key} : {state}.", "{key}: {state}."),
    "decided_reverse": Said(
        "{key} : {state}. Démarrez pos-bridge : il le demande au processeur jusqu'à sa réponse.",
        "{key}: {state}. Start pos-bridge: it asks the processor until that answers.",
    ),
    "nothing_refused": Said(
        "Le processeur n'a pas refusé ce journal : rien à accepter.",
        "The processor did not refuse this journal: there is nothing to accept.",
    ),
    "accepted": Said(
        "Ce journal continue. Ce que le processeur a vu en plus n'y est pas : `pos-bridge day-end` le nomme.",
        "This journal goes on. What the processor saw besides is not in it: `pos-bridge day-end` names it.",
    ),
}

STANDINGS = {
    Standing.NOT_SEEN: Said("jamais vu", "never seen"),
    Standing.IN_PROGRESS: Said("en cours", "in progress"),
    Standing.AUTHORISED: Said("autorisé, pas encaissé", "authorised, not captured"),
    Standing.CAPTURED: Said("encaissé", "captured"),
    Standing.DECLINED: Said("refusé", "declined"),
    Standing.REVERSED: Said("annulé", "reversed"),
    Standing.REFUNDED: Said("remboursé", "refunded"),
    Standing.TOMBSTONE: Said("jamais vu, et refusé désormais", "never seen, and refused from now on"),
}

DO_DIFFERENT = {
    Gap.ONLY_HERE: Said(
        "Le processeur ne connaît pas ce mouvement : son argent n'arrivera pas. Appelez-le, avec la clé.",
        "The processor does not know this movement: its money will not arrive. Call it, with the key.",
    ),
    Gap.ONLY_THERE: Said(
        "Ce journal n'a pas ce mouvement. Un journal a-t-il été restauré ou mis de côté? Sinon, demandez au "
        "processeur de le défaire, avec la clé.",
        "This journal does not have this movement. Was a journal restored or set aside? If not, ask the processor to "
        "undo it, with the key.",
    ),
    Gap.AMOUNT: Said(
        "Les montants diffèrent : demandez au processeur lequel il verse, avec la clé.",
        "The amounts differ: ask the processor which one it pays out, with the key.",
    ),
    Gap.STATE: Said(
        "Demandez au processeur ce qui est vrai, avec la clé; s'il a gardé de l'argent, remboursez-le à la caisse.",
        "Ask the processor what is true, with the key; if it kept money, refund it at the till.",
    ),
}


def say(name: str, language: str, **values: object) -> str:
    return WORDS[name].to(language).format(**values)
