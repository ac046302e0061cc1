"""pos-bridge-sim card DIR swipe|insert|remove|replay: be a customer."""

import argparse
from collections.abc import Callable
from pathlib import Path

from hw_sim.cards import IN_THE_WALLET
from hw_sim.cli import arguments
from hw_sim.cli.exits import DONE, NOT_PRESENTED, REFUSED, complain, pass_on
from hw_sim.store import control

_SWIPE, _INSERT, _REMOVE, _REPLAY = "swipe", "insert", "remove", "replay"
_FAULTS = """\
faults of a chip (--fault WORD, several go together; N counts the commands since it was inserted):
  pull=N, mute, mute=N, hang=N, slow=S    pulled at command N; no answer from the start, or from N on, which the reader
                                          tells after a second, or never; S seconds before each answer
  aac, tc, declines-last                  declines, approves by itself; declines what its issuer approved
  wrong-cryptogram, wrong-signature       one bit of it
  expired, blocked-card, blocked-application, blocked-pse, no-pse
  two-applications, gpo-6985              two of a brand; and the first refuses to begin
  duplicate-tag, bad-record, missing-record
  61xx, 6cxx                              answers in pieces; only exact lengths
a recording has `> command` and `< response` in hex, line by line; ? is a digit of a command that may be any"""


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "card",
        help="swipe a card, insert one, take it out",
        description="swipe CARD: waits until the engine wants a card on the stripe reader, presents it once and ends"
        " with 0. When nobody wanted it in time, ends with 3 and nothing is remembered. Ending this command withdraws"
        " the card. Further swipes queue for later payments. insert CARD: puts its chip into the chip reader, at once,"
        " until remove. replay FILE: inserts a recorded card.",
        epilog=_FAULTS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.folder(parser)
    ways = [_SWIPE, _INSERT, _REMOVE, _REPLAY]
    parser.add_argument("how", metavar="|".join(ways), choices=ways, help="what to do with it")
    parser.add_argument(
        "card", metavar="CARD|FILE", nargs="?", help="a name from `pos-bridge-sim cards`, or a recording"
    )
    arguments.reader(parser)
    longest = control.LONGEST_WAIT_S
    parser.add_argument(
        "--wait",
        type=arguments.seconds(longest),
        metavar="S",
        help=f"swipe: how long the customer waits (default and most: {longest:g} seconds)",
    )
    parser.add_argument("--now", action="store_true", help="swipe: at once, wanted or not")
    parser.add_argument("--fault", action="append", default=[], metavar="WORD", help="insert: see below")
    parser.add_argument(
        "--oda",
        choices=["none", "sda", "dda", "cda"],
        help="insert: how a terminal can authenticate it offline (default: as the brand's cards)",
    )
    protocol = parser.add_mutually_exclusive_group()
    protocol.add_argument("--t0", action="store_true", help="insert, replay: a card of protocol T=0")
    protocol.add_argument("--t1", action="store_true", help="insert, replay: T=1 (the default)")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    if (chosen.card is None) != (chosen.how == _REMOVE):
        return complain(REFUSED, f"{chosen.how} takes {'no card' if chosen.card else 'a card'}")
    swiped = chosen.wait is not None or chosen.now
    inserted = chosen.fault or chosen.oda is not None
    by_protocol = chosen.t0 or chosen.t1
    if (swiped and chosen.how != _SWIPE) or (inserted and chosen.how != _INSERT):
        return complain(REFUSED, "--wait and --now go with swipe, --fault and --oda with insert")
    if by_protocol and chosen.how not in {_INSERT, _REPLAY}:
        return complain(REFUSED, "--t0 and --t1 go with insert and replay")
    try:
        return _WAYS[chosen.how](chosen)
    except control.StoreError as error:
        return complain(REFUSED, error)
    except control.FailedError as error:
        return pass_on(error)


def _swipe(chosen: argparse.Namespace) -> int:
    if chosen.card not in IN_THE_WALLET:
        return complain(REFUSED, f"no test card of that name; there is {', '.join(IN_THE_WALLET)}")
    wait_s = control.LONGEST_WAIT_S if chosen.wait is None else chosen.wait
    if chosen.now:
        presented = control.swipe_now(chosen.folder, chosen.card, reader=chosen.reader)
    else:
        presented = control.swipe(chosen.folder, chosen.card, reader=chosen.reader, wait_s=wait_s)
    if presented:
        return DONE
    reason = "the reader is unplugged" if chosen.now else f"nobody wanted a card in {wait_s:g} s"
    return complain(NOT_PRESENTED, reason)


def _insert(chosen: argparse.Namespace) -> int:
    control.insert(chosen.folder, chosen.card, reader=chosen.reader, faults=chosen.fault, oda=chosen.oda, t0=chosen.t0)
    return DONE


def _replay(chosen: argparse.Namespace) -> int:
    control.replay(chosen.folder, Path(chosen.card).absolute(), reader=chosen.reader, t0=chosen.t0)
    return DONE


def _remove(chosen: argparse.Namespace) -> int:
    told = control.remove(chosen.folder, reader=chosen.reader)
    if told is None:
        return complain(NOT_PRESENTED, "there is no card in that reader")
    if told:
        print(told)
    return DONE


_WAYS: dict[str, Callable[[argparse.Namespace], int]] = {
    _SWIPE: _swipe,
    _INSERT: _insert,
    _REMOVE: _remove,
    _REPLAY: _replay,
}
