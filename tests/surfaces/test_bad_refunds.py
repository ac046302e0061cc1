"""What must not move money back, or twice, over the whole real store: the till is told why, and nothing moves.

Each refusal has the standard's ErrorCondition and a sentence in both languages; the processor's ledger is the same as
before, and where this side could know, it was not even asked.
"""

from typing import Any
from uuid import uuid4

import pytest

from hw_sim.processor import control
from hw_sim.reply import Reply
from hw_sim.store.layout import Layout
from hw_sim.till import new_service_id
from tests.surfaces.accounts import Return, Sale
from tests.surfaces.book import Book, until

SENTENCE = "Nothing was refunded"


pytestmark = pytest.mark.usefixtures("the_next_sale_works")


def paid(book: Book) -> Sale:
    """A sale that is captured: nothing of it is on its way any more."""
    sale = book.new()
    assert book.pay(sale).paid
    until(book.settled)
    return sale


def key_of(sale: Sale) -> str:
    assert sale.told is not None
    return sale.told.key


def moved(book: Book) -> list[dict[str, Any]]:
    """What the processor holds, but what it said no to."""
    return [row for row in book.held() if row["state"] != "declined"]


def refused(book: Book, asked: Return, condition: str, words: str = SENTENCE, card: str | None = None) -> None:
    """Told so, in both languages; the ledger is as it was; and asked again, it is told the same."""
    held = moved(book)
    told = book.give_back(asked, card=card)
    assert (told.result, told.error) == ("Failure", condition)
    reply = book.bodies[asked.service_id]["Response"]["AdditionalResponse"]
    assert words.replace(" ", "%20") in reply
    assert "messageFr=" in reply
    assert moved(book) == held
    again = book.give_back(asked, card=None)
    assert again.same_as(told)


def test_a_refund_above_what_was_captured(book: Book):
    sale = paid(book)
    rows = len(book.rows())
    refused(book, book.back(sale, sale.cents + 1), "NotAllowed")
    assert len(book.rows()) == rows, "not even an intent"


def test_refunds_that_exceed_it_together(book: Book):
    sale = paid(book)
    assert book.give_back(book.back(sale, sale.cents - 100)).paid
    refused(book, book.back(sale, 101), "NotAllowed")
    assert book.give_back(book.back(sale, 100)).paid, "to the cent"
    refused(book, book.back(sale, 1), "NotAllowed")


def test_a_refund_above_it_with_the_card(book: Book):
    sale = paid(book)
    refused(book, book.back(sale, sale.cents + 1, by_card=True), "NotAllowed")


def test_a_refund_to_another_card(book: Book):
    sale = paid(book)
    refused(book, book.back(sale, by_card=True), "InvalidCard", card="mastercard")


def test_a_sale_that_nobody_knows(book: Book):
    """Not by this till, so the processor is asked: it does not know the key for this merchant."""
    held = moved(book)
    for reply in (
        book.till.reverse(str(uuid4())),
        book.till.reverse(str(uuid4()), "1.00"),
        book.till.reverse(str(uuid4()), reason="Malfunction"),
    ):
        told(reply, "NotFound")
    assert moved(book) == held


def told(reply: Reply, condition: str) -> None:
    assert (reply.result, reply.error) == ("Failure", condition)
    assert SENTENCE in reply.additional["messageEn"]


def test_a_sale_that_was_reversed(book: Book):
    """It was never told as paid; its key is known from the ledger."""
    book.mode("drop-response")
    sale = book.new()
    assert book.pay(sale).error == "UnreachableHost"
    book.mode("approve")
    until(book.settled)
    for cents, by_card in ((None, False), (100, False), (None, True)):
        asked = book.back(sale, cents, by_card=by_card)
        refused(book, asked, "NotAllowed")
        book.returns.remove(asked)


def test_a_sale_that_was_voided(book: Book):
    sale = paid(book)
    assert book.give_back(book.back(sale)).paid
    for cents in (None, 100):
        refused(book, book.back(sale, cents), "NotAllowed")


def test_twice_with_two_keys(book: Book):
    """The whole of it, by two requests: the first is made, the second one refused; the first one, repeated, is told."""
    sale = paid(book)
    first = book.back(sale, sale.cents)
    made = book.give_back(first)
    assert made.paid
    refused(book, book.back(sale, sale.cents), "NotAllowed")
    refused(book, book.back(sale, sale.cents, by_card=True), "NotAllowed")
    assert book.give_back(first).same_as(made)


