"""What is sent to a receipt printer, and what one that this program did not write puts on its paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.counter.receipt_printer import CUT, Mechanism
from pos_bridge.wire.code_page import CodePage
from pos_bridge.wire.receipt_printer import PAPER_AFTER, PAPER_NOW, document, paper_after, paper_now


def test_the_bytes():
    assert document(("Merci", ""), CodePage.CP858, cut=True) == b"\x1b@\x1bt\x13Merci\n\n\x1dVB\x00"
    assert document((), CodePage.CP437, cut=False) == b"\x1b@\x1bt\x00\x1bd\x06"


def test_on_paper():
    rows, answers = Mechanism().feed(document(("Épicerie", "Total 12,30 $"), CodePage.CP858, cut=True) + PAPER_AFTER)
    assert rows == ["Épicerie", "Total 12,30 $", CUT]
    assert [paper_after(byte) for byte in answers] == [True]


def test_out_of_paper():
    printer = Mechanism()
    assert [paper_now(byte) for byte in printer.feed(PAPER_NOW)[1]] == [True]
    printer.has_paper = False
    rows, answers = printer.feed(PAPER_NOW + document(("x",), CodePage.CP858, cut=True) + PAPER_AFTER)
    assert rows == []
    assert (paper_now(answers[0]), paper_after(answers[1])) == (False, False)


@pytest.mark.parametrize(
    ("answer", "now", "after"),
    [(0x12, True, None), (0x72, False, None), (0x1E, True, None), (0x00, None, True), (0x0C, None, False),
     (0x03, None, True), (0x0F, None, False), (0x13, None, None), (0x92, None, None), (0xFF, None, None)],
)  # fmt: skip
def test_what_an_answer_means(answer, now, after):
    assert (paper_now(answer), paper_after(answer)) == (now, after)


@given(st.integers(0, 255))
def test_no_byte_is_both_answers(answer):
    assert paper_now(answer) is None or paper_after(answer) is None


@given(st.lists(st.text(max_size=60), max_size=8), st.sampled_from(CodePage))
def test_any_text_comes_out_as_rows_and_none_is_obeyed(rows, page):
    printed, answers = Mechanism().feed(document(rows, page, cut=True))
    assert len(printed) == len(rows) + 1
    assert printed[-1] == CUT
    assert answers == b""


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_the_simulated_printer_takes_any_bytes(pieces):
    printer, whole = Mechanism(), Mechanism()
    by_pieces: list[str] = []
    for piece in pieces:
        by_pieces += printer.feed(piece)[0]
    assert by_pieces == whole.feed(b"".join(pieces))[0]
