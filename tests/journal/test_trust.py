"""Whom the journal believes: a ledger of the processor that is another now, and a head that was refused or accepted."""

from pos_bridge.domain.ledger import Advance, JournalHead
from pos_bridge.domain.leg import Cause, State
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.makers import Clock, card, cash, opened, paid, voiding


def test_a_new_ledger_casts_doubt_on_every_open_leg(journal, folder, clock: Clock):
    before, settled = card(), paid(journal)
    journal.open_leg(before)
    assert journal.ledger_epoch() is None
    journal.change_ledger_epoch(bytes(range(32)))
    assert not journal.find_leg(before.key).doubted  # the first one ever
    journal.change_ledger_epoch(bytes(range(32)))
    assert not journal.find_leg(before.key).doubted
    journal.change_ledger_epoch(bytes(range(1, 33)))
    after = card()
    journal.open_leg(after)
    assert [leg.doubted for leg in journal.unsettled()] == [True, False]
    journal.advance(voiding(settled))  # its rows are all older
    assert journal.find_leg(settled.key).doubted
    journal.close()
    journal = opened(folder, clock)
    assert journal.ledger_epoch() == bytes(range(1, 33))
    assert {leg.key for leg in journal.unsettled() if leg.doubted} == {before.key, settled.key}
    journal.close()
    assert isinstance(verify(folder)[0], SoundFile)


def test_what_a_person_decided_is_doubted_when_it_is_taken_up_again(journal):
    opening = card()
    journal.open_leg(opening)
    journal.change_ledger_epoch(bytes(range(32)))
    journal.change_ledger_epoch(bytes(range(1, 33)))
    journal.advance(Advance(opening.key, State.UNRESOLVED, Cause.IN_DOUBT))
    journal.advance(Advance(opening.key, State.CAPTURED, Cause.DECIDED, opening.amount))
    journal.advance(voiding(opening))  # this ledger never saw it: what it says of the key voids nothing
    assert journal.find_leg(opening.key).doubted


def test_a_head_that_a_person_accepted(journal, folder, clock):
    journal.open_leg(cash())
    foreign = JournalHead(17, bytes(range(32)))
    assert journal.holds(17, foreign.hash) is False
    journal.accept_head(foreign)
    assert journal.holds(17, foreign.hash) is True
    assert journal.holds(17, bytes(range(1, 33))) is False
    assert journal.holds(16, foreign.hash) is False
    assert foreign.hash not in b"".join(path.read_bytes() for path in folder.iterdir())
    clock.turn(days=31)
    journal.open_leg(cash())
    assert journal.holds(17, foreign.hash) is True


def test_a_head_that_was_refused_is_there_to_be_accepted(folder, clock):
    journal = opened(folder, clock)
    assert not journal.accept_refused_head()
    for number in (16, 17):
        journal.note_refused_head(JournalHead(number, bytes(range(32))))
    assert journal.holds(17, bytes(range(32))) is False
    journal.close()
    journal = opened(folder, clock)  # by the command of a person
    assert journal.accept_refused_head()
    assert not journal.accept_refused_head()
    assert journal.holds(17, bytes(range(32))) is True
    assert journal.holds(16, bytes(range(32))) is False
    journal.close()
