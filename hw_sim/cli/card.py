"""pos-bridge-sim card DIR swipe CARD: be a customer."""

import argparse

from hw_sim.cards import IN_THE_WALLET
from hw_sim.cli import arguments
from hw_sim.cli.exits import DONE, NOT_PRESENTED, REFUSED, complain
from hw_sim.store import control


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "card",
        help="present a card to a reader",
        description="Waits until the engine wants a card on the reader, presents it once and ends with 0. When nobody"
        " wanted it in time, ends with 3 and nothing is remembered. Ending this command withdraws the card. Further"
        " swipes queue for later payments.",
    )
    arguments.folder(parser)
    parser.add_argument("how", metavar="swipe", choices=["swipe"], help="pull it through the stripe reader")
    parser.add_argument("card", metavar="CARD", help="a name from `pos-bridge-sim cards`")
    arguments.reader(parser)
    longest = control.LONGEST_WAIT_S
    parser.add_argument(
        "--wait",
        type=arguments.seconds(longest),
        default=longest,
        metavar="S",
        help=f"how long the customer waits (default and most: {longest:g} seconds)",
    )
    parser.add_argument("--now", action="store_true", help="present it at once, wanted or not")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    if chosen.card not in IN_THE_WALLET:
        return complain(REFUSED, f"no test card of that name; there is {', '.join(IN_THE_WALLET)}")
    try:
        if chosen.now:
            presented = control.swipe_now(chosen.folder, chosen.card, reader=chosen.reader)
        else:
            presented = control.swipe(chosen.folder, chosen.card, reader=chosen.reader, wait_s=chosen.wait)
    except control.StoreError as error:
        return complain(REFUSED, error)
    if presented:
        return DONE
    reason = "the reader is unplugged" if chosen.now else f"nobody wanted a card in {chosen.wait:g} s"
    return complain(NOT_PRESENTED, reason)
