"""pos-bridge-sim counter DIR DEVICE ACTION: look at the display on the counter, break a device there, mend it."""

import argparse

from hw_sim.cli import arguments
from hw_sim.cli.exits import DONE, REFUSED, complain
from hw_sim.store import control

_SHOW = "show"
ACTIONS = {
    "show": "display only: print what the customer reads",
    "unplug": "gone at once, until replug",
    "replug": "there again",
    "out": "printer only: out of paper, until paper",
    "paper": "printer only: a new roll",
}


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "counter",
        help="the customer's display, the printer and the pad: look, break, mend",
        description="What was printed is in the file that store.json names as paper.",
        epilog="\n".join(f"  {word:8} {meaning}" for word, meaning in ACTIONS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.folder(parser)
    parser.add_argument("device", metavar="display|printer|pad", choices=["display", "printer", "pad"])
    parser.add_argument("action", metavar="ACTION", choices=list(ACTIONS), help="see below")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    try:
        if chosen.action == _SHOW and chosen.device == "display":
            for line in control.shown(chosen.folder):
                print(line)
        else:
            control.change_counter(chosen.folder, chosen.device, chosen.action)
    except control.StoreError as error:
        return complain(REFUSED, error)
    return DONE
