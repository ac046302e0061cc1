"""Each value of a row changes its seal, and no two rows have the same bytes."""

import pytest

from pos_bridge.domain.ledger import JournalHead
from pos_bridge.journal import seals
from pos_bridge.journal.row import NOT_A_ROW

REQUEST = (b"r" * 32, b"c" * 32, b"s" * 32, b"k" * 16, 0, 20780, 14)


def test_every_value_changes_the_seal():
    rows = [REQUEST, *((*REQUEST[:at], None, *REQUEST[at + 1 :]) for at in range(len(REQUEST)))]
    rows += [(*REQUEST[:at], b"x", *REQUEST[at + 1 :]) for at in range(len(REQUEST))]
    assert len({seals.request_seal(row) for row in rows}) == len(rows)


def test_kinds_of_rows_have_different_seals():
    assert len({seals.request_seal(REQUEST), seals.working_seal(REQUEST), seals.basket_seal(REQUEST, ())}) == 3


def test_absent_is_neither_zero_nor_empty():
    assert len({seals.working_seal((value,)) for value in (None, 0, b"", bytes(8), b"-")}) == 5


def test_what_belongs_to_whom():
    assert seals.working_seal((b"ab", b"c")) != seals.working_seal((b"a", b"bc"))
    assert seals.basket_seal((), (b"one", b"two")) != seals.basket_seal((), (b"two", b"one"))


def test_heads_of_others():
    heads = [JournalHead(number, bytes([first]) * 32) for number in (1, 2) for first in (1, 2)]
    assert len({seals.foreign_digest(head) for head in heads}) == 4


@pytest.mark.parametrize("value", ["text", 1.5, 2**70])
def test_values_that_no_row_has(value):
    with pytest.raises(NOT_A_ROW):
        seals.request_seal((value,))
