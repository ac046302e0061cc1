"""Who is meant and what is to be corrected, as lines: in either language, and never repeated in what is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.cli.person_input import MOST, WrongWordsError, fields, parsed
from pos_bridge.cli.person_words import FAULTS, HELP, VAULT_FAULTS, WORDS
from pos_bridge.domain.details import Field
from pos_bridge.domain.identity import Chouchous, HomeDelivery, VaultFault
from pos_bridge.domain.person import PersonFault
from pos_bridge.words import LANGUAGES

lines_of_people = st.lists(
    st.text(max_size=40)
    | st.sampled_from(
        ["member CH-1", "order WEB/1", "set phone 514 555 0123", "clear email", "vider rue", "set", "membre"]
    )
    | st.tuples(st.sampled_from(["member", "order", "set phone", "mettre nom", "clear"]), st.text(max_size=40)).map(
        " ".join
    ),
    max_size=6,
)


@pytest.mark.parametrize("line", ["member CH-1001", "membre CH-1001", "  Member   CH-1001 ", "MEMBRE CH-1001"])
def test_a_member(line):
    assert parsed([line], "fr", changes=False).choice == Chouchous("CH-1001")


@pytest.mark.parametrize("line", ["order WEB/2026.11-7", "commande WEB/2026.11-7"])
def test_an_order(line):
    assert parsed(["", line, ""], "fr", changes=False).choice == HomeDelivery("WEB/2026.11-7")


def test_what_is_to_be_corrected_in_either_language():
    told = parsed(
        [
            "member CH-1",
            "set street 12, rue  de l'Église",
            "mettre téléphone 514 555-0123",
            "vider courriel",
            "clear city",
        ],
        "fr",
        changes=True,
    )
    assert told.changes == {
        Field.STREET: "12, rue  de l'Église",
        Field.PHONE: "514 555-0123",
        Field.EMAIL: None,
        Field.CITY: None,
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_name_that_is_understood(language):
    names = fields(language).split(", ")
    told = parsed(["member CH-1", *(f"clear {name}" for name in names)], language, changes=True)
    assert list(told.changes) == list(Field)


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ([], "no_number"),
        (["", "  "], "no_number"),
        (["CH-1001"], "bad_number"),
        (["member"], "bad_number"),
        (["member zoe@example.com"], "bad_number"),
        (["member CH-1", "order WEB/1"], "twice"),
        (["member CH-1", "something else"], "bad_line"),
    ],
)
def test_what_is_not_understood_is_told_by_its_line(lines, word):
    with pytest.raises(WrongWordsError) as refused:
        parsed(lines, "en", changes=False)
    assert refused.value.word == word


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("set shoe_size 44", "bad_field"),
        ("set", "bad_field"),
        ("set phone", "bad_line"),
        ("clear phone 514", "bad_line"),
        ("", "no_changes"),
        ("set phone 1\nset phone 2", "twice"),
    ],
)
def test_what_cannot_be_corrected(line, word):
    with pytest.raises(WrongWordsError) as refused:
        parsed(["member CH-1", *line.split("\n")], "en", changes=True)
    assert refused.value.word == word


def test_nothing_is_corrected_where_nothing_was_asked_to_be():
    with pytest.raises(WrongWordsError):
        parsed(["member CH-1", "set phone 514 555 0123"], "en", changes=False)


@given(lines_of_people, st.booleans())
def test_whatever_is_typed_is_understood_or_refused_without_being_repeated(lines: list[str], changes: bool):
    try:
        told = parsed(lines, "en", changes=changes)
    except WrongWordsError as refused:
        values = refused.values
        assert set(values) <= {"line", "fields"}
        assert values.get("fields") in {None, fields("en")}
        assert isinstance(values.get("line", 1), int)
    else:
        assert changes or not told.changes


@pytest.mark.parametrize("raw", [b"\xff\xfe member CH-1", b"member CH-1001\n" + b" " * MOST])
def test_what_is_no_text_or_far_too_long(office, raw):
    status, out, err = office.person("show", "--purpose", "offers", typed=raw)
    assert (status, out) == (2, "")
    assert err == WORDS["too_much"].en + "\n"


def test_no_sentence_has_a_place_for_a_person():
    places = {"line", "fields", "page", "data", "purposes", "day", "copies", "what", "text", "number", "user", "folder"}
    places |= {"path", "reason", "field", "why", "where", "by"}
    for words in [*WORDS.values(), *HELP.values()]:
        assert {name.split("}")[0] for name in words.en.split("{")[1:]} <= places


def test_every_fault_has_its_sentence():
    assert set(FAULTS) == set(PersonFault)
    assert set(VAULT_FAULTS) == set(VaultFault)
