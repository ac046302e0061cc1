"""SIGKILL in the middle of commits: nothing that was acknowledged is lost, and the chain is whole."""

import pytest

from pos_bridge.domain.leg import SETTLED, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal import children
from tests.journal.makers import Clock, opened

# Each line is written once what it says is durable.
WRITER = """
import os, sys
from pathlib import Path
from pos_bridge.domain.ledger import Advance
from pos_bridge.domain.leg import Cause, State
from tests.journal.makers import (Clock, captured, capturing, card, cash, opened, owed, part, refund, refunded, taken,
                                  till_keys, voiding)
journal = opened(Path(sys.argv[1]), Clock())

def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\\n")
    sys.stdout.flush()

def row(head):
    say("row", head.sequence, head.hash.hex())

def end(advance):
    row(journal.advance(advance))
    say("leg", advance.key, advance.state.value)

epoch = int.from_bytes((journal.ledger_epoch() or bytes(2))[:2], "big")
while True:
    epoch += 1
    of, digest = part(5000), epoch.to_bytes(2, "big") + os.urandom(30)
    sale = card(basket=of)
    row(journal.open_leg(sale))
    row(journal.advance(capturing(sale)))
    end(captured(sale))
    row(journal.open_leg(cash(basket=of)))
    journal.cancel_basket(of.reference)
    say("cancelled", of.reference.hex())
    back = refund(sale.key)
    row(journal.open_leg(back))
    journal.change_ledger_epoch(digest)
    say("epoch", epoch, back.key)
    end(refunded(back))
    say("period", journal.close_period())
    coins, voided, keys = owed(), card(), till_keys()
    row(journal.open_leg(coins))
    end(taken(coins))
    row(journal.open_leg(voided))
    row(journal.advance(capturing(voided)))
    row(journal.advance(voiding(voided, keys)))
    say("void", keys.request.hex(), voided.key)
    end(Advance(voided.key, State.REVERSED, Cause.VOIDED))
    journal.mark_told(sale.key)
    journal.rest()
"""


@pytest.mark.parametrize("lines", [1, 2, 5, 13, 34, 89])
def test_nothing_acknowledged_is_lost(folder, lines):
    acknowledged: list[list[str]] = []
    for _ in range(2):  # and again, on what the first one left
        acknowledged += children.said_until_killed(lines, WRITER, folder)
    journal = opened(folder, Clock())
    for line in acknowledged:
        assert is_kept(journal, line), line
    last_row = max(int(sequence) for word, sequence, *_ in acknowledged if word == "row")
    assert journal.head.sequence - last_row in {0, 1}
    # Of each run one may be durable that was not heard of.
    epoch = int.from_bytes((journal.ledger_epoch() or bytes(2))[:2], "big")
    assert epoch - max((int(line[1]) for line in acknowledged if line[0] == "epoch"), default=0) in {0, 1, 2}
    ended = max((int(line[1]) for line in acknowledged if line[0] == "period"), default=-1)
    assert journal.period().number - ended - 1 in {0, 1, 2}
    assert all(leg.state not in SETTLED for leg in journal.unsettled())
    assert len(journal.unsettled()) <= 2
    journal.close()
    assert all(isinstance(report, SoundFile) for report in verify(folder))


def is_kept(journal: JournalFile, line: list[str]) -> bool:
    match line:
        case ["row", sequence, row_hash]:
            return journal.holds(int(sequence), bytes.fromhex(row_hash)) is True
        case ["leg", key, state]:
            leg = journal.find_leg(LegKey.parse(key))
            return leg is not None and leg.state.value == state
        case ["cancelled", reference]:
            known = journal.find_basket(bytes.fromhex(reference))
            return known is not None and known.basket.cancelling and len(known.legs) >= 2
        case ["void", request, key]:
            found = journal.find_request(bytes.fromhex(request))
            leg = None if found is None or not found.void else found.leg
            return leg is not None and str(leg.key) == key and leg.state in {State.REVERSING, State.REVERSED}
        case ["epoch", _, key]:
            leg = journal.find_leg(LegKey.parse(key))
            return leg is not None and leg.state in {State.REFUND_INTENT, State.REFUNDED}
        case _:
            return line[0] == "period"
