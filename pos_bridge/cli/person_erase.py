"""`person erase`: a person's key and all that is theirs destroyed; and what is owed until *erased* can be said."""

import argparse
import unicodedata

from pos_bridge.cli.person_input import WrongWordsError, at_terminal, given, line
from pos_bridge.cli.person_open import DONE, NOT_ACKNOWLEDGED, NOT_DONE, Opened, act, fault, told
from pos_bridge.cli.person_words import HELP, say
from pos_bridge.domain.access import Erased
from pos_bridge.domain.identity import VaultUnusableError
from pos_bridge.domain.person import PersonFault

_CONFIRMED = frozenset({"EFFACER", "ERASE"})


def words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help=HELP["yes"].both)


def run(args: argparse.Namespace) -> int:
    if not (args.yes or at_terminal()):
        raise WrongWordsError("say_yes")
    whom = given(args.lang)
    if not args.yes and unicodedata.normalize("NFC", line(say("ask_erase", args.lang))).upper() not in _CONFIRMED:
        return told(NOT_DONE, say("not_confirmed", args.lang))

    async def erase(opened: Opened) -> int:
        found = await opened.people.erase(opened.officer, whom.choice)
        if isinstance(found, PersonFault):
            return fault(args, found)
        return await _tell(args, opened, found)

    return act(args, erase)


async def _tell(args: argparse.Namespace, opened: Opened, erased: Erased) -> int:
    """The old key goes now if nobody else has the vault open; the engine does it within a day otherwise."""
    print(say("erased", args.lang))
    try:
        renewed = erased.renewed or await opened.vault.renew()
        copies = (await opened.vault.owed()).copies
    except VaultUnusableError:  # erased it is: what is left to do is owed on disk
        renewed, copies = False, 0 if erased.acknowledged else 1
    print(say("renewed" if renewed else "renewal_owed", args.lang))
    if copies:
        print(say("not_acknowledged", args.lang, copies=copies))
        return NOT_ACKNOWLEDGED
    copied = args.loaded.erasures_copy is not None
    print(say("acknowledged" if copied else "no_copy", args.lang))
    return DONE


ACTS = (("erase", words, run),)
