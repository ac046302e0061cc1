"""`person due`: requests that wait for an answer, children who are 14 by now, and what erasures still owe."""

import argparse
import json
from datetime import date

from pos_bridge.cli.person_open import DONE, Opened, act, fault
from pos_bridge.cli.person_words import HELP, say
from pos_bridge.domain.access import Due, Duty
from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.person import PersonFault
from pos_bridge.dossier import names
from pos_bridge.dossier.structured import number

FORMAT = "pos-bridge-due-1"


def words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=HELP["json"].both)


def run(args: argparse.Namespace) -> int:
    async def show(opened: Opened) -> int:
        due = await opened.people.due(opened.officer)
        if isinstance(due, PersonFault):
            return fault(args, due)
        print(_structured(due) if args.json else "\n".join(_lines(due, opened.people.today, args.lang)))
        return DONE

    return act(args, show)


def _lines(due: Due, today: date, language: str) -> list[str]:
    lines = [_line(duty, today, language) for duty in due.duties] or [say("nothing_due", language)]
    if due.copies:
        lines.append(say("copies_owed", language, copies=due.copies))
    if due.renewal:
        lines.append(say("owed_renewal", language))
    return lines


def _line(duty: Duty, today: date, language: str) -> str:
    what = say("fourteen", language) if duty.right is None else names.RIGHTS[duty.right].to(language)
    if duty.due < today:
        what = f"{say('late', language)}  {what}"
    if isinstance(duty.choice, Chouchous):
        whose = say("due_member", language, number=duty.choice.member)
    else:
        whose = say("due_order", language, number=duty.choice.order)
    return f"{duty.due.isoformat()}  {what}  ({whose})"


def _structured(due: Due) -> str:
    """`right` null: a child who is 14 and is to be asked."""
    duties = [
        {
            **number(duty.choice),
            "right": None if duty.right is None else duty.right.name.lower(),
            "received": duty.received.isoformat(),
            "due": duty.due.isoformat(),
        }
        for duty in due.duties
    ]
    told = {"format": FORMAT, "duties": duties, "copies": due.copies, "renewal": due.renewal}
    return json.dumps(told, ensure_ascii=False, indent=2)


ACTS = (("due", words, run),)
