"""Chouchous and home delivery on the whole store: what is known of a sale, by whom, and what is not."""

import json
import threading
from collections.abc import Callable

import pytest

from hw_sim.reply import Reply
from hw_sim.till import new_service_id
from tests.surfaces.accounts import journal_rows
from tests.surfaces.book import until
from tests.surfaces.shop import ABOUT, DROPPED, MEMBER, ORDER, Shop, encodings, kinds, leaks

CHOICES = {
    "": {},
    "chouchous": {"member": MEMBER},
    "delivery": {"order": ORDER},
    "chouchous,delivery": {"member": MEMBER, "order": ORDER},
}


def test_the_search_sees_what_it_looks_for(tmp_path):
    for number, form in enumerate(encodings(MEMBER) + encodings(ORDER)):
        (tmp_path / str(number)).write_bytes(b"before" + form + b"after")
    assert len(leaks(tmp_path)) == len(list(tmp_path.iterdir()))


# ---- what is known, and what is not ----


def test_no_vault_is_made_while_nobody_chooses(shop: Shop):
    for card in (None, "visa"):
        assert shop.pay(card).result == "Success"
        dropped = shop.pay(card, extra=DROPPED)
        assert dropped.additional["warning"] == "identity-dropped"
        assert shop.pay(card, member=MEMBER, loyalty="Forbidden").additional["warning"] == "identity-dropped"
        assert shop.pay(card, member=MEMBER, loyalty=None).additional["warning"] == "identity-dropped"
        assert ABOUT[""] in shop.explained(dropped).stdout
    made = {path.name for path in shop.layout.state.iterdir() if path.name.startswith("vault")}
    assert made == {"vault.lock"}, "empty, and as old as the engine's start"


@pytest.mark.parametrize("card", [None, "visa"], ids=["cash", "card"])
@pytest.mark.parametrize("word", CHOICES)
def test_what_was_chosen_is_known_and_nothing_else(shop: Shop, card, word):
    service = new_service_id()
    answer = shop.pay(card, service_id=service, **CHOICES[word])
    assert answer.result == "Success"
    assert answer.additional.get("identity", "") == word
    assert "warning" not in answer.additional
    told = shop.explained(answer)
    assert told.returncode == 0
    assert ABOUT[word] in told.stdout
    assert shop.known(answer) == kinds(word)
    assert shop.again(service).body == answer.body
    assert MEMBER not in json.dumps(answer.document, default=str)


def test_a_restart_changes_no_answer(shop: Shop):
    sales = []
    for card in (None, "visa"):
        for word, chosen in CHOICES.items():
            service, reference = new_service_id(), f"order-{word}-{card}"
            answer = shop.pay(card, service_id=service, transaction_id=reference, **chosen)
            sales.append((service, reference, card, word, answer))
    shop.restart()
    for service, reference, card, word, answer in sales:
        assert shop.again(service).additional == answer.additional
        repeated = shop.till.pay("12.30", cash=card is None, service_id=service, transaction_id=reference)
        assert repeated.additional == answer.additional
        assert repeated.additional.get("identity", "") == word
    assert shop.held() == ()


def declined(shop: Shop) -> Reply:
    shop.mode("decline")
    try:
        return shop.pay("visa", member=MEMBER, order=ORDER)
    finally:
        shop.mode("approve")


def aborted(shop: Shop) -> Reply:
    service = new_service_id()
    answers: list[Reply] = []
    before = len(journal_rows(shop.layout.journal))
    paying = threading.Thread(
        target=lambda: answers.append(shop.till.pay("9.00", service_id=service, member=MEMBER, order=ORDER))
    )
    paying.start()
    until(
        lambda: len(journal_rows(shop.layout.journal)) > before
    )  # its key is in the journal: what was chosen is held with it
    shop.till.abort(service)
    paying.join(20)
    return answers[0]


def lost(shop: Shop) -> Reply:
    shop.in_session()
    shop.mode("drop-response")
    try:
        return shop.pay("visa", member=MEMBER, order=ORDER)
    finally:
        shop.mode("approve")


@pytest.mark.parametrize(("end", "error"), [(declined, "Refusal"), (aborted, "Aborted"), (lost, "UnreachableHost")])
def test_nothing_stays_of_a_sale_that_was_not_paid(shop: Shop, end: Callable[[Shop], Reply], error):
    answer = end(shop)
    assert (answer.result, answer.error) == ("Failure", error)
    assert not {"identity", "warning"} & set(answer.additional)
    until(lambda: shop.known(answer) == frozenset())
    assert ABOUT[""] in shop.explained(answer).stdout
    assert shop.held() == ()


def test_nothing_is_held_when_the_processor_is_away(shop: Shop):
    shop.mode("down")
    try:
        answer = shop.till.pay("12.30", member=MEMBER)
    finally:
        shop.mode("up")
    assert answer.error == "UnreachableHost"
    assert shop.held() == ()
    until(lambda: shop.till.diagnosis().additional["processor"] == "ok")
