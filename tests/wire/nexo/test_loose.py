"""Fields that say who somebody is: read where they are as they should be, and never a reason to refuse a sale."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from pos_bridge.wire.nexo.loose import customer_orders, filled, spelled_out, text, texts


def raw(value: object) -> Raw:
    return Raw(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("value", "there"), [(None, False), ("", False), ([], False), ({}, False), ("a", True), (0, True)]
)
def test_what_says_nothing_is_not_there(value, there):
    assert filled(raw(value)) is there
    assert not filled(Raw())


@pytest.mark.parametrize(
    ("value", "read"),
    [("CH-7788", "CH-7788"), ("é", "é"), (7788, None), (None, None), (["a"], None), ("x" * 600, None)],
)
def test_a_text(value, read):
    assert text(raw(value)) == read


@pytest.mark.parametrize(
    ("value", "searched"),
    [("CH-7788", "CH-7788"), (7788, "7788"), (-1.5, "-1.5"), (True, ""), (["1"], ""), ("x" * 600, "")],
)
def test_what_is_searched_for_a_card(value, searched):
    assert spelled_out(raw(value)) == searched


@pytest.mark.parametrize(
    ("value", "read"), [("a", ("a",)), (["a", "b"], ("a", "b")), ([], ()), (1, None), ([1], None), ({"a": 1}, None)]
)
def test_one_text_or_several(value, read):
    assert texts(raw(value)) == read


@pytest.mark.parametrize(
    "value", [{"CustomerOrderID": "7"}, [{"CustomerOrderID": "7"}], {"CustomerOrderID": "7", "New": 1}]
)
def test_one_order_or_several(value):
    (order,) = customer_orders(raw(value)) or ()
    assert text(order.customer_order_id) == "7"


@pytest.mark.parametrize("value", ["7", [7], 7, None, [{}] * 17, {"CustomerOrderID": "7" * 9000}])
def test_what_is_no_order(value):
    assert customer_orders(raw(value)) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)


@given(_JSON)
def test_no_json_is_a_fault(value):
    sent = msgspec.json.decode(json.dumps([value]).encode(), type=list[Raw])[0]
    for read in (filled, text, spelled_out, texts, customer_orders):
        read(sent)


@given(st.binary(max_size=60))
def test_no_bytes_are_a_fault(value):
    for read in (filled, text, spelled_out, texts, customer_orders):
        read(Raw(value))
