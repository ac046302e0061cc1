"""Receipts set out in columns: nothing runs over, no amount leaves the right edge, nothing commands the printer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.pos_api.receipt_text import (
    CODE_PAGE,
    FEWEST_COLUMNS,
    MOST_COLUMNS,
    Line,
    line_of,
    plain,
    printable,
    set_out,
)
from pos_bridge.words import LANGUAGES
from tests.pos_api.golden_receipts import CASES

WIDTHS = (FEWEST_COLUMNS, 32, 40, 42, 48, MOST_COLUMNS)


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_every_receipt_fits_every_printer_and_loses_nothing(name, columns):
    for language in LANGUAGES:
        for receipt in CASES[name].receipts(language):
            printed = plain(receipt, columns)
            assert max(map(len, printed)) <= columns
            squeezed = "".join("".join(printed).split())
            for line in receipt.output_content.output_text:
                told = line_of(line.text)
                if told.key != "signature":
                    for text in (told.name, told.value):
                        assert "".join(printable(text).split()) in squeezed


def test_an_amount_stands_at_the_right_edge_beside_its_name_or_below_it():
    assert set_out([Line("totalAmount", "TOTAL", "1\u00a0234,56\u00a0$")], 24) == ("TOTAL         1 234,56 $",)
    long = Line("txRef", "Référence", "5f0c1c1e-93a5-4a8e-9d5b-0a1b2c3d4e5f")
    assert set_out([long]) == ("Référence", "      5f0c1c1e-93a5-4a8e-9d5b-0a1b2c3d4e5f")
    assert set_out([long], 24)[1:] == ("5f0c1c1e-93a5-4a8e-9d5b-", "            0a1b2c3d4e5f")


def test_a_sentence_is_centred_and_no_line_ends_at_a_no_break_space():
    assert set_out([Line("x", "Reste à payer\u00a0: dix")], 24) == ("  Reste à payer : dix",)
    assert set_out([Line("x", "Il en reste à payer ici\u00a0: dix")], 24) == (
        "  Il en reste à payer",
        "       ici : dix",
    )


def test_groups_are_parted_and_an_unknown_key_goes_on_with_the_one_before():
    lines = [Line("txdate", "Date", "2026-11-23"), Line("filler", "autre"), Line("totalAmount", "TOTAL", "1,00 $")]
    assert [bool(line) for line in set_out(lines)] == [True, True, False, True]


@pytest.mark.parametrize(
    ("text", "on_paper"),
    [
        ("L\u2019œuf à 1\u202f234\u00a0€ \u2013 « Sœurs »\u2026", "L'oeuf à 1\u00a0234\u00a0€ - « Soeurs »..."),
        ("e\u0301te\u0301", "été"),
        ("Łódź", "?ódz"),
        ("猫\x1b@\x07\n\u200b", "??@???"),
    ],
)
def test_what_a_printer_does_not_have(text, on_paper):
    assert printable(text) == on_paper


@given(
    st.lists(st.builds(Line, st.sampled_from(["txdate", "x", "signature"]), st.text(), st.text())), st.integers(24, 80)
)
def test_nothing_runs_over_and_nothing_is_a_command(lines, columns):
    for line in set_out(lines, columns):
        assert len(line) <= columns
        assert line.isprintable()
        assert len(line.encode(CODE_PAGE)) == len(line)


@given(st.text(max_size=200))
def test_any_text_is_a_line_or_a_plain_refusal(text):
    try:
        line = line_of(text)
    except ValueError:
        return
    assert isinstance(line.name, str)


@pytest.mark.parametrize("columns", [0, FEWEST_COLUMNS - 1, MOST_COLUMNS + 1])
def test_a_printer_has_so_many_columns(columns):
    with pytest.raises(ValueError, match="columns"):
        set_out([], columns)
