"""The journal's file: a leg from its opening to its end, and what the file holds of it."""

import os
import stat
from pathlib import Path

import pytest

from pos_bridge.domain.ledger import Advance, JournalHead, KnownRequest
from pos_bridge.domain.leg import Cause, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.journal import months
from pos_bridge.journal.errors import JournalBusyError, JournalRefusedError
from pos_bridge.journal.hours import exact
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal import children
from tests.journal.looks import stored
from tests.journal.makers import Clock, binding, captured, capturing, card, cash, opened, paid, reversing


def test_a_new_journal_has_no_rows(journal):
    assert journal.head == JournalHead(0, bytes(32))
    assert journal.holds(0, bytes(32)) is True
    assert journal.holds(0, os.urandom(32)) is False
    assert journal.unsettled() == ()


def test_a_cash_sale_is_one_row(journal):
    opening = cash(1233)
    head = journal.open_leg(opening)
    leg = journal.find_leg(opening.key)
    assert head.sequence == 1
    assert (leg.tender, leg.state, leg.amount, leg.due) == (Tender.CASH, State.CASH_TAKEN, Amount(1233), 1235)
    assert journal.unsettled() == ()
    assert journal.find_request(opening.till.request).leg == leg
    assert journal.find_request(opening.till.request).content == opening.till.content


def test_a_card_sale_from_intent_to_captured(journal):
    opening = card(1234)
    journal.open_leg(opening)
    (leg,) = journal.unsettled()
    assert (leg.key, leg.state, leg.approved) == (opening.key, State.INTENT, None)
    journal.advance(capturing(opening))
    (leg,) = journal.unsettled()
    assert (leg.state, leg.approved) == (State.CAPTURING, Amount(1234))
    head = journal.advance(captured(opening))
    assert journal.head == head == JournalHead(3, head.hash)
    assert journal.unsettled() == ()
    assert journal.find_leg(opening.key).state is State.CAPTURED
    assert journal.find_leg(opening.key).approved == Amount(1234)


def test_a_leg_survives_closing_and_opening(folder, clock):
    journal = opened(folder, clock)
    opening = card(partial_ok=True)
    journal.open_leg(opening)
    journal.advance(Advance(opening.key, State.CAPTURING, approved=Amount(1000), binding=binding()))
    known, head = journal.find_leg(opening.key), journal.head
    journal.close()
    journal = opened(folder, clock)
    assert journal.find_leg(opening.key) == known
    assert journal.unsettled() == (known,)
    assert journal.head == head
    journal.close()


def test_exact_times_go_when_a_leg_is_settled(journal, folder):
    opening = card()
    journal.open_leg(opening)
    times = stored(folder, "SELECT begun_second, not_after_second - begun_second FROM working")
    assert times == [(14 * 3600 + 40 * 60 + 12, 286)]  # rounded up to the second
    journal.advance(Advance(opening.key, State.ENDED, Cause.NO_CARD))
    assert stored(folder, "SELECT * FROM working") == []
    assert stored(folder, "SELECT DISTINCT hour FROM chain") == [(14,)]
    assert journal.find_leg(opening.key).cause is Cause.NO_CARD


@pytest.mark.parametrize("copied_after", [2, 400], ids=["copied before", "not copied before"])
def test_exact_times_of_settled_legs_do_not_wait_in_the_log_for_the_next_hour(
    journal, folder, clock: Clock, monkeypatch, copied_after
):
    monkeypatch.setattr("pos_bridge.journal.journal_file.CHECKPOINT_AFTER", copied_after)
    paid(journal)
    journal.rest()
    began = exact(clock.now)
    mark = b"".join(number.to_bytes(3 if number > 0x7FFF else 2, "big") for number in began)
    assert mark in everything(folder), "the search finds what a sale leaves at first"
    clock.turn(seconds=30)
    (path,) = months.files(folder)
    with months.read_only(path) as connection:  # somebody looks at the journal just then
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM chain").fetchone()
        journal.rest()
    journal.rest()
    assert mark not in everything(folder)


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm"))


def test_the_chain_holds_no_key_only_what_commits_to_it(journal, folder):
    opening = paid(journal)
    for row in stored(folder, "SELECT * FROM chain"):
        assert not any(isinstance(value, bytes) and opening.key.raw in value for value in row)
        assert not any(isinstance(value, bytes) and opening.order_salt in value for value in row)


def test_an_unknown_leg_and_a_cash_sale_have_no_next_step(journal):
    with pytest.raises(JournalRefusedError):
        journal.advance(captured(card()))
    sale = cash()
    journal.open_leg(sale)
    with pytest.raises(JournalRefusedError):
        journal.advance(reversing(sale))
    assert journal.head.sequence == 1


