"""pos-bridge-sim cards: the test cards by name."""

import argparse

from hw_sim.cards import CARDS, NON_BANK_CARDS, Card
from hw_sim.chip.profile import CHIP_CARDS
from hw_sim.cli.exits import DONE

_CHIP = ("2", "6")  # first digit of the service code (ISO/IEC 7813): the card has a chip, which goes first
_COLUMNS = ("NAME", "NUMBER", "BRAND", "PRESENTED BY")


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "cards",
        help="list the test cards",
        description="Lists the test cards: published numbers that were never issued. Any other number is declined,"
        " never stored and never printed. Cards that are not for payment are refused by every reader's driver.",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    others = ((card.name, "-", card.what, "swipe (not for payment)") for card in NON_BANK_CARDS.values())
    rows = [_COLUMNS, *(_row(card) for card in CARDS.values()), *others]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    return DONE


def _row(card: Card) -> tuple[str, ...]:
    chip = card.service_code.startswith(_CHIP)
    return card.name, card.number, card.brand.name.lower(), _presented(card, chip=chip)


def _presented(card: Card, *, chip: bool) -> str:
    if chip:
        return "insert (swipe asks for its chip)"
    return "swipe, insert" if card.name in CHIP_CARDS else "swipe"
