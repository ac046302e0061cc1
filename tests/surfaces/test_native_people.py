"""People over the whole real store: enrolled, delivered to, looked up, given their rights; hostile words refused."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest

from hw_sim.native_people import Customers, consents
from hw_sim.native_till import NativeTill
from hw_sim.running import RunningStore, running_store
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.processes import descendants, survivors
from tests.surfaces.native import refused

ZOE = {
    "last_name": "Roy-Tremblay",
    "first_name": "Zoë",
    "street": "12, rue de l'Église",
    "city": "Montréal",
    "province": "qc",
    "postal_code": "h2x1y4",
    "phone": "514 555-0123",
}
MEMBERS = {**ZOE, "email": "zoe@example.com", "child_size": "4a"}
CARD = "4921817844445119"


class Shop:
    """A store with a till, and with the office of the person in charge."""

    def __init__(self, store: RunningStore) -> None:
        self.store = store
        self.till = NativeTill.of(store.facts)
        self.over_tls = NativeTill.of(store.facts, over_tls=True)
        self.at_office = NativeTill.office(store.facts)
        self.customers = Customers(self.till)
        self.office = Customers(self.at_office, 7)

    def close(self) -> None:
        for till in (self.till, self.over_tls, self.at_office):
            till.close()


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running_store(tmp_path_factory.mktemp("store"), "--native") as store:
        shop = Shop(store)
        yield shop
        shop.close()
        processes = descendants(store.process.pid)
    assert not survivors(processes)


def today() -> date:
    return datetime.now().astimezone().date()


def member(number: str) -> pb.Choice:
    return pb.Choice(chouchous=number)


def order(number: str) -> pb.Choice:
    return pb.Choice(home_delivery=number)


# ---- at the till ----


def test_a_member_from_enrolment_to_erasure(shop: Shop):
    who = member("CH-1001")
    told = shop.customers.enrol("CH-1001", MEMBERS, (pb.PURPOSE_PROGRAMME, pb.PURPOSE_CONTACT, pb.PURPOSE_OFFERS))
    assert told == pb.PersonAnswer(
        result=pb.PERSON_RESULT_DONE, in_force=[pb.PURPOSE_PROGRAMME, pb.PURPOSE_OFFERS, pb.PURPOSE_CONTACT]
    )
    assert shop.customers.enrol("CH-1001", MEMBERS).result == pb.PERSON_RESULT_DONE, "asked again, it is the same"
    sale = shop.till.pay(1999, cash=True, member="CH-1001")
    assert sale.known.chouchous

    found = shop.customers.look_up(who, pb.PURPOSE_PROGRAMME)
    assert found.details == pb.Details(last_name="Roy-Tremblay", first_name="Zoë")
    found = shop.customers.look_up(who, pb.PURPOSE_OFFERS)
    assert found.details == pb.Details(first_name="Zoë", email="zoe@example.com", child_size="4A")
    refused_delivery = shop.customers.look_up(who, pb.PURPOSE_DELIVERY)
    assert (refused_delivery.result, refused_delivery.cause) == (pb.PERSON_RESULT_REFUSED, "not_for_purpose")
    assert not refused_delivery.HasField("details")

    assert shop.customers.withdraw(who, (pb.PURPOSE_OFFERS,)).in_force == [pb.PURPOSE_PROGRAMME, pb.PURPOSE_CONTACT]
    assert shop.customers.look_up(who, pb.PURPOSE_OFFERS).cause == "no_consent"

    assert shop.office.receive(who, pb.RIGHT_ACCESS).result == pb.PERSON_RESULT_DONE
    assert shop.office.due().due == [
        pb.Due(
            person=who,
            right=pb.RIGHT_ACCESS,
            received=today().isoformat(),
            due=(today() + timedelta(days=30)).isoformat(),
        )
    ]
    given = shop.office.access(who)
    document = json.loads(given.json)
    assert document["details"]["email"] == "zoe@example.com"
    assert [sale.key] == [each["key"] for each in document["purchases"]]
    assert b"zoe@example.com" in given.page_fr
    assert b'lang="fr-CA"' in given.page_fr
    assert b'lang="en-CA"' in given.page_en
    assert not shop.office.due().due, "answered"

    assert shop.office.rectify(who, {"city": "Laval"}, ["child_size"]).result == pb.PERSON_RESULT_DONE
    document = json.loads(shop.office.access(who).json)
    assert document["details"]["city"] == "Laval"
    assert "child_size" not in document["details"]

    assert "Chouchous" in " ".join(shop.till.what_is_kept(sale.key).lines_fr)
    gone = shop.office.erase(who)
    assert gone.result == pb.PERSON_RESULT_DONE
    assert shop.office.access(who).cause == "unknown"
    kept = shop.till.what_is_kept(sale.key)
    assert "À votre sujet : rien." in [line.strip() for line in kept.lines_fr]
    assert kept.known == pb.Known()


def test_a_delivery_is_found_by_its_order_and_offers_do_not_reach_it(shop: Shop):
    where = {name: ZOE[name] for name in ("last_name", "first_name", "street", "city", "postal_code", "phone")}
    told = shop.customers.deliver("WEB-2002", where, expected=(today() + timedelta(days=4)).isoformat())
    assert told.in_force == [pb.PURPOSE_DELIVERY]
    found = shop.customers.look_up(order("WEB-2002"), pb.PURPOSE_DELIVERY)
    assert (found.details.street, found.details.postal_code) == ("12, rue de l'Église", "H2X 1Y4")
    assert shop.customers.look_up(order("WEB-2002"), pb.PURPOSE_OFFERS).cause == "not_for_purpose"
    document = json.loads(shop.office.access(order("WEB-2002")).json)
    assert document["keep_until"] == (today() + timedelta(days=34)).isoformat()
    with_offers = shop.customers.deliver("WEB-2003", where, (pb.PURPOSE_DELIVERY, pb.PURPOSE_OFFERS))
    assert (with_offers.result, with_offers.cause) == (pb.PERSON_RESULT_REFUSED, "not_for_purpose")
    assert shop.customers.look_up(order("WEB-2003"), pb.PURPOSE_DELIVERY).cause == "unknown", "all of it or nothing"


def test_a_recipient_is_shown_to_who_delivers_and_not_to_who_ordered(shop: Shop):
    where = {name: ZOE[name] for name in ("last_name", "street", "city", "postal_code")}
    assert shop.customers.deliver("GIFT-1", where, recipient=True).result == pb.PERSON_RESULT_DONE
    assert shop.customers.look_up(order("GIFT-1"), pb.PURPOSE_DELIVERY).details.last_name == "Roy-Tremblay"
    document = shop.office.access(order("GIFT-1"))
    assert b"Roy-Tremblay" not in document.json + document.page_fr + document.page_en


def test_under_14_a_parent_agrees(shop: Shop):
    until = f"{today().year + 5}-03"
    alone = shop.customers.enrol("CH-KID", child_until=until)
    assert (alone.result, alone.cause) == (pb.PERSON_RESULT_REFUSED, "no_parent")
    assert shop.customers.enrol("CH-KID", by=pb.GIVEN_BY_PARENT).cause == "unfit", "until when?"
    assert shop.customers.enrol("CH-KID", by=pb.GIVEN_BY_PARENT, child_until=until).in_force == [pb.PURPOSE_PROGRAMME]
    unsaid = shop.customers.enrol("CH-KID", by=pb.GIVEN_BY_UNSPECIFIED)
    assert (unsaid.cause, unsaid.field) == ("age_not_said", "consents.by")


# ---- what was agreed to ----


def test_the_text_that_was_shown_is_the_one_that_is_configured(shop: Shop):
    (programme,) = consents([pb.PURPOSE_PROGRAMME])
    (offers,) = consents([pb.PURPOSE_OFFERS])
    together, other, unsaid, unspoken = pb.Consent(), pb.Consent(), pb.Consent(), pb.Consent()
    for each in (together, other, unsaid, unspoken):
        each.CopyFrom(programme)
    together.purposes.append(pb.PURPOSE_OFFERS)
    other.text_version = "1999-12"
    unspoken.language = pb.LANGUAGE_UNSPECIFIED
    offers_by_the_other_text = pb.Consent()
    offers_by_the_other_text.CopyFrom(offers)
    offers_by_the_other_text.text_version = programme.text_version
    for given, cause in (
        ([together], "offers_apart"),
        ([other], "wrong_text"),
        ([programme, offers_by_the_other_text], "wrong_text"),
        ([], "no_consent"),
        ([offers], "no_consent"),
    ):
        told = shop.till.people.Enrol(pb.EnrolRequest(operator=12, member="CH-TEXT", consents=given))
        assert (told.result, told.cause) == (pb.PERSON_RESULT_REFUSED, cause)
        assert told.text_fr
        assert told.text_en
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    asked = pb.EnrolRequest(operator=12, member="CH-TEXT", consents=[unspoken])
    assert refused(lambda: shop.till.people.Enrol(asked)) == (invalid, "unfit: consents.language")
    assert shop.customers.look_up(member("CH-TEXT"), pb.PURPOSE_PROGRAMME).cause == "unknown"


# ---- hostile words ----

HOSTILE = {
    "a card in a name": ("last_name", f"Roy {CARD}", "card_number"),
    "a card in full-width digits": ("street", "".join(chr(ord(d) - 48 + 0xFF10) for d in CARD), "card_number"),
    "a name of 10 kB": ("first_name", "Z" * 10_000, "too_long"),
    "a line's end": ("last_name", "Roy\nTremblay", "characters"),
    "a control character": ("city", "Mont\x1bréal", "characters"),
    "written backwards": ("first_name", "Zo\u202eë", "characters"),
    "a Cyrillic letter among Latin ones": ("last_name", "R\u043ey", "characters"),
    "a program": ("street", "<script>", "characters"),
    "no e-mail": ("email", "zoe at example.com", "shape"),
    "no postal code": ("postal_code", "H2X", "shape"),
    "no province": ("province", "Québec", "shape"),
    "no telephone": ("phone", "12", "shape"),
    "blanks": ("city", " \u00a0 ", "empty"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_detail_that_cannot_be_is_refused_by_its_field_and_never_repeated(shop: Shop, case: str):
    field, text, cause = HOSTILE[case]
    told = shop.customers.enrol("CH-HOSTILE", {**MEMBERS, field: text})
    assert (told.result, told.cause, told.field) == (pb.PERSON_RESULT_REFUSED, cause, field)
    assert told.text_fr != told.text_en
    said = told.SerializeToString()
    assert not any(word.encode() in said for word in (*text.split(), CARD) if len(word) > 2)
    assert shop.customers.look_up(member("CH-HOSTILE"), pb.PURPOSE_PROGRAMME).cause == "unknown"


def test_a_card_is_no_member_number_and_no_order(shop: Shop):
    told = shop.customers.enrol(CARD, MEMBERS)
    assert (told.cause, told.field) == ("card_number", "member")
    assert CARD not in told.text_fr + told.text_en
    assert shop.customers.deliver(CARD).field == "order"
    assert shop.customers.look_up(order(CARD), pb.PURPOSE_DELIVERY).field == "person"


def test_what_does_not_fit_the_protocol_is_refused_by_a_word(shop: Shop):
    unheard_of: Any = 9
    people, invalid, nobody = shop.till.people, grpc.StatusCode.INVALID_ARGUMENT, pb.Choice()
    agreed = consents([pb.PURPOSE_PROGRAMME])
    cases = {
        "unfit: operator": lambda: people.Enrol(pb.EnrolRequest(member="CH-1", consents=agreed)),
        "unfit: member": lambda: people.Enrol(pb.EnrolRequest(operator=1, member="Zoë Roy", consents=agreed)),
        "unfit: order": lambda: people.RegisterDelivery(
            pb.DeliveryRequest(operator=1, order="", consents=consents([pb.PURPOSE_DELIVERY]))
        ),
        "unfit: consents": lambda: people.Enrol(pb.EnrolRequest(operator=1, member="CH-1", consents=agreed * 9)),
        "unfit: person": lambda: people.LookUp(pb.LookUpRequest(operator=1, person=nobody, purpose=pb.PURPOSE_OFFERS)),
        "unfit: purpose": lambda: people.LookUp(pb.LookUpRequest(operator=1, person=member("CH-1"))),
        "unfit: purposes": lambda: people.Withdraw(pb.WithdrawRequest(operator=1, person=member("CH-1"))),
        "unfit: channel": lambda: people.Withdraw(
            pb.WithdrawRequest(operator=1, person=member("CH-1"), purposes=[pb.PURPOSE_OFFERS], channel=unheard_of)
        ),
        "unfit: right": lambda: shop.office.receive(member("CH-1"), pb.RIGHT_UNSPECIFIED),
        "unfit: refusal": lambda: shop.office.refuse(member("CH-1"), pb.RIGHT_ERASE, pb.REFUSAL_UNSPECIFIED),
        "unfit: clear": lambda: shop.office.rectify(member("CH-1"), {}, ["name"]),
    }
    for word, call in cases.items():
        assert refused(call) == (invalid, word)
    days = {"expected": ("2026-13-01", "20261123", "2026-W48-1", "today", "2999-01-01")}
    for text in days["expected"]:
        told = shop.customers.deliver("WEB-DAY", expected=text)
        assert (told.result, told.cause, told.field) == (pb.PERSON_RESULT_REFUSED, "no_day", "expected")
    for text in ("2031-13", "31-03", "2031-3", "soon"):
        told = shop.customers.enrol("CH-DAY", by=pb.GIVEN_BY_PARENT, child_until=text)
        assert (told.cause, told.field) == ("no_day", "child_until")


# ---- the office's door ----


def test_no_till_reaches_the_rights(shop: Shop):
    """Not at the tills' socket, not over TLS; and the office serves no till."""
    unimplemented = grpc.StatusCode.UNIMPLEMENTED
    about = pb.PersonRequest(operator=7, person=member("CH-1001"))
    for till in (shop.till, shop.over_tls):
        for call in (till.rights.Access, till.rights.Erase):
            assert refused(lambda call=call: call(about))[0] is unimplemented
        assert refused(lambda till=till: till.rights.ListDue(pb.ListDueRequest(operator=7)))[0] is unimplemented
    assert refused(shop.at_office.health)[0] is unimplemented
    assert refused(lambda: Customers(shop.at_office).enrol("CH-9"))[0] is unimplemented


def test_the_offices_socket_stands_in_a_folder_of_its_own(shop: Shop):
    tills, office = Path(shop.store.facts["native_socket"]), Path(shop.store.facts["privacy_socket"])
    assert tills.parent != office.parent
    assert office.stat().st_mode & 0o777 == 0o660
    assert office.parent.stat().st_mode & 0o007 == 0


# ---- what stays ----


def test_what_was_refused_lies_nowhere(shop: Shop):
    """Of all of the above: not what was refused, and not what was erased; what was chosen, encrypted only."""
    marks = [CARD, "Zoë Roy", "zoe at example", "1999-12", "Roy-Tremblay", "zoe@example.com", "rue de l'Église"]
    files = [path for path in shop.store.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    found = {
        (path.name, mark) for path in files for mark in marks if mark.encode() in path.read_bytes() and mark != CARD
    }
    assert found == set()
    engine = [path for path in files if shop.store.folder / "engine" in path.parents]
    assert [path.name for path in engine if CARD.encode() in path.read_bytes()] == []
