"""Every sentence of `pos-bridge statistics`, in French and in English. One that lacks a language fails a test."""

from pos_bridge.cli.journal_words import Said

WORDS = {
    "title": Said(
        "Paiements de {month}, par jour et par partie du jour", "Payments of {month}, by day and part of day"
    ),
    "day": Said("jour", "day"),
    "hours": Said("{begin} h à {end} h", "{begin}:00 to {end}:00"),
    "told": Said("total montré", "total shown"),
    "cell": Said("{payments} : {dollars} $", "{payments}: ${dollars}"),
    "not_told": Said("·", "·"),
    "legend": Said(
        "· : pas montré. Un nombre de moins de {smallest} paiements, ou qui en révélerait un, ne l'est jamais. "
        "Montants au dollar près.",
        "·: not shown. A number of fewer than {smallest} payments, or one that would reveal such a number, never is. "
        "Amounts to the dollar.",
    ),
    "nothing": Said("Aucun paiement en {month}.", "No payments in {month}."),
    "not_over": Said(
        "{month} n'est pas fini : les statistiques sont d'un mois entier, pour que deux d'entre elles ne disent pas ce "
        "qui est venu entre elles.",
        "{month} is not over: statistics are of a whole month, so that no two of them tell what came between them.",
    ),
}


def say(name: str, language: str, **values: object) -> str:
    return WORDS[name].to(language).format(**values)
