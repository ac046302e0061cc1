"""pos-bridge-sim pin DIR 1234|cancel: enter a PIN at the PIN pad."""

import argparse

from hw_sim.cli import arguments
from hw_sim.cli.exits import DONE, NOT_PRESENTED, REFUSED, complain
from hw_sim.store import control

_CANCEL = "cancel"


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "pin",
        help="enter a PIN at the PIN pad, or cancel",
        description="Waits until the PIN pad beside a chip reader asks for a PIN, enters it and ends with 0; ends with"
        " 3 when it asked for none in time. The PIN of every test card is 1234.",
    )
    arguments.folder(parser)
    parser.add_argument("pin", metavar="PIN|cancel", help="4 to 12 digits")
    arguments.reader(parser)
    arguments.wait(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    pin = None if chosen.pin == _CANCEL else chosen.pin
    try:
        entered = control.enter_pin(chosen.folder, pin, reader=chosen.reader, wait_s=chosen.wait)
    except control.StoreError as error:
        return complain(REFUSED, error)
    return DONE if entered else complain(NOT_PRESENTED, f"the PIN pad asked for none in {chosen.wait:g} s")
