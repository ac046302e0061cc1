"""The terminal's configuration: the default for Canada, what each key must be, and what it becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pcsc.scheme import SchemeKey, checksum
from drivers.pcsc.terminal import TerminalDataError, read_terminal
from pos_bridge.domain.card import Brand
from tests.drivers.pcsc import authority
from tests.drivers.pcsc.chips import CANADA, VISA, terminal

KEY = authority.key_table()


def test_the_default_for_canada():
    at = terminal()
    assert (at.country, at.currency, at.exponent) == (124, 124, 2)
    assert [one.brand for one in at.applications] == [
        Brand.INTERAC,
        Brand.VISA,
        Brand.MASTERCARD,
        Brand.AMEX,
        Brand.DISCOVER,
    ]
    assert all(one.floor_limit == 0 for one in at.applications)
    assert at.keys == ()
    assert at.capabilities(online_pin=False).hex() == "6028c8"
    assert at.capabilities(online_pin=True).hex() == "6068c8"
    assert dict(at.fixed)[0x9F35] == b"\x21"


def test_a_card_is_of_the_narrowest_application_that_it_fits():
    narrow = '[[application]]\nbrand = "other"\naid = "A000000003101099"\npartial = true\nversion = "0001"\n'
    narrow += "".join(f'tac_{name} = "0000000000"\n' for name in ("denial", "online", "default"))
    at = read_terminal(CANADA + narrow)
    for name, brand in ((VISA, Brand.VISA), (VISA + "99", Brand.OTHER), (VISA + "9901", Brand.OTHER)):
        found = at.application_of(bytes.fromhex(name))
        assert found is not None
        assert found.brand is brand
    assert at.application_of(bytes.fromhex("A0000006720620")) is None
    assert at.application_of(bytes.fromhex("A000000003")) is None


def test_a_scheme_key():
    (key,) = terminal(keys=KEY).keys
    assert (key.rid.hex().upper(), key.index, key.expires) == (authority.RID, 0x92, 20491231)
    at = terminal(keys=KEY)
    assert at.key(key.rid, 0x92, 20491231) == key
    assert at.key(key.rid, 0x92, 20500101) is None
    assert at.key(key.rid, 0x93, 20261123) is None


def test_a_checksum_that_schemes_published():
    """The index and exponent count too: any one of them changed, and it is another checksum."""
    rid, modulus = bytes.fromhex(authority.RID), authority.scheme().modulus
    made = {checksum(rid, 1, modulus, 3), checksum(rid, 2, modulus, 3), checksum(rid, 1, modulus, 65537)}
    assert len(made) == 3
    with pytest.raises(ValueError, match="checksum"):
        SchemeKey(rid, 1, modulus, 3, 20491231, checksum(rid, 2, modulus, 3))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('type = "21"', 'type = "22"', r'^terminal\.type: only "21"'),
        ('type = "21"', "type = 21", r"^terminal\.type"),
        ('country = "0124"', 'country = "124"', r"^terminal\.country: 4 decimal digits in quotes$"),
        ('country = "0124"', 'country = "CA24"', r"^terminal\.country"),
        ('country = "0124"', 'country = "1240"', r"^country, currency, exponent"),
        ("exponent = 2", "exponent = true", r"^terminal\.exponent"),
        ("exponent = 2", "exponent = 7", r"^country, currency, exponent"),
        ('["SDA", "DDA", "CDA"]', '["SDA", "CDA"]', r"^terminal\.authentication: CDA needs DDA"),
        ('["SDA", "DDA", "CDA"]', '["XDA"]', r"^terminal\.authentication: a list of SDA, DDA, CDA$"),
        ('["signature", "no_cvm"]', '["online_pin"]', r"^terminal\.verification: a list of"),
        ('["signature", "no_cvm"]', "[[1]]", r"^terminal\.verification: a list of"),
        ('additional = "6000F0F001"', 'additional = "6000F0"', r"^terminal\.additional: 10 hexadecimal digits"),
        ('additional = "6000F0F001"', 'additional = "hello"', r"^terminal\.additional"),
        ('terminal_id = "00000001"', 'terminal_id = "1"', r"^terminal\.terminal_id: 8 printable ASCII"),
        ('merchant_name = ""', 'merchant_name = "Épicerie"', r"^terminal\.merchant_name: at most 40"),
        ('merchant_category = "5999"', "", r"^terminal\.merchant_category"),
        ("[terminal]", "[till]", r"^terminal: this table is needed"),
        ("exponent = 2", "exponent = 2\ncolour = 1", r"^terminal\.colour: there is no such key"),
        ("[terminal]", "house = 1\n[terminal]", r"^house: there is no such key"),
        ('brand = "visa"', 'brand = "wisa"', r"^application 2, brand: one of visa"),
        ('aid = "A0000000031010"', 'aid = "A0000000"', r"^application 2, aid: 10 to 32 hexadecimal digits"),
        ('brand = "mastercard"\naid = "A0000000041010"', 'brand = "visa"\naid = "A0000000031010"', r"and none twice"),
        ('aid = "A0000000031010"', 'aid = "A0000006720620"', r"^application 2, aid: no receipt can name"),
        ('brand = "visa"', 'brand = "interac"', r"^application 2, brand: interac goes with an aid that begins"),
        ('brand = "interac"', 'brand = "visa"', r"^application 1, brand: interac goes with"),
        ("floor_limit = 0", 'ddol = "9F3703"', r"^application 1, ddol: 9F37 is missing, or not all of it"),
        ('version = "0096"', 'version = "96"', r"^application 2, version: 4 hexadecimal"),
        ('tac_online = "DC4004F800"', 'tac_online = "DC4004F8"', r"^application 2, tac_online: 10 hexadecimal"),
        ('tac_online = "DC4004F800"', "", r"^application 2, tac_online"),
        ("floor_limit = 0", "floor_limit = -1", r"^application 1, floor_limit"),
        ("floor_limit = 0", "floor_limit = 0.5", r"^application 1, floor_limit: cents"),
        ("floor_limit = 0", 'ddol = "9F0206"', r"^application 1, ddol: 9F37 is missing"),
        ("floor_limit = 0", 'tdol = "9F"', r"^application 1, "),
        ("partial = true", 'partial = "yes"', r"^application 1, partial: true or false"),
        ("[terminal]", "[terminal", r"not TOML"),
    ],
)
def test_what_is_wrong_is_named(before, after, sentence):
    assert before in CANADA
    with pytest.raises(TerminalDataError, match=sentence):
        read_terminal(CANADA.replace(before, after))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('index = "92"', 'index = "9292"', r"^key 1, index: 2 hexadecimal digits"),
        ('index = "92"', 'index = "93"', r"^key 1, checksum: it is not this key's"),
        ('exponent = "010001"', 'exponent = "05"', r"^key 1, exponent: 03 or 010001"),
        ('modulus = "', 'modulus = "00', r"^key 1, modulus"),
        ("expires = 2049-12-31", 'expires = "2049-12-31"', r"^key 1, expires: a day, without quotes"),
        ("expires = 2049-12-31", "expires = 2049-12-31T00:00:00", r"^key 1, expires: a day"),
        ("revoked = []", 'revoked = ["01"]', r"^key 1, checksum, revoked"),
        ("revoked = []", "revoked = [1]", r"^key 1, revoked: a list"),
        ("revoked = []", 'revoked = ["xyz"]', r"^key 1, revoked: a list"),
        ("[[key]]", "key = 1\n[[keys]]", r"^key: these are tables"),
    ],
)
def test_what_is_wrong_with_a_key_is_named(before, after, sentence):
    assert before in KEY
    text = KEY.replace(before, after)
    with pytest.raises(TerminalDataError, match=sentence):
        read_terminal(text + CANADA if "keys" in after else CANADA + text)


def test_one_key_twice():
    with pytest.raises(TerminalDataError, match=r"^key: one RID and index twice"):
        read_terminal(CANADA + KEY + KEY)


def test_a_digit_of_a_key_that_is_wrong_is_noticed_and_not_shown():
    spoiled = KEY.replace(authority.scheme().modulus.hex()[:12], "c0ffeec0ffee")
    with pytest.raises(TerminalDataError, match="a digit of the key is wrong") as failed:
        read_terminal(CANADA + spoiled)
    assert "c0ffee" not in str(failed.value)


@given(st.integers(0, len(CANADA) - 1), st.characters(exclude_categories=["Cs"]))
def test_any_other_character_is_read_or_refused(place, character):
    text = CANADA[:place] + character + CANADA[place + 1 :]
    try:
        read_terminal(text)
    except TerminalDataError as error:
        sentence = str(error)
    else:
        return
    assert sentence
