"""`person access --to FOLDER`: all that is kept about somebody, as a page to print and a file for a computer."""

import argparse
from pathlib import Path

from pos_bridge.cli.person_files import places
from pos_bridge.cli.person_input import Given, given
from pos_bridge.cli.person_open import DONE, NOT_DONE, Opened, act, fault, told
from pos_bridge.cli.person_words import HELP, say
from pos_bridge.config.settings import Config
from pos_bridge.domain.access import Access
from pos_bridge.domain.identity import Consent
from pos_bridge.domain.person import PersonFault
from pos_bridge.domain.purposes import Retention
from pos_bridge.dossier import structured
from pos_bridge.dossier.page import Shop, page
from pos_bridge.words import LANGUAGES

PAGE, DATA = "access.html", "access.json"


def words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help=HELP["to"].both)
    parser.add_argument("--page", choices=LANGUAGES, help=HELP["page"].both)


def run(args: argparse.Namespace) -> int:
    whom, folder = given(args.lang), Path(args.to)
    try:
        with places(folder, (PAGE, DATA)) as write:
            found = _found(args, whom)
            if isinstance(found, int):
                return found
            language = args.page or _language(found) or args.lang
            write((page(found, _shop(args.loaded), language), structured.to_bytes(found)))
    except FileExistsError as error:
        return told(NOT_DONE, say("is_there", args.lang, path=error.filename or folder))
    except OSError as error:
        return told(NOT_DONE, say("cannot_write", args.lang, path=folder, reason=error.strerror))
    print(say("written", args.lang, page=folder / PAGE, data=folder / DATA))
    if found.withheld:
        print(say("withheld", args.lang))
    return DONE


def _found(args: argparse.Namespace, whom: Given) -> Access | int:
    """The status where nothing was found, or nothing done."""
    told: list[Access] = []

    async def ask(opened: Opened) -> int:
        found = await opened.people.access(opened.officer, whom.choice)
        if isinstance(found, PersonFault):
            return fault(args, found)
        told.append(found)
        return DONE

    status = act(args, ask)
    return told[0] if status == DONE else status


def _language(access: Access) -> str | None:
    """In which they agreed last."""
    consents = [event.language for event in access.person.history if isinstance(event, Consent)]
    return consents[-1] if consents else None


def _shop(config: Config) -> Shop:
    identity = config.identity
    assert identity is not None  # or nothing was found
    retention = Retention(identity.inactive_months, identity.return_window_days)
    return Shop(config.till.shop, config.till.number, retention)


ACTS = (("access", words, run),)
