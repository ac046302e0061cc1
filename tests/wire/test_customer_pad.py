"""What is said to the pad and heard from it, whole, byte by byte and spoilt; and what the simulated pad makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.counter.customer_pad import Asked, NoSuchKeyError, PadScreen
from hw_sim.readers.pin_pad import framed
from pos_bridge.domain.device import Chosen, Confirmed, NoAnswer, Question
from pos_bridge.wire.customer_pad import Answered, PadListener, Shown, ask, end

MENU = Question(("Pourboire?",), ("10 %", "15 %", "aucun"), default=3)

ANSWERS = [
    (b"S07", Shown(7)),
    (b"A07Y", Answered(7, Confirmed(yes=True))),
    (b"A07N", Answered(7, Confirmed(yes=False))),
    (b"A99C", Answered(99, NoAnswer.CANCELLED)),
    (b"A0012", Answered(0, Chosen(12))),
]


def test_the_bytes_of_a_question():
    assert ask(7, Question(("Reçu?",))) == framed(b"Q07C00\x1f" + "Reçu?".encode())
    assert ask(107, MENU) == framed(b"Q07M03\x1fPourboire?\x1e10 %\x1e15 %\x1eaucun")
    assert end() == framed(b"X")


@pytest.mark.parametrize(("body", "heard"), ANSWERS)
def test_what_the_pad_says(body, heard):
    frame = framed(body)
    assert PadListener().feed(b"noise" + frame + frame) == [heard, heard]
    listener = PadListener()
    assert [found for byte in frame for found in listener.feed(bytes((byte,)))] == [heard]


@pytest.mark.parametrize(
    "body", [b"", b"A", b"S7", b"A07", b"A07X", b"A071", b"A07012", b"Axx Y", b"K1234", b"A07YY", b"S0\x007"]
)
def test_what_is_no_answer(body):
    assert PadListener().feed(framed(body)) == []


def test_a_wrong_check_is_no_answer():
    frame = framed(b"A07Y")
    assert PadListener().feed(frame[:-1] + bytes((frame[-1] ^ 1,))) == []


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_anything_may_be_heard(pieces):
    listener = PadListener()
    found = [heard for piece in pieces for heard in listener.feed(piece)]
    assert found == PadListener().feed(b"".join(pieces))


TEXTS = st.text(max_size=30)


@given(
    st.builds(Question, st.lists(TEXTS, max_size=4).map(tuple), st.lists(TEXTS, max_size=20).map(tuple)),
    st.integers(0, 200),
)
def test_the_simulated_pad_reads_every_question(question, number):
    (asked,) = PadScreen().feed(ask(number, question))
    assert asked.number == b"%02d" % (number % 100)
    assert len(asked.lines) == len(question.lines)
    assert len(asked.entries) == len(question.entries)
    assert all(text.isprintable() or "\x7f" not in text for text in (*asked.lines, *asked.entries))


def test_a_question_is_taken_back():
    screen = PadScreen()
    screen.feed(ask(1, MENU))
    assert screen.asked == Asked(b"01", ("Pourboire?",), ("10 %", "15 %", "aucun"), 3)
    screen.feed(end())
    assert screen.asked is None


@pytest.mark.parametrize(("word", "key"), [("1", b"01"), ("3", b"03"), ("cancel", b"C")])
def test_the_keys_of_a_menu(word, key):
    assert Asked(b"01", (), MENU.entries, 0).key(word) == key


@pytest.mark.parametrize("word", ["0", "4", "yes", "²", ""])
def test_there_is_no_such_key(word):
    with pytest.raises(NoSuchKeyError):
        Asked(b"01", (), MENU.entries, 0).key(word)


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_the_simulated_pad_takes_any_bytes(pieces):
    screen, whole = PadScreen(), PadScreen()
    asked = [found for piece in pieces for found in screen.feed(piece)]
    assert asked == whole.feed(b"".join(pieces))


@pytest.mark.parametrize("default", [0, 4, -1])
def test_a_menu_marks_an_entry_of_its_own(default):
    with pytest.raises(ValueError, match="20 entries"):
        Question((), ("a", "b", "c"), default)
