"""pos-bridge-sim: the words of the command line. Each command is a small file beside this one, loaded when it runs."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from hw_sim.cli import answer, card, cards, counter, engine, enrolment, native, pcscd, pin, processor, reader, store
from hw_sim.cli.exits import INTERRUPTED, REFUSED, complain

COMMANDS = (store, cards, card, pin, answer, processor, reader, counter, native, pcscd, engine, enrolment)


class Parser(argparse.ArgumentParser):
    """argparse with one line for an error; the usage is what --help is for."""

    def error(self, message: str) -> NoReturn:
        self.exit(REFUSED, f"{self.prog}: {message} (--help says more)\n")


def parser() -> argparse.ArgumentParser:
    result = Parser(
        prog="pos-bridge-sim",
        description="A simulated store: card readers, a payment processor and the real engine, for developers.",
        epilog="Exit codes: 0 done, 1 failed, 2 refused (wrong word, folder, card or reader; no store running there),"
        " 3 nobody wanted the card, or asked anything, in time.",
    )
    words = result.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(words)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return complain(REFUSED, f"{where}{error.strerror or error}")


if __name__ == "__main__":
    sys.exit(main())
