"""The privacy receipt, whole: the golden files, what a printer has, and that *nothing* is said where it is certain."""

from itertools import product

import pytest

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.pos_api.privacy_receipt import Privacy, privacy_lines, said_of_you
from pos_bridge.pos_api.receipt_text import CODE_PAGE, COLUMNS, FEWEST_COLUMNS
from pos_bridge.words import LANGUAGES
from tests.pos_api.golden_privacy import CASES, FOLDER, KEY, SALE, file_of, golden

KNOWN = (None, frozenset[ChoiceKind](), *(frozenset({kind}) for kind in ChoiceKind), frozenset(ChoiceKind))
NOTHING = {"fr": "À votre sujet : rien.", "en": "About you: nothing."}
EVERY = [
    Privacy(key, tender, kind, known, sale)
    for key, tender, kind, known, sale in product((KEY, None), Tender, Kind, KNOWN, (SALE, None))
]


@pytest.mark.parametrize("name", CASES)
def test_every_kind_is_as_it_was_looked_at(name):
    assert golden(CASES[name]) == file_of(name).read_text(encoding="utf-8")


def test_there_is_no_golden_file_of_a_kind_that_is_gone():
    assert set(FOLDER.iterdir()) == set(map(file_of, CASES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_said_where_it_is_certain_and_nowhere_else(language):
    for privacy in EVERY:
        told = " ".join(line.strip() for line in privacy_lines(privacy, language))
        assert (NOTHING[language] in told) is (privacy.known == frozenset()), privacy


@pytest.mark.parametrize("columns", [FEWEST_COLUMNS, COLUMNS])
def test_a_printer_of_so_many_columns_has_every_line(columns):
    for privacy, language in product(EVERY, LANGUAGES):
        lines = privacy_lines(privacy, language, columns)
        assert max(map(len, lines)) <= columns
        assert all(line.isprintable() for line in lines)
        "".join(lines).encode(CODE_PAGE)


def test_a_refund_tells_of_the_sale_that_it_is_of():
    """Whoever chose to be known chose it with the sale."""
    back = Privacy(KEY, Tender.CARD, Kind.REFUND, frozenset({ChoiceKind.CHOUCHOUS}), SALE)
    assert back.asked_about == SALE
    assert "not with this refund" in said_of_you(back)[-1].en
    assert Privacy(KEY, Tender.CASH, Kind.REFUND, frozenset()).asked_about == KEY
    assert Privacy(None, Tender.CASH, Kind.SALE, frozenset()).asked_about is None