def test_a_captured_leg_can_be_taken_up_again(journal, folder):
    opening = paid(journal)
    journal.advance(reversing(opening))
    (leg,) = journal.unsettled()
    assert (leg.key, leg.state, leg.approved) == (opening.key, State.REVERSING, opening.amount)
    journal.advance(Advance(opening.key, State.REVERSED))
    assert journal.find_leg(opening.key).state is State.REVERSED
    assert isinstance(verify(folder)[0], SoundFile)


def test_several_steps_in_one_transaction(journal):
    good, known = card(), card()
    journal.open_leg(known)
    results = journal.together([lambda: journal.open_leg(good), lambda: journal.advance(capturing(known))])
    assert [head.sequence for head in results] == [2, 3]
    assert journal.head == results[-1]


def test_a_refused_step_does_not_take_the_others_with_it(journal, folder):
    first, doubled, other = card(), card(), card()
    journal.open_leg(first)
    bad = card(till=first.till)
    results = journal.together([lambda opening=o: journal.open_leg(opening) for o in (doubled, bad, other)])
    assert [type(result) for result in results] == [JournalHead, JournalRefusedError, JournalHead]
    assert {leg.key for leg in journal.unsettled()} == {first.key, doubled.key, other.key}
    assert isinstance(verify(folder)[0], SoundFile)


def test_digests_that_are_no_digests_are_refused(journal):
    for digest in (bytes(32), b"H" * 32, b"4921817844445119" * 2, bytes.fromhex("4921817844445119") * 4):
        opening = card()
        object.__setattr__(opening, "order_digest", digest)
        with pytest.raises(JournalRefusedError):
            journal.open_leg(opening)
    assert journal.head.sequence == 0


def test_a_second_process_is_refused_while_readers_are_not(journal, folder, clock):
    journal.open_leg(cash())
    with pytest.raises(JournalBusyError, match="another pos-bridge"):
        opened(folder, clock)
    children.run(
        "import sys, pathlib, datetime; from pos_bridge.journal.journal_file import JournalFile\n"
        "from pos_bridge.journal.errors import JournalBusyError\n"
        "try: JournalFile.open(pathlib.Path(sys.argv[1]), 1, lambda: datetime.datetime.now())\n"
        "except JournalBusyError: sys.exit(0)\n"
        "sys.exit('it opened')",
        folder,
    )
    assert stored(folder, "SELECT count(*) FROM chain") == [(1,)]


def test_files_are_nobody_elses_business(journal, folder):
    journal.open_leg(cash())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("year", [1970, 2200])
def test_a_clock_that_is_far_off_does_not_stop_a_sale(folder, year):
    clock = Clock(Clock().now.replace(year=year))
    journal = opened(folder, clock)
    opening = paid(journal)
    leg = journal.find_leg(opening.key)
    journal.close()
    journal = opened(folder, Clock())
    assert leg is not None
    assert journal.find_leg(opening.key) == leg
    journal.close()


def test_find_leg_of_a_foreign_key(journal):
    assert journal.find_leg(LegKey.fresh()) is None
    assert journal.find_request(os.urandom(32)) is None


def test_a_request_whose_leg_cannot_be_found_does_not_look_closed(journal, folder, clock: Clock):
    clock.now = clock.now.replace(day=30, hour=23)
    opening = paid(journal)
    closed = os.urandom(32)
    journal.close_till_request(closed)
    clock.turn(hours=6)
    journal.turn()
    old = months.files(folder)[0]
    old.chmod(0o600)
    old.write_bytes(b"not a database")
    assert journal.find_request(opening.till.request) == KnownRequest(opening.till.content, None)
    assert journal.find_request(closed) == KnownRequest(b"", None)
    clock.turn(days=40)
    journal.turn()
    assert journal.find_request(closed) is None
    assert journal.find_request(opening.till.request) == KnownRequest(opening.till.content, None)
    assert journal.approved_untold(opening.till.sale) is None
    journal.mark_told(opening.key)
    assert journal.find_request(opening.till.request) is None


def test_a_month_whose_name_cannot_be_made_durable_does_not_lose_what_follows(journal, folder, clock, monkeypatch):
    """The new file was in place but its folder could not be synced: the old one goes on, and must be found again."""
    clock.now = clock.now.replace(day=30, hour=23)
    paid(journal)
    clock.turn(hours=6)

    def failing(_folder: Path) -> None:
        raise OSError

    monkeypatch.setattr(months, "sync_folder", failing)
    opening = card()
    head = journal.open_leg(opening)
    monkeypatch.undo()
    journal.close()
    again = opened(folder, clock)
    assert again.head == head
    assert [leg.key for leg in again.unsettled()] == [opening.key]
    again.close()
