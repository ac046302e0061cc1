"""Correcting, withdrawing, noting requests and refusals, listing what is due, and reading for a purpose."""

import json
from datetime import timedelta

import pytest

from pos_bridge.domain.details import Field
from pos_bridge.domain.identity import Channel, Consent, ConsentEnd, GivenBy, Purpose
from pos_bridge.domain.person import Month, PersonFault, Refusal, Right, RightRequest
from pos_bridge.domain.person_change import Enrolment, enrolled, received
from pos_bridge.registers.trail_file import entries
from tests.cli.people import Office, today
from tests.domain.people import MEMBER, ZOE

# ---- rectify ----


def test_what_is_not_right_is_corrected(office: Office):
    office.enrol()
    status, out, err = office.person("rectify", typed="member CH-1001\nset phone 514 555-0199\nclear email\n")
    assert (status, err) == (0, "")
    assert out.startswith("Corrected. There is now: last name, first name")
    assert "0199" not in out
    known = office.known()
    assert known is not None
    assert known.details.get(Field.PHONE) == "+15145550199"
    assert known.details.get(Field.EMAIL) is None
    assert known.details.get(Field.LAST_NAME) == "Roy-Tremblay"


def test_the_field_in_french(office: Office):
    office.enrol()
    status, out, _ = office.person("rectify", "--lang", "fr", typed="membre CH-1001\nmettre prénom Léa\n")
    assert status == 0
    assert out.startswith("Corrigé. Il y a maintenant : nom, prénom")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("set first_name 4921 8178 4444 5119", "card number"),
        ("set postal_code Z9Z 9Z9", "shape"),
        ("set city Mont\u202er\u00e9al", "characters"),
        ("set city " + "x" * 500, "too long"),
    ],
)
def test_what_does_not_fit_is_told_without_being_repeated(office: Office, change, why):
    person = office.enrol()
    status, out, err = office.person("rectify", typed=f"member CH-1001\n{change}\n")
    assert (status, out) == (1, "")
    assert why in err
    assert change.split(" ", 2)[2] not in err
    assert office.known() == person


# ---- withdraw ----


def test_one_end_is_withdrawn_and_the_others_stay(office: Office):
    office.enrol(Purpose.PROGRAMME, Purpose.OFFERS)
    status, out, _ = office.person("withdraw", "--purpose", "offers", "--channel", "telephone")
    assert (status, out) == (0, "Withdrawn. Still allowed: running the loyalty programme.\n")
    known = office.known()
    assert known is not None
    assert known.history[-1] == ConsentEnd(Purpose.OFFERS, today(), Channel.TELEPHONE)
    assert known.in_force(today()) == {Purpose.PROGRAMME}


def test_all_of_it_is_withdrawn_and_nothing_is_erased(office: Office):
    office.enrol()
    status, out, _ = office.person("withdraw", "--all")
    assert status == 0
    assert "nothing is erased" in out
    known = office.known()
    assert known is not None
    assert known.in_force(today()) == frozenset()
    assert known.details.given


@pytest.mark.parametrize("words", [[], ["--all", "--purpose", "offers"]])
def test_which_ends_is_said(office: Office, words):
    office.enrol()
    assert office.person("withdraw", *words)[0] == 2


# ---- requests ----


def test_a_request_is_noted_and_due_in_thirty_days(office: Office):
    office.enrol()
    came = today() - timedelta(days=3)
    status, out, _ = office.person("receive", "access", "--on", came.isoformat())
    assert (status, out) == (0, f"Noted. To be answered by {came + timedelta(days=30)}.\n")
    known = office.known()
    assert known is not None
    assert known.requests == (RightRequest(Right.ACCESS, came),)


def test_a_request_of_tomorrow_cannot_be(office: Office):
    office.enrol()
    assert office.person("receive", "access", "--on", (today() + timedelta(days=1)).isoformat())[0] == 1


