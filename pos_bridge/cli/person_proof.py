"""`person proof`: what somebody who was erased had agreed to, for whoever gives the number again."""

import argparse

from pos_bridge.cli.person_input import given
from pos_bridge.cli.person_open import DONE, Opened, act, fault
from pos_bridge.cli.person_words import say
from pos_bridge.domain.identity import Consent, ConsentEnd
from pos_bridge.domain.person import PersonFault
from pos_bridge.dossier import names
from pos_bridge.dossier.page import text_agreed_to


def words(parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(args: argparse.Namespace) -> int:
    whom = given(args.lang)

    async def show(opened: Opened) -> int:
        found = await opened.people.proof(opened.officer, whom.choice)
        if isinstance(found, PersonFault):
            return fault(args, found)
        for event in found:
            print(_line(event, args.lang))
        return DONE

    return act(args, show)


def _line(event: Consent | ConsentEnd, language: str) -> str:
    where = names.CHANNELS[event.channel].to(language)
    if isinstance(event, ConsentEnd):
        purpose = names.PURPOSES[event.purpose].to(language)
        return say("proof_withdrew", language, day=event.day.isoformat(), where=where, purposes=purpose)
    return say(
        "proof_agreed",
        language,
        day=event.day.isoformat(),
        where=where,
        purposes=", ".join(names.named(event.purposes, language)),
        text=text_agreed_to(event, language),
        by=names.GIVEN_BY[event.by].to(language),
    )


ACTS = (("proof", words, run),)
