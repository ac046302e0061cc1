"""What a person gives about themselves: made uniform, or refused by a word that names the field and shows nothing."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pos_bridge.domain.details import (
    MAX_EMAIL,
    MAX_LENGTH,
    NO_DETAILS,
    Details,
    Field,
    Unfit,
    UnfitDetailError,
    details,
)
from tests.domain.one_detail import kept, refused

WRITTEN = [Field.LAST_NAME, Field.FIRST_NAME, Field.STREET, Field.CITY]


@pytest.mark.parametrize(
    "text",
    [
        "Tremblay-Lavoie",
        "D’Amours",  # noqa: RUF001 - as it is printed
        "O'Brien",
        "Nguyễn",
        "Łuczak",
        "Müller (Roy)",
        "St. John",
        "Иванов",
        "Παπαδόπουλος",
        "高橋さくら",
        "김민준",
        "ᐊᓪᓚᑦ",
        "محمد",
        "Ngo̱t",
    ],
)
@pytest.mark.parametrize("field", WRITTEN)
def test_names_of_the_world(field, text):
    assert kept(field, text) == unicodedata.normalize("NFC", text)


def test_a_text_is_made_uniform():
    assert kept(Field.FIRST_NAME, "  Zoe\u0308\u00a0 \u202fAnne ") == "Zoë Anne"
    assert kept(Field.STREET, "1234-5, rue  de l'Église, app. #3 (B)") == "1234-5, rue de l'Église, app. #3 (B)"
    assert details({Field.CITY: "", Field.STREET: None}) == NO_DETAILS
    assert refused(Field.CITY, " \u00a0 ") is Unfit.EMPTY


@pytest.mark.parametrize("field", WRITTEN)
@pytest.mark.parametrize(
    "text",
    [
        "R\u0430y",  # Cyrillic a
        "R\u03bfy",  # Greek o
        "Jean-\u0420\u043e\u0443",
        "Roy\u200b",
        "R\u200doy",
        "\u202eyoR",
        "Roy\u2066",
        "Roy\x00",
        "Roy\nTremblay",
        "Roy\t",
        "Roy\x7f",
        "Roy\u2028",
        "Roy\ufeff",
        "Roy\u00ad",
        "\u3164",
        "Roy\ufe0f",
        "Roy\U000e0041",
        "\ud800",
        "Roy\ue000",
        "<b>Roy</b>",
        "Roy & Roy",
        "Roy@Roy",
        "\U0001f600",
        "\uff32\uff4f\uff59",  # wide letters
        "\U0001d411oy",  # a bold one
        "\u24c7oy",  # a circled one
        "Z\u0351\u0352\u0353\u0354algo",
        "\u0301Roy",
        "\u2800",
    ],
)
def test_what_shows_something_else_than_it_is(field, text):
    assert refused(field, text) is Unfit.CHARACTERS


@pytest.mark.parametrize("field", list(Field))
def test_what_shows_nothing_stands_in_no_field(field):
    for text in ("Roy", "QC", "H2X 1Y4", "zoe@example.com", "514 555-0123", "4A", "2024-05"):
        for mark in ("\x00", "\u200b", "\u202e", "\x1b", "\u2029"):
            for at in range(len(text) + 1):
                assert refused(field, text[:at] + mark + text[at:]) is Unfit.CHARACTERS


def test_long_texts():
    assert kept(Field.LAST_NAME, "a" * MAX_LENGTH) == "a" * MAX_LENGTH
    assert kept(Field.LAST_NAME, "e\u0301" * MAX_LENGTH) == "é" * MAX_LENGTH
    for field in Field:
        for long in ("a" * 10_000, "a" * 300, "1" * 100_000, " " * 10_000, "\u0301" * 10_000):
            assert refused(field, long) is Unfit.TOO_LONG
    assert kept(Field.EMAIL, email := "a" * 60 + "@" + "d" * 60 + ".example.com") == email
    assert refused(Field.EMAIL, "a@" + "b." * (MAX_EMAIL // 2) + "ca") is Unfit.TOO_LONG


# ---- closed shapes ----


@pytest.mark.parametrize(
    ("field", "text", "as_kept"),
    [
        (Field.POSTAL_CODE, "h2x1y4", "H2X 1Y4"),
        (Field.POSTAL_CODE, " H2X-1Y4 ", "H2X 1Y4"),
        (Field.PROVINCE, "qc", "QC"),
        (Field.COUNTRY, "ca", "CA"),
        (Field.PHONE, "(514) 555-0123", "+15145550123"),
        (Field.PHONE, "1.514.555.0123", "+15145550123"),
        (Field.PHONE, "+1 514 555\u20110123", "+15145550123"),
        (Field.PHONE, "+33 1 23 45 67 89", "+33123456789"),
        (Field.PHONE, "+5145550123", "+5145550123"),  # Peru
        (Field.PHONE, "+4915112345671", "+4915112345671"),
        (Field.EMAIL, "Zoe.Roy+jeux@courriel.example.com", "Zoe.Roy+jeux@courriel.example.com"),
        (Field.CHILD_SIZE, "4a", "4A"),
        (Field.CHILD_SIZE, "6-9m", "6-9M"),
        (Field.CHILD_SIZE, "T5", "T5"),
        (Field.CHILD_SIZE, "10", "10"),
        (Field.CHILD_SIZE, "xs", "XS"),
        (Field.CHILD_MONTH, "2019-02", "2019-02"),
    ],
)
def test_what_fits(field, text, as_kept):
    assert kept(field, text) == as_kept
    assert kept(field, as_kept) == as_kept


@pytest.mark.parametrize("last", range(100))
def test_no_telephone_number_of_another_country_is_taken_for_a_card(last):
    text = f"+49151123456{last:02}"
    assert kept(Field.PHONE, text) == text


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (Field.LAST_NAME, "Roy 2"),
        (Field.FIRST_NAME, "-"),
        (Field.STREET, "..."),
        (Field.POSTAL_CODE, "H2X 1YO"),
        (Field.POSTAL_CODE, "D2X 1Y4"),
        (Field.POSTAL_CODE, "W2X 1Y4"),
        (Field.POSTAL_CODE, "12345"),
        (Field.POSTAL_CODE, "H2X  1Y4 5"),
        (Field.PROVINCE, "QB"),
        (Field.PROVINCE, "Québec"),
        (Field.COUNTRY, "Canada"),
        (Field.COUNTRY, "ﬁ"),  # as capitals it would be FI
        (Field.PHONE, "555-0123"),
        (Field.PHONE, "514 555 0123 p. 4"),
        (Field.PHONE, "33123456789"),
        (Field.PHONE, "+0123456789"),
        (Field.PHONE, "+1 114 555 0123"),
        (Field.EMAIL, "zoe"),
        (Field.EMAIL, "zoe@example"),
        (Field.EMAIL, "zoe@@example.com"),
        (Field.EMAIL, "a@b@example.com"),
        (Field.EMAIL, "zoe..roy@example.com"),
        (Field.EMAIL, "zoë@example.com"),
        (Field.EMAIL, "zoe@exämple.com"),
        (Field.EMAIL, "zoe roy@example.com"),
        (Field.EMAIL, "zoe@-example.com"),
        (Field.EMAIL, "zoe@10.0.0.1"),
        (Field.EMAIL, "zoe@example.com."),
        (Field.EMAIL, "a" * 65 + "@example.com"),
        (Field.CHILD_SIZE, "moyen pour son âge"),
        (Field.CHILD_SIZE, "2019-02-03"),
        (Field.CHILD_SIZE, "4A5"),
        (Field.CHILD_MONTH, "2019-13"),
        (Field.CHILD_MONTH, "2019-2"),
        (Field.CHILD_MONTH, "2019-02-03"),  # never a day of birth
        (Field.CHILD_MONTH, "0019-02"),
    ],
)
def test_another_shape(field, text):
    assert refused(field, text) is Unfit.SHAPE


def test_addresses_of_other_countries():
    abroad = details({Field.COUNTRY: "US", Field.POSTAL_CODE: "05401-1234", Field.PROVINCE: "Vermont"})
    assert abroad.get(Field.POSTAL_CODE) == "05401-1234"
    assert kept(Field.POSTAL_CODE, "sw1a 1aa", "GB") == "SW1A 1AA"
    for text in ("1", "12", "1234567890123", "1--2", "-123", "123-", "ABC\u0660"):
        assert refused(Field.POSTAL_CODE, text, "US") is Unfit.SHAPE
    with pytest.raises(UnfitDetailError) as caught:
        abroad.changed({Field.COUNTRY: "CA"})
    assert caught.value.field is Field.PROVINCE, "it was checked for another country"
    assert (
        abroad.changed({Field.COUNTRY: "CA", Field.PROVINCE: "QC", Field.POSTAL_CODE: "h2x1y4"}).fields == abroad.fields
    )


# ---- values ----


def test_details_are_in_order_and_each_once():
    there = details({Field.PHONE: "514 555 0123", Field.LAST_NAME: "Roy", Field.EMAIL: "zoe@example.com"})
    assert [field for field, _ in there.given] == [Field.LAST_NAME, Field.EMAIL, Field.PHONE]
    assert there.only({Field.EMAIL}).given == ((Field.EMAIL, "zoe@example.com"),)
    assert there.changed({Field.EMAIL: None}).fields == {Field.LAST_NAME, Field.PHONE}
    assert "Roy" not in repr(there)
    for wrong in (
        ((Field.EMAIL, "zoe@example.com"), (Field.LAST_NAME, "Roy")),
        ((Field.LAST_NAME, "Roy"), (Field.LAST_NAME, "Roy")),
        ((Field.LAST_NAME, ""),),
    ):
        with pytest.raises(ValueError, match="each once"):
            Details(wrong)


@given(st.dictionaries(st.sampled_from(Field), st.none() | st.text(max_size=400)))
@example({Field.CITY: "\u2126\u212b\u0344"})
def test_anything_is_kept_uniform_or_refused(texts):
    try:
        there = details(texts)
    except UnfitDetailError:
        return
    assert details(dict(there.given)) == there
    assert there.fields == {field for field, text in texts.items() if text}
    for _, text in there.given:
        assert text.strip() == text == unicodedata.normalize("NFC", text)
        assert text.isprintable()
        assert len(text) <= MAX_EMAIL
