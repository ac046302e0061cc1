"""Keyed hashes: the same for the same request, another for anything else, and never without the secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.money import Amount
from pos_bridge.pos_api.till_keys import TillKeyMaker, length_prefixed

KEYS = TillKeyMaker(bytes(32), "api-key")
texts = st.lists(st.text(max_size=6), max_size=4)


@given(texts, texts)
def test_no_two_lists_of_parts_look_alike(one, other):
    assert (length_prefixed(one) == length_prefixed(other)) is (one == other)


def test_each_part_counts():
    base = ("P400-1", "Caisse 3", "0207", "Payment")
    hashes = {KEYS.request(*base)}
    for index in range(4):
        changed = list(base)
        changed[index] += "x"
        hashes.add(KEYS.request(*changed))
    hashes.add(KEYS.request("P400-1C", "aisse 3", "0207", "Payment"))
    hashes.add(TillKeyMaker(bytes(32), "other").request(*base))
    hashes.add(TillKeyMaker(bytes(31) + b"1", "api-key").request(*base))
    assert len(hashes) == 8
    assert {len(value) for value in hashes} == {32}


def test_kinds_do_not_collide():
    hashes = {KEYS.content(("api-key", "x")), KEYS.poi("x"), KEYS.sale("api-key", Amount(1))}
    assert len(hashes | {KEYS.refund("api-key", 1), KEYS.refund("api-key", None), KEYS.basket("api-key")}) == 6


def test_what_is_given_back_is_its_sale_and_its_money():
    assert KEYS.refund("s", 100) == KEYS.refund("s", 100)
    assert len({KEYS.refund("s", 100), KEYS.refund("s", 101), KEYS.refund("t", 100), KEYS.refund("s", None)}) == 4
    assert KEYS.refund("s", 100) != KEYS.sale("s", Amount(100))


def test_a_basket_is_its_reference_alone():
    assert KEYS.basket("t") == KEYS.basket("t") != KEYS.basket("u")


def test_the_sale_is_its_reference_and_its_money():
    assert KEYS.sale("t", Amount(100)) == KEYS.sale("t", Amount(100))
    assert KEYS.sale("t", Amount(100)) != KEYS.sale("t", Amount(101))


def test_a_short_secret_is_no_secret():
    with pytest.raises(ValueError, match="32 bytes"):
        TillKeyMaker(bytes(31), "api-key")
