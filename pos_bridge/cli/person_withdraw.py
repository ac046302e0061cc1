"""`person withdraw`: consent taken back, for the ends that are named or for all of them. Nothing is erased by it."""

import argparse

from pos_bridge.cli.person_input import WrongWordsError, given
from pos_bridge.cli.person_open import DONE, Opened, act, fault
from pos_bridge.cli.person_words import HELP, say
from pos_bridge.domain.identity import Channel, Purpose
from pos_bridge.domain.person import PersonFault
from pos_bridge.dossier import names

PURPOSES = {purpose.name.lower().replace("_", "-"): purpose for purpose in Purpose}
_CHANNELS = {channel.name.lower(): channel for channel in Channel}


def words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--purpose", action="append", choices=tuple(PURPOSES), default=[], help=HELP["purpose"].both)
    parser.add_argument("--all", action="store_true", help=HELP["all"].both)
    parser.add_argument("--channel", choices=tuple(_CHANNELS), default="till", help=HELP["channel"].both)


def run(args: argparse.Namespace) -> int:
    if args.all is bool(args.purpose):
        raise WrongWordsError("which_purposes")
    purposes = frozenset(Purpose) if args.all else frozenset(PURPOSES[name] for name in args.purpose)
    whom = given(args.lang)

    async def withdraw(opened: Opened) -> int:
        after = await opened.people.withdraw(opened.officer, whom.choice, purposes, _CHANNELS[args.channel])
        if isinstance(after, PersonFault):
            return fault(args, after)
        left = ", ".join(names.named(after.in_force(opened.people.today), args.lang))
        print(say("withdrawn", args.lang, purposes=left) if left else say("withdrawn_all", args.lang))
        return DONE

    return act(args, withdraw)


ACTS = (("withdraw", words, run),)