def test_a_refusal_keeps_the_data_while_it_can_be_disputed(office: Office):
    office.enrol()
    status, out, _ = office.person("refuse", "access", "--because", "not-verified")
    assert status == 0
    assert (today() + timedelta(days=30)).isoformat() in out
    known = office.known()
    assert known is not None
    assert known.requests == (RightRequest(Right.ACCESS, today(), today(), Refusal.NOT_VERIFIED),)
    status, _, err = office.person("erase", "--yes")
    assert status == 1
    assert "can be disputed" in err
    assert office.known() == known


@pytest.mark.parametrize(
    "words", [("withdraw", "--all"), ("receive", "erase"), ("refuse", "erase", "--because", "law")]
)
def test_of_nobody_nothing_is_noted(office: Office, words):
    assert office.person(*words)[0] == 3
    assert not office.config.vault.exists()


# ---- due ----


def test_nothing_is_due(office: Office):
    office.enrol()
    assert office.person("due", typed="")[:2] == (0, "No request waits for an answer.\n")


def test_what_waits_the_oldest_first_with_what_is_late(office: Office):
    office.enrol()
    office.deliver()
    late = today() - timedelta(days=31)
    office.person("receive", "rectify", typed="order WEB-77\n")
    office.change(MEMBER, lambda found: received(found, Right.ERASE, late, today()))
    status, out, _ = office.person("due", typed="")
    assert status == 0
    first, second = out.splitlines()
    assert first == f"{late + timedelta(days=30)}  LATE  to have it erased  (member CH-1001)"
    assert second == f"{today() + timedelta(days=30)}  to have it corrected  (order WEB-77)"
    status, out, _ = office.person("due", "--json", typed="")
    told = json.loads(out)
    assert (told["format"], told["copies"], told["renewal"]) == ("pos-bridge-due-1", 0, False)
    assert [(duty["member"], duty["order"], duty["right"]) for duty in told["duties"]] == [
        ("CH-1001", None, "erase"),
        (None, "WEB-77", "rectify"),
    ]


def test_a_child_who_is_14_is_to_be_asked(office: Office):
    """They were enrolled a year ago: the month has passed since."""
    then = today() - timedelta(days=365)
    consent = Consent("members-3", "fr", then, 14, Channel.TILL, frozenset({Purpose.PROGRAMME}), GivenBy.PARENT)
    child = Enrolment(MEMBER, ZOE, consent, Month.of(today().replace(day=1) - timedelta(days=1)))
    office.change(MEMBER, lambda person: enrolled(person, child, then))
    status, out, _ = office.person("due", typed="")
    assert status == 0
    assert "is 14: ask for their own consent  (member CH-1001)" in out
    assert [duty["right"] for duty in json.loads(office.person("due", "--json", typed="")[1])["duties"]] == [None]


# ---- show ----


def test_what_an_end_allows_to_be_read(office: Office):
    office.enrol(Purpose.PROGRAMME, Purpose.OFFERS)
    status, out, _ = office.person("show", "--purpose", "offers")
    assert status == 0
    assert "e-mail: zoe@example.com" in out
    assert "first name: Zoë" in out
    assert "Église" not in out


def test_an_end_that_nobody_agreed_to_is_refused_and_noted(office: Office):
    office.enrol(Purpose.PROGRAMME)
    status, out, err = office.person("show", "--purpose", "offers")
    assert (status, out) == (1, "")
    assert "no consent" in err
    status, _, err = office.person("show", "--purpose", "delivery")
    assert status == 1
    assert "refused, and noted" in err
    assert [entry.refused for _, entry in entries(office.config.state / "audit.db")] == [
        PersonFault.NO_CONSENT,
        PersonFault.NOT_FOR_PURPOSE,
    ]


@pytest.mark.parametrize("number", ["0", "10000", "-1", "abc", "١٢"])
def test_who_acts_has_a_number(office: Office, number, capsys):
    with pytest.raises(SystemExit):
        office.command("person", "due", "--operator", number)
    assert "1 to 9999" in capsys.readouterr().err
