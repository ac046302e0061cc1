"""Every sentence of the journal's commands, in French and in English. A sentence that lacks one fails a test."""

from pos_bridge.words import LANGUAGES, Words

__all__ = ["LANGUAGES", "WORDS", "Said", "money", "say"]

Said = Words

WORDS = {
    "day": Said("jour", "day"),
    "hour": Said("heure", "hour"),
    "tender": Said("moyen", "tender"),
    "kind": Said("opération", "kind"),
    "amount": Said("montant", "amount"),
    "due": Said("comptant", "in cash"),
    "outcome": Said("résultat", "outcome"),
    "key": Said("clé (sur le reçu)", "key (on the receipt)"),
    "no_sales": Said("Aucune vente enregistrée.", "No sales recorded."),
    "nothing_unresolved": Said("Rien à régler.", "Nothing unresolved."),
    "refused": Said(
        "Le processeur refuse ce journal : il a vu de cette caisse des lignes qui n'y sont pas (sauvegarde restaurée, "
        "caisse copiée). Les cartes sont refusées; le comptant continue. Que faire : docs/day-end.md; si ces lignes "
        "sont perdues, `pos-bridge decide journal`.",
        "The processor refuses this journal: it has seen rows of this till that are not in it (a restored backup, a "
        "copied till). Cards are refused; cash goes on. What to do: docs/day-end.md; if those rows are lost, "
        "`pos-bridge decide journal`.",
    ),
    "no_journal": Said("Aucun journal dans {folder}.", "There is no journal in {folder}."),
    "bad_month": Said("Un mois s'écrit AAAA-MM.", "A month is written YYYY-MM."),
    "unreadable": Said(
        "Le journal ne peut pas être lu : essayez `pos-bridge journal --verify`.",
        "The journal cannot be read: try `pos-bridge journal --verify`.",
    ),
    "sound": Said(
        "{file} : intact; lignes : {rows}; dernier numéro : {last}.",
        "{file}: sound; rows: {rows}; last number: {last}.",
    ),
    "damaged": Said("{file} : ENDOMMAGÉ ({place}).", "{file}: DAMAGED ({place})."),
    "newer": Said(
        "{file} : écrit par une version plus récente de pos-bridge. Réinstallez-la : elle le lit, et rien n'est perdu.",
        "{file}: written by a newer version of pos-bridge. Install that version again: it reads it, nothing is lost.",
    ),
    "at_row": Said("ligne {row}", "row {row}"),
    "no_row": Said("à côté des lignes", "beside the rows"),
    "set_it_aside": Said(
        "`pos-bridge quarantine` le met de côté, et la caisse repart.",
        "`pos-bridge quarantine` sets it aside, and the till goes on.",
    ),
    "told_no": Said("; réponse jamais reçue par la caisse", "; answer never collected by the till"),
    "half_paid": Said("Ventes payées en partie : {count}", "Half-paid sales: {count}"),
    "basket": Said(
        "Dû {due}; payé {paid}, dont {outside} ailleurs; reste {remaining}; {state}.",
        "Due {due}; paid {paid}, of which {outside} elsewhere; remaining {remaining}; {state}.",
    ),
    "what_to_do": Said("Que faire", "What to do"),
    "decide_how": Said(
        "Décider : `pos-bridge decide --config FICHIER CLÉ paid | not-paid | reverse`, la caisse arrêtée (pour un "
        "remboursement, `paid` veut dire : remboursé).",
        "To decide: `pos-bridge decide --config FILE KEY paid | not-paid | reverse`, with the engine stopped (of a "
        "refund, `paid` means: refunded).",
    ),
    # ---- quarantine ----
    "is_sound": Said(
        "Le journal est intact : rien n'a été mis de côté.", "The journal is sound: nothing was set aside."
    ),
    "is_busy": Said("pos-bridge est en marche : arrêtez-le d'abord.", "pos-bridge is running: stop it first."),
    "cannot_write": Said("Le dossier du journal ne peut pas être écrit.", "The journal's folder cannot be written."),
    "set_aside": Said(
        "Mis de côté, entier, dans {folder}/quarantine : {files}.", "Set aside, whole, in {folder}/quarantine: {files}."
    ),
    "carried": Said(
        "Ventes non réglées transmises à la reprise : {count}.", "Unsettled sales handed on to recovery: {count}."
    ),
    "lost": Said(
        "Ventes non réglées dont la clé est illisible : {count}. Demandez au processeur la liste des siennes.",
        "Unsettled sales whose key cannot be read: {count}. Ask the processor for its list.",
    ),
    "lost_baskets": Said(
        "Ventes payées en partie qui sont illisibles : {count}. Chaque paiement est là, pour lui-même : comparez avec "
        "la caisse.",
        "Half-paid sales that cannot be read: {count}. Each payment is there, for itself: compare with the till.",
    ),
    "goes_on": Said("La caisse peut redémarrer.", "The till can be started again."),
    # ---- explain ----
    "sale": Said("Vente {key}", "Sale {key}"),
    "refund": Said("Remboursement {key}", "Refund {key}"),
    "of_sale": Said("De la vente {key}.", "Of the sale {key}."),
    "voided": Said(
        "La caisse a repris la vente en entier : rien n'est dû à personne.",
        "The till took the whole sale back: nobody owes anything.",
    ),
    "in_parts": Said(
        "La vente est payée en plusieurs parties; ceci en est une.", "The sale is paid in several parts; this is one."
    ),
    "forgotten_key": Said("(lien effacé)", "(link erased)"),
    "where_when": Said(
        "Caisse {till}, le {day}, entre {hour} h et {next} h.",
        "Till {till}, on {day}, between {hour}:00 and {next}:00.",
    ),
    "what": Said("{tender}, {amount} : {outcome}.", "{tender}, {amount}: {outcome}."),
    "what_cash": Said(
        "{tender}, {amount}, arrondi à {due} : {outcome}.", "{tender}, {amount}, rounded to {due}: {outcome}."
    ),
    "no_key": Said(
        "Une vente se nomme par sa clé entière (36 caractères : sur le reçu, et dans `pos-bridge journal`), ou par "
        "`last` : la dernière.",
        "A sale is named by its whole key (36 characters: on the receipt, and in `pos-bridge journal`), or by "
        "`last`: the newest.",
    ),
    "why": Said("Pourquoi : {cause}.", "Why: {cause}."),
    "not_kept_minute": Said("La minute de la vente.", "The minute of the sale."),
    "not_kept_ever": Said(
        "Aucun nom, aucune adresse, aucun courriel, aucun téléphone, aucun texte libre : aucune colonne n'en accepte.",
        "No name, address, e-mail, telephone or free text: no column takes any.",
    ),
    "vault_unreadable": Said(
        "Vérifiez le disque et identity.vault_key.", "Look at the disk and at identity.vault_key."
    ),
    "unaccounted": Said(
        "Attention : ce fichier contient des colonnes que cette version ne connaît pas : {columns}.",
        "Careful: this file has columns that this version does not know: {columns}.",
    ),
    "answer_kept": Said(
        "La réponse donnée à la caisse, chiffrée, 48 heures; sa clé est détruite avant 72 heures.",
        "The answer given to the till, encrypted, for 48 hours; its key is destroyed by 72 hours.",
    ),
}


def say(name: str, language: str, **values: object) -> str:
    return WORDS[name].to(language).format(**values)


def money(cents: int, language: str) -> str:
    """12,34 $ or $12.34."""
    whole, part = divmod(cents, 100)
    return f"{whole},{part:02} $" if language == "fr" else f"${whole}.{part:02}"
