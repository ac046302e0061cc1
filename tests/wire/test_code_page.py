"""Text in a PC's code page: French as it is written, and never a command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.wire.code_page import CodePage, encoded


@pytest.mark.parametrize("page", list(CodePage))
def test_french_is_written_with_its_accents(page):
    text = "Crème brûlée, où ça? É Ç ë ï ô ù û ü"
    assert encoded(text, page).decode(page.value) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("12,30\u00a0$", "12,30 $"), ("12\u202f345", "12 345"), ("l\u2019œuf", "l'oeuf"), ("ș ở Ż", "s o Z"),
        ("À", "À"), ("e\u0301", "é"), ("日本", "??"), ("a\u200bb\u2066c", "abc"), ("\U0001f423", "?"), ("½ ²", "½ ²"),
        ("…", "..."), ("\x1b@\x07\n\x9b", "?@???"), ("\ud800", "?"),
    ],
)  # fmt: skip
def test_what_the_page_does_not_have(text, written):
    assert encoded(text, CodePage.CP858).decode("cp858") == written


def test_the_euro_sign_is_in_one_page_only():
    assert encoded("€", CodePage.CP858) == b"\xd5"
    assert encoded("€", CodePage.CP437) == b"EUR"


@given(st.text(max_size=200), st.sampled_from(CodePage))
def test_no_text_ends_in_a_command(text, page):
    written = encoded(text, page)
    assert all(byte >= 0x20 and byte != 0x7F for byte in written)
