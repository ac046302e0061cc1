"""`decide`: a person's word about a leg, written into the journal while no engine runs; and about that journal."""

from pathlib import Path

import pytest

from pos_bridge.domain.ledger import Advance, JournalHead, KnownLeg
from pos_bridge.domain.leg import Cause, Kind, State
from pos_bridge.domain.leg_key import LegKey
from tests.journal.makers import Clock, capturing, card, forge, opened, paid, refund, reversing


def unresolved(folder: Path, clock: Clock, kind: Kind = Kind.SALE) -> LegKey:
    """A leg that the look-ups could not settle, in a closed journal."""
    book = opened(folder, clock)
    leg = card() if kind is Kind.SALE else refund(paid(book).key, present=kind is Kind.CARD_REFUND)
    book.open_leg(leg)
    if kind is not Kind.REFUND:
        book.advance(reversing(leg))
    book.advance(Advance(leg.key, State.UNRESOLVED, Cause.IN_DOUBT))
    book.close()
    return leg.key


def found(folder: Path, clock: Clock, key: LegKey) -> KnownLeg:
    book = opened(folder, clock)
    try:
        leg = book.find_leg(key)
    finally:
        book.close()
    assert leg is not None
    return leg


@pytest.mark.parametrize(
    ("kind", "word", "state"),
    [
        (Kind.SALE, "paid", State.CAPTURED),
        (Kind.SALE, "not-paid", State.REVERSED),
        (Kind.SALE, "reverse", State.REVERSING),
        (Kind.REFUND, "paid", State.REFUNDED),
        (Kind.REFUND, "not-paid", State.REFUND_DECLINED),
        (Kind.CARD_REFUND, "paid", State.REFUNDED),
        (Kind.CARD_REFUND, "not-paid", State.REFUND_DECLINED),
        (Kind.CARD_REFUND, "reverse", State.REVERSING),
    ],
)
def test_what_a_person_says_is_written(folder, clock, command, *, kind, word, state):
    key = unresolved(folder, clock, kind)
    status, out, err = command("decide", str(key), word, "--lang", "en")
    assert (status, err) == (0, "")
    assert str(key) in out
    assert ("Start pos-bridge" in out) is (state is State.REVERSING)
    leg = found(folder, clock, key)
    assert (leg.state, leg.cause) == (state, Cause.DECIDED)
    assert (leg.approved is not None) is (word == "paid")


@pytest.mark.parametrize(
    ("word", "state"), [("paid", State.CAPTURED), ("not-paid", State.REVERSED), ("reverse", State.REVERSING)]
)
def test_a_capture_that_was_lost_is_settled_by_a_person(folder, clock, command, *, word, state):
    book = opened(folder, clock)
    sale = card()
    book.open_leg(sale)
    book.advance(capturing(sale))
    book.advance(Advance(sale.key, State.CAPTURE_LOST, approved=sale.amount))
    book.mark_told(sale.key)
    book.close()
    assert str(sale.key) in command("journal", "--unresolved")[1]
    status, _, err = command("decide", str(sale.key), word, "--lang", "en")
    assert (status, err) == (0, "")
    leg = found(folder, clock, sale.key)
    assert (leg.state, leg.cause) == (state, Cause.DECIDED)
    listed = command("journal", "--unresolved")[1]
    assert (str(sale.key) in listed) is (state is State.REVERSING)


def test_it_is_said_once(folder, clock, command):
    key = unresolved(folder, clock)
    assert command("decide", str(key), "paid")[0] == 0
    status, out, err = command("decide", str(key), "not-paid", "--lang", "en")
    assert (status, out) == (1, "")
    assert err == f"The movement {key} waits for no decision: paid. Nothing was changed.\n"
    assert found(folder, clock, key).state is State.CAPTURED


def test_a_refund_without_its_card_is_not_reversed(folder, clock, command):
    key = unresolved(folder, clock, Kind.REFUND)
    status, _, err = command("decide", str(key), "reverse", "--lang", "en")
    assert status == 1
    assert "ask the processor" in err
    assert found(folder, clock, key).state is State.UNRESOLVED


def test_not_while_the_engine_runs(running, command):
    stuck = card()
    running.open_leg(stuck)
    status, _, err = command("decide", str(stuck.key), "paid")
    assert status == 1
    assert err == "pos-bridge est en marche : arrêtez-le d'abord (systemctl stop pos-bridge.socket pos-bridge).\n"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((str(LegKey.fresh()), "paid"), 1, "No movement"),
        ((str(LegKey.fresh()),), 2, "paid, not-paid or reverse"),
        (("journal", "paid"), 2, "takes nothing else"),
        (("12345", "paid"), 2, "not the key"),
        (("journal",), 1, "nothing to accept"),
    ],
)
def test_what_cannot_be_decided(folder, clock, command, *, words, status, said):
    unresolved(folder, clock)
    code, out, err = command("decide", *words, "--lang", "en")
    assert (code, out) == (status, "")
    assert said in err


def test_without_a_journal(command):
    assert command("decide", "journal", "--lang", "en")[0] == 1


def test_a_damaged_journal_is_not_decided_about(folder, clock, command):
    key = unresolved(folder, clock)
    (path,) = folder.glob("*.db")
    path.write_bytes(b"x" * 4096)
    status, _, err = command("decide", str(key), "paid", "--lang", "en")
    assert status == 1
    assert "quarantine" in err


def test_a_journal_of_a_newer_version_is_not_decided_about(folder, clock, command):
    key = unresolved(folder, clock)
    (path,) = folder.glob("*.db")
    forge(path, "PRAGMA user_version = 999")
    status, _, err = command("decide", str(key), "paid", "--lang", "en")
    assert (status, "newer version" in err) == (1, True)


def test_a_journal_goes_on_although_the_processor_saw_other_rows(folder, clock, command):
    shown = JournalHead(77, bytes(range(32)))
    book = opened(folder, clock)
    paid(book)
    book.note_refused_head(shown)
    assert book.holds(shown.sequence, shown.hash) is not True
    book.close()
    status, out, _ = command("decide", "journal", "--lang", "en")
    assert status == 0
    assert "goes on" in out
    book = opened(folder, clock)
    assert book.holds(shown.sequence, shown.hash) is True
    book.close()
    assert command("decide", "journal")[0] == 1, "once"
