"""`person show --purpose END`: what that end allows to be read of somebody, on the terminal. Noted with the end."""

import argparse

from pos_bridge.cli.person_input import given
from pos_bridge.cli.person_open import DONE, Opened, act, fault
from pos_bridge.cli.person_withdraw import PURPOSES
from pos_bridge.cli.person_words import HELP, say
from pos_bridge.domain.person import PersonFault
from pos_bridge.dossier import names


def words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--purpose", choices=tuple(PURPOSES), required=True, help=HELP["one_purpose"].both)


def run(args: argparse.Namespace) -> int:
    whom, purpose = given(args.lang), PURPOSES[args.purpose]

    async def show(opened: Opened) -> int:
        found = await opened.people.look_up(opened.officer, whom.choice, purpose)
        if isinstance(found, PersonFault):
            return fault(args, found)
        for field, text in found.details.given:
            print(say("shown", args.lang, what=names.FIELDS[field].to(args.lang), text=text))
        if not found.details.given:
            print(say("shown_nothing", args.lang))
        print(say("in_force", args.lang, purposes=", ".join(names.named(found.in_force, args.lang))))
        return DONE

    return act(args, show)


ACTS = (("show", words, run),)
