"""`pos-bridge firewall`: the rules that hold this till's programs to where they may talk, as the configuration says.

Without anything it changes nothing and prints the rules for `nft -f -`.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Callable

from pos_bridge.cli.firewall_words import WORDS
from pos_bridge.cli.language import add_language, both, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.config.settings import Config
from pos_bridge.domain.connection import Who
from pos_bridge.network import denied, nft
from pos_bridge.network.allowed import Allowed, allowed
from pos_bridge.network.ruleset import USERS, drop_in, known_users, ruleset, table
from pos_bridge.words import Words

DONE, NOT_DONE = 0, 1
_LOOK_S = 2.0
_WHAT = Words(
    "Écrit les règles nftables qui tiennent les programmes de cette caisse à leurs seuls correspondants (le "
    "processeur, ce que nomme la configuration) : `pos-bridge firewall | nft -f -`. Ne change rien de lui-même.",
    "Prints the nftables rules that hold this till's programs to the few that they may talk to (the processor, what "
    "the configuration names): `pos-bridge firewall | nft -f -`. Changes nothing by itself.",
)


def add_parser(commands: Subparsers) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "firewall",
        help=both("les règles du pare-feu de cette caisse", "the rules of this till's firewall"),
        description=described(_WHAT),
    )
    how = parser.add_mutually_exclusive_group()
    for word, said in (
        ("--check", both("comparer avec ce qui est en vigueur (root)", "compare with what is in force (root)")),
        ("--load", both("mettre en vigueur, d'un seul coup (root)", "put into force, in one step (root)")),
        ("--systemd", both("écrire le complément de l'unité", "print the unit's drop-in")),
        ("--count", both("tenir le compte des refus (service)", "keep count of what is denied (service)")),
    ):
        how.add_argument(word, action="store_true", help=said)
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config, its files unchecked. 0 done, or as it should be; 1 not, and lines say why."""
    config: Config = args.loaded

    def say(word: str, **values: object) -> None:
        print(WORDS[word].to(args.lang).format(**values), file=sys.stderr)

    if args.count:
        return _count(config, say)
    found = allowed(config)
    for target in found.lost:
        say("lost", setting=target.setting.value, host=target.host, port=target.port)
    try:
        done = _print_drop_in(found) if args.systemd else _with_rules(args, found, say)
    except nft.NftError as error:
        say("nft", reason=error)
        return NOT_DONE
    return NOT_DONE if found.lost else done


def _print_drop_in(found: Allowed) -> int:
    print(drop_in(found), end="")
    return DONE


def _with_rules(args: argparse.Namespace, found: Allowed, say: Callable[..., None]) -> int:
    users = known_users()
    missing = [who for who in (Who.ENGINE, Who.ROOM) if who not in users]
    for who in missing:
        say("no_user", user=USERS[who])
    if not (args.check or args.load):
        print(ruleset(found, users), end="")
        return DONE
    in_force = nft.loaded()
    if in_force == table(found, users):
        say("in_force")
    elif args.check:
        say("not_in_force" if in_force is None else "other_rules")
        return NOT_DONE
    elif found.lost and in_force is not None:
        say("kept")  # with what the name was when it was last known: better than none
    else:
        nft.load(ruleset(found, users))
        say("loaded")
    return NOT_DONE if missing else DONE  # what is in force holds not all of this program


def _count(config: Config, say: Callable[..., None]) -> int:
    """Until it is told to end. What cannot be read is not written: the file grows old, which is seen."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    path, told = config.path(config.network.denied), False
    while not stop.is_set():
        try:
            denied.leave(path, nft.counts())
            told = False
        except (nft.NftError, denied.UnfitError, OSError) as error:
            if not told:
                say("not_counted", reason=nft.PROGRAM if isinstance(error, denied.UnfitError) else error)
                told = True
        stop.wait(_LOOK_S)
    return DONE
