"""`person rectify`: other texts instead of those that are not right. They come from the terminal or standard input."""

import argparse

from pos_bridge.cli.person_input import given
from pos_bridge.cli.person_open import DONE, Opened, act, fault
from pos_bridge.cli.person_words import say
from pos_bridge.domain.person import PersonFault
from pos_bridge.dossier import names


def words(_parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(args: argparse.Namespace) -> int:
    """The answer names the fields that there are now, not what stands in them."""
    asked = given(args.lang, changes=True)

    async def rectify(opened: Opened) -> int:
        after = await opened.people.rectify(opened.officer, asked.choice, asked.changes)
        if isinstance(after, PersonFault):
            return fault(args, after)
        there = ", ".join(names.FIELDS[field].to(args.lang) for field, _ in after.details.given)
        print(say("rectified", args.lang, fields=there) if there else say("rectified_to_nothing", args.lang))
        return DONE

    return act(args, rectify)


ACTS = (("rectify", words, run),)
