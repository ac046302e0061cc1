"""The computer's copy: UTF-8, names that stay, and nothing lost on the way."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given

from pos_bridge.domain.access import Access, KnownSale, Recorded
from pos_bridge.domain.details import NO_DETAILS, Details, Field
from pos_bridge.domain.identity import (
    Channel,
    ChoiceKind,
    Chouchous,
    Consent,
    ConsentEnd,
    GivenBy,
    HomeDelivery,
    Purpose,
)
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import Cause, Flow, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.person import LinkedSale, Month, Person, Refusal, Right, RightRequest, Whose
from pos_bridge.domain.points import Earned, Withdrawal
from pos_bridge.dossier.structured import FORMAT, document, to_bytes
from tests.dossier.makers import accesses

RIGHTS = Path(__file__).parents[2] / "docs" / "privacy" / "rights.md"
Json = dict[str, Any]

# What of a value is not told: names and marks of machines, and what a movement under way waits for.
NO_MARK = bytes(16)


@given(accesses)
def test_all_of_it_can_be_read_back(access: Access):
    read = json.loads(to_bytes(access).decode("utf-8"))
    assert read["format"] == FORMAT
    assert read_back(read) == told(access)


@given(accesses)
def test_a_recipients_name_and_address_are_not_in_it(access: Access):
    hidden = replace(access, withheld=True, person=replace(access.person, whose=Whose.RECIPIENT))
    read = document(hidden)
    assert read["details"] is None
    assert (read["details_withheld"], read["details_are"]) == (True, "recipient")


def test_letters_are_written_as_they_are():
    person = Person(bytes(32), Chouchous("CH-1"), Month(2026, 11), details=Details(((Field.FIRST_NAME, "Zoë"),)))
    raw = to_bytes(Access(date(2026, 11, 23), person, False, frozenset(), (), None))
    assert "Zoë".encode() in raw
    assert raw.endswith(b"}\n")


@given(accesses)
def test_each_name_is_documented(access: Access):
    rows = RIGHTS.read_text().split("## The file for a computer")[1].splitlines()
    documented = {
        name for row in rows if row.startswith("| ") for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])
    }
    assert set(names_in(document(access))) <= documented | {field.name.lower() for field in Field}


def names_in(value: object) -> list[str]:
    match value:
        case dict():
            return [*value, *(name for inner in value.values() for name in names_in(inner))]
        case list():
            return [name for inner in value for name in names_in(inner)]
        case _:
            return []


# ---- there and back ----


def told(access: Access) -> Access:
    """Without what is not the person's."""
    return replace(access, sales=tuple(map(_told_sale, access.sales)))


def _told_sale(sale: KnownSale) -> KnownSale:
    earned = sale.linked.earned
    if earned is not None:
        marks = tuple(replace(each, mark=NO_MARK) for each in earned.withdrawals)
        earned = replace(earned, by=None, withdrawals=marks)
    leg = None if sale.leg is None else _told_leg(sale.leg)
    return KnownSale(replace(sale.linked, earned=earned), leg, sale.recorded, tuple(map(_told_leg, sale.refunds)))


def _told_leg(leg: KnownLeg) -> KnownLeg:
    return replace(leg, partial_ok=False, flow=Flow.TWO_MESSAGES, sale_key=None)


def read_back(read: Json) -> Access:
    choice = HomeDelivery(read["order"]) if read["member"] is None else Chouchous(read["member"])
    fields = {Field[name.upper()]: text for name, text in read["details"].items()}
    person = Person(
        bytes.fromhex(read["vault_id"]),
        choice,
        month(read["last_active"]),
        tuple(map(event, read["history"])),
        Details(tuple(fields.items())) if fields else NO_DETAILS,
        Whose[read["details_are"].upper()],
        None if read["child_until"] is None else month(read["child_until"]),
        None if read["keep_until"] is None else date.fromisoformat(read["keep_until"]),
        tuple(map(request, read["requests"])),
    )
    return Access(
        date.fromisoformat(read["day"]),
        person,
        read["details_withheld"],
        frozenset(Purpose[name.upper()] for name in read["in_force"]),
        tuple(map(purchase, read["purchases"])),
        read["points"],
        tuple(read["told_to"]),
    )


def month(text: str) -> Month:
    year, number = text.split("-")
    return Month(int(year), int(number))


def event(read: Json) -> Consent | ConsentEnd:
    day, channel = date.fromisoformat(read["day"]), Channel[read["channel"].upper()]
    ends = [Purpose[name.upper()] for name in read["purposes"]]
    if read["event"] == "withdrawn":
        return ConsentEnd(ends[0], day, channel)
    by = GivenBy[read["by"].upper()]
    return Consent(read["text_version"], read["language"], day, read["hour"], channel, frozenset(ends), by)


def request(read: Json) -> RightRequest:
    found = RightRequest(
        Right[read["right"].upper()],
        date.fromisoformat(read["received"]),
        None if read["ended"] is None else date.fromisoformat(read["ended"]),
        None if read["refused_because"] is None else Refusal[read["refused_because"].upper()],
    )
    assert found.due.isoformat() == read["due"]
    return found


def purchase(read: Json) -> KnownSale:
    return KnownSale(
        LinkedSale(LegKey.parse(read["key"]), ChoiceKind[read["for"].upper()], earned(read["points"])),
        None if read["sale"] is None else leg(read["sale"]),
        None if read["day"] is None else Recorded(date.fromisoformat(read["day"]), read["hour"]),
        tuple(map(leg, read["refunds"])),
    )


def leg(read: Json) -> KnownLeg:
    return KnownLeg(
        LegKey.parse(read["key"]),
        Tender(read["tender"]),
        State(read["outcome"]),
        Amount(read["cents"]),
        False,
        Flow.TWO_MESSAGES,
        None if read["cause"] is None else Cause(read["cause"]),
        None if read["approved_cents"] is None else Amount(read["approved_cents"]),
        read["cash_cents"],
        Kind(read["kind"]),
    )


def earned(read: Json | None) -> Earned | None:
    if read is None:
        return None
    taken = tuple(Withdrawal(NO_MARK, each["cents"], each["points"]) for each in read["taken_back"])
    found = Earned(
        read["rule"], read["paid_cents"], read["counted_cents"], read["given"], read["returned_cents"], None, taken
    )
    assert found.standing == read["standing"]
    return found