def test_a_void_after_the_day_end(book: Book):
    """The till could not complete the payment and says so: then nothing but a void will do, and it is too late."""
    sale = paid(book)
    control.settle(Layout(book.store.folder).processor)
    asked = book.back(sale)
    asked.reason = "Malfunction"
    refused(book, asked, "NotAllowed")
    plainly = book.back(sale)
    assert book.give_back(plainly).paid, "without that reason it is refunded instead"
    (refund,) = [row for row in book.held() if row["sale_key"] == key_of(sale)]
    assert (refund["state"], refund["amount"]) == ("refunded", sale.cents)


def test_a_split_that_exceeds_the_total(book: Book):
    book.mode("partial", 500)
    first = book.new(split=True)
    assert book.pay(first).cents == 500
    book.mode("approve")
    held = book.held()
    parts = [
        book.part(first, paid_before, cents=cents)
        for paid_before, cents in ((500, first.cents - 499), (0, first.cents), (400, 100))
    ]
    for part in (*parts, book.whole(first, cents=first.cents - 499), book.whole(first, cents=first.cents)):
        told_of_part = book.pay(part, card=None)
        assert (told_of_part.result, told_of_part.error) == ("Failure", "NotAllowed")
        assert "Nothing%20was%20charged" in told_of_part.message
        book.sales.remove(part)
    assert [row["key"] for row in book.held()] == [row["key"] for row in held]
    rest = book.whole(first, cents=first.cents - 500)  # it does not say that it is a part, and is the last one
    last = book.pay(rest, card="mastercard")
    assert (last.paid, "remaining=0.00" in last.message) == (True, True)
    for over in (book.part(first, first.cents, cents=100), book.whole(first, cents=100)):
        assert book.pay(over, card=None).error == "NotAllowed"
        book.sales.remove(over)


@pytest.mark.parametrize("by_card", [False, True])
def test_the_same_request_with_another_amount(book: Book, by_card: bool):
    sale = paid(book)
    asked = book.back(sale, 200, by_card=by_card)
    made = book.give_back(asked, card="visa" if by_card else None)
    assert made.paid
    held = book.held()
    other = Return(sale, 300, asked.service_id, by_card)
    assert book.give_back(other).error == "NotAllowed"
    assert book.held() == held
    assert book.give_back(asked).same_as(made)


def test_a_payments_name_used_for_money_back(book: Book):
    """A ServiceID of a payment is not one of a reversal: the category is part of the request's name."""
    sale = paid(book)
    asked = Return(sale, 150, sale.service_id)
    book.returns.append(asked)
    assert book.give_back(asked).paid
    again = book.pay(sale, card=None)
    assert (again.paid, again.cents) == (True, sale.cents)


@pytest.mark.parametrize("lie", ["lie-key", "lie-amount", "lie-currency"])
def test_a_processor_that_answers_another_question_about_a_refund(book: Book, lie: str):
    """Not known: looked up, or sent again, until an answer is one to what was asked. Made once, told as made."""
    sale = paid(book)
    book.mode(lie)
    asked = book.back(sale, 250)
    with book.asking(asked, card=None):
        until(lambda: [row for row in book.held() if row["sale_key"] == key_of(sale)])
        book.mode("approve")
    until(book.settled)
    (refund,) = [row for row in book.held() if row["sale_key"] == key_of(sale)]
    assert (refund["state"], refund["amount"]) == ("refunded", 250)
    end = book.status(asked)
    assert not isinstance(end, str)
    assert (end.paid, end.key) == (True, refund["key"])


@pytest.mark.parametrize("lie", ["lie-key", "lie-amount", "lie-currency"])
def test_a_processor_that_answers_another_question_about_a_refund_with_the_card(book: Book, lie: str):
    """It cannot be sent again without the card: not known, so undone by its key, and reported."""
    sale = paid(book)
    book.mode(lie)
    asked = book.back(sale, 250, by_card=True)
    told_of_it = book.give_back(asked, card="visa")
    assert (told_of_it.result, told_of_it.error) == ("Failure", "UnreachableHost")
    assert "nothing%20stays%20refunded" in told_of_it.message
    book.mode("approve")
    until(book.settled)
    (refund,) = [row for row in book.held() if row["sale_key"] == key_of(sale)]
    assert refund["state"] == "reversed"


def test_money_back_that_names_nothing(book: Book):
    held = book.held()
    told(book.till.refund("5.00"), "NotAllowed")
    told(book.till.refund("5.00", "not-a-key"), "NotFound")
    assert book.held() == held
    assert book.till.status(new_service_id(), category="Reversal").error == "NotFound"
