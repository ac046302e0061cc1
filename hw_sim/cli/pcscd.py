"""pos-bridge-sim pcscd DIR start|stop|log-apdus on|log-apdus off: the service behind the chip readers."""

import argparse

from hw_sim.cli import arguments
from hw_sim.cli.exits import DONE, REFUSED, complain, pass_on
from hw_sim.store import control

_ACTIONS = {
    ("start", None): "start",
    ("stop", None): "stop",
    ("log-apdus", "on"): "log",
    ("log-apdus", "off"): "silent",
}


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "pcscd",
        help="stop and start the chip readers' service, make it log",
        description="stop: takes the cards out and ends pcscd; start: starts it again. log-apdus on: restarts it so"
        " that it writes all that cards say into its log, which makes the engine refuse chip cards; off: as it was.",
    )
    arguments.folder(parser)
    parser.add_argument("action", metavar="start|stop|log-apdus", choices=["start", "stop", "log-apdus"])
    parser.add_argument("wanted", metavar="on|off", nargs="?", choices=["on", "off"], help="with log-apdus")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    action = _ACTIONS.get((chosen.action, chosen.wanted))
    if action is None:
        return complain(REFUSED, "start and stop stand alone; log-apdus takes on or off")
    try:
        control.change_pcscd(chosen.folder, action)
    except control.StoreError as error:
        return complain(REFUSED, error)
    except control.FailedError as error:
        return pass_on(error)
    return DONE
