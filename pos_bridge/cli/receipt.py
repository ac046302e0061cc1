"""`pos-bridge receipt`: the receipts of an answer, set out as a printer of so many columns prints them.

Reads an answer of the terminal on standard input (JSON, as a till was given it) and writes text. Asks nobody, needs no
configuration, keeps nothing.
"""

import argparse
import sys

from pos_bridge.cli.language import add_language
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.pos_api import receipt_found, receipt_text
from pos_bridge.pos_api.receipt import CASHIER, CUSTOMER
from pos_bridge.words import Words

OK, NO_RECEIPT = 0, 2
_COPIES = {"cashier": (CASHIER,), "customer": (CUSTOMER,), "both": (CASHIER, CUSTOMER)}
_NONE = Words(
    "Il n'y a pas de reçu dans ce qui a été donné : la réponse à un paiement, en JSON, en a.",
    "There is no receipt in what was given: the answer to a payment, as JSON, has some.",
)
_WHAT = Words(
    "imprimer les reçus d'une réponse, donnée sur l'entrée standard",
    "print the receipts of an answer, given on standard input",
)
_COPY = Words("quelle copie : du client (customer), du commerçant (cashier)", "which copy")
_COLUMNS = Words("colonnes de l'imprimante", "the printer's columns")


def add_parser(commands: Subparsers) -> argparse.ArgumentParser:
    fewest, most, usual = receipt_text.FEWEST_COLUMNS, receipt_text.MOST_COLUMNS, receipt_text.COLUMNS
    parser = commands.add_parser("receipt", help=_WHAT.both, description=_WHAT.both)
    parser.add_argument("--copy", choices=tuple(_COPIES), default="customer", help=_COPY.both)
    columns = f"{_COLUMNS.both} ({fewest}-{most}, {usual})"
    choices = range(fewest, most + 1)
    parser.add_argument("--columns", type=int, choices=choices, default=usual, metavar="N", help=columns)
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """0; 2 when there is no receipt in what came."""
    found = receipt_found.receipts_in(sys.stdin.buffer.read(receipt_found.MAX_ANSWER + 1))
    wanted = [lines for qualifier, lines in found if qualifier in _COPIES[args.copy]]
    if not wanted:
        print(_NONE.to(args.lang), file=sys.stderr)
        return NO_RECEIPT
    print("\n\n\n".join("\n".join(receipt_text.set_out(lines, args.columns)) for lines in wanted))
    return OK
