"""pos-bridge-sim answer DIR yes|no|N|cancel: be a customer who is asked something."""

import argparse

from hw_sim.cli import arguments
from hw_sim.cli.exits import DONE, NOT_PRESENTED, REFUSED, complain
from hw_sim.store import control


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "answer",
        help="answer the question on the customer's pad",
        description="Waits until the pad on the counter asks something, prints what, answers it and ends with 0; ends"
        " with 3 when nothing was asked in time. A menu is answered by the number of an entry, from 1.",
    )
    arguments.folder(parser)
    parser.add_argument("answer", metavar="yes|no|N|cancel")
    arguments.wait(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    try:
        asked = control.answer(chosen.folder, chosen.answer, wait_s=chosen.wait)
    except control.StoreError as error:
        return complain(REFUSED, error)
    if asked is None:
        return complain(NOT_PRESENTED, f"nothing was asked in {chosen.wait:g} s")
    lines, entries = asked
    for text in (*lines, *(f"{number} {entry}" for number, entry in enumerate(entries, 1))):
        print(text)
    return DONE
