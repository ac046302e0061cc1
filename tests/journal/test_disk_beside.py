"""A failing disk under what stands beside the chain: a step and all that belongs to it is stored, or nothing of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pos_bridge.domain.ledger import BasketPart, JournalHead, JournalUnwritableError, Opening, TillKeys
from pos_bridge.journal import months
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.makers import Clock, capturing, card, cash, opened, paid, part, refund, till_keys, voiding

OF, LATER, KEYS = part(5000), part(5000), till_keys()
TABLES = ("chain", "working", "links", "requests", "baskets", "parts", "period", "days", "trust")

Write = Callable[[JournalFile, Opening], object]


def in_basket(basket: BasketPart) -> Write:
    opening = card(500, basket=basket)
    return lambda journal, _: journal.open_leg(opening)


def void(keys: TillKeys) -> Write:
    return lambda journal, sale: journal.advance(voiding(sale, keys))


WRITES: dict[str, tuple[Write, tuple[str, ...]]] = {
    "a void": (void(KEYS), ("INSERT INTO working", "INSERT INTO requests", "UPDATE links", "COMMIT")),
    "a first part": (in_basket(LATER), ("INSERT INTO parts", "INSERT OR REPLACE INTO baskets", "COMMIT")),
    "a second part": (in_basket(OF), ("INSERT INTO parts", "INSERT OR REPLACE INTO baskets", "COMMIT")),
    "a refund": (lambda journal, sale: journal.open_leg(refund(sale.key)), ("INSERT INTO links", "COMMIT")),
    "a cancelled basket": (
        lambda journal, _: journal.cancel_basket(OF.reference), ("INSERT OR REPLACE INTO baskets", "COMMIT"),
    ),
    "a day end": (
        lambda journal, _: journal.close_period(None, bytes(range(32))),
        ("INSERT OR REPLACE INTO days", "INSERT OR REPLACE INTO period", "COMMIT"),
    ),
    "another ledger": (
        lambda journal, _: journal.change_ledger_epoch(bytes(range(1, 33))),
        ("UPDATE working", "INSERT OR REPLACE INTO trust", "COMMIT"),
    ),
    "a refused head": (
        lambda journal, _: journal.note_refused_head(JournalHead(9, bytes(range(32)))), ("INSERT OR REPLACE", "COMMIT"),
    ),
}  # fmt: skip


def everything(folder: Path) -> list[Any]:
    (path,) = months.files(folder)
    with months.read_only(path) as connection:
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES]


@pytest.mark.parametrize(("what", "at"), [(what, at) for what, (_, places) in WRITES.items() for at in places])
def test_all_of_a_write_or_nothing(failing, folder, what, at):
    journal = opened(folder, Clock())
    sale, stuck = paid(journal), card()
    journal.open_leg(stuck)
    journal.advance(capturing(stuck))
    journal.open_leg(cash(1000, basket=OF))
    journal.change_ledger_epoch(bytes(range(32)))
    before, write = everything(folder), WRITES[what][0]
    failing.fail_at = at
    with pytest.raises(JournalUnwritableError):
        write(journal, sale)
    assert everything(folder) == before
    write(journal, sale)
    assert everything(folder) != before
    journal.close()
    assert all(isinstance(report, SoundFile) for report in verify(folder))
    opened(folder, Clock()).close()
