"""pos-bridge-sim reader DIR FAULT: break a reader, and mend it."""

import argparse

from hw_sim.cli import arguments
from hw_sim.cli.exits import DONE, REFUSED, complain
from hw_sim.store import control

FAULTS = {
    "unplug": "hangs up at once, also in the middle of a swipe, until replug",
    "replug": "plugs it in again; a fault that waits is forgotten",
    "noise": "random bytes at once and before the next swipe, which is good",
    "stall": "the next swipe stops in the middle",
    "garbage": "the next swipe comes unreadable, three times",
}
_MOST_BYTES = 1000


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "reader",
        help="break a reader and mend it",
        description="Makes a reader fail. noise, stall, garbage and unplug --at happen once, the newest one counts;"
        " then the reader is normal again.",
        epilog="\n".join(f"  {word:8} {meaning}" for word, meaning in FAULTS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.folder(parser)
    parser.add_argument("fault", metavar="FAULT", choices=list(FAULTS), help="see below")
    arguments.reader(parser)
    parser.add_argument(
        "--at",
        type=arguments.whole(0, _MOST_BYTES),
        metavar="N",
        help="with unplug: not now, but after N bytes of the next swipe",
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    if chosen.at is not None and chosen.fault != "unplug":
        return complain(REFUSED, "--at goes with unplug only")
    try:
        control.break_reader(chosen.folder, chosen.fault, reader=chosen.reader, at=chosen.at)
    except control.StoreError as error:
        return complain(REFUSED, error)
    return DONE
