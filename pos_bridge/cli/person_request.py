"""`person receive RIGHT` and `person refuse RIGHT --because WHY`: what was asked for is noted, and when it is due."""

import argparse
from datetime import date

from pos_bridge.cli.person_input import given
from pos_bridge.cli.person_open import DONE, Opened, act, fault
from pos_bridge.cli.person_words import HELP, say
from pos_bridge.domain.person import DISPUTE_WITHIN, PersonFault, Refusal, Right

_RIGHTS = {right.name.lower(): right for right in Right}
_REFUSALS = {refusal.name.lower().replace("_", "-"): refusal for refusal in Refusal}


def receive_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("right", choices=tuple(_RIGHTS), help=HELP["right"].both)
    parser.add_argument("--on", type=_day, metavar="DAY", help=HELP["on"].both)


def refuse_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("right", choices=tuple(_RIGHTS), help=HELP["right"].both)
    parser.add_argument("--because", choices=tuple(_REFUSALS), required=True, help=HELP["because"].both)


def receive(args: argparse.Namespace) -> int:
    whom, right = given(args.lang), _RIGHTS[args.right]

    async def note(opened: Opened) -> int:
        after = await opened.people.receive(opened.officer, whom.choice, right, args.on)
        if isinstance(after, PersonFault):
            return fault(args, after)
        due = [request.due for request in after.requests if request.right is right and request.open]
        print(say("received", args.lang, day=due[0].isoformat()) if due else say("nothing_open", args.lang))
        return DONE

    return act(args, note)


def refuse(args: argparse.Namespace) -> int:
    whom, right = given(args.lang), _RIGHTS[args.right]

    async def note(opened: Opened) -> int:
        after = await opened.people.refuse(opened.officer, whom.choice, right, _REFUSALS[args.because])
        if isinstance(after, PersonFault):
            return fault(args, after)
        until = opened.people.today + DISPUTE_WITHIN
        print(say("refused", args.lang, day=until.isoformat()))
        return DONE

    return act(args, note)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(HELP["not_a_day"].both) from None


ACTS = (("receive", receive_words, receive), ("refuse", refuse_words, refuse))
