from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.applications import APPLICATIONS, application_of, for_the_door, reveals_nothing
from pos_bridge.domain.card import Brand
from pos_bridge.domain.chip import ChipReceipt, Verified

RECEIPTS = st.builds(
    ChipReceipt,
    st.one_of(
        st.binary(min_size=5, max_size=16),
        st.builds(lambda aid, tail: (aid + tail)[:16], st.sampled_from(sorted(APPLICATIONS)), st.binary(max_size=9)),
    ),
    st.binary(min_size=5, max_size=5),
    st.binary(min_size=2, max_size=2),
    st.sampled_from(Verified),
)


def test_an_extended_aid_is_the_application_it_extends():
    found = application_of(bytes.fromhex("A000000025010402"))
    assert found is not None
    assert (found.aid.hex(), found.label) == ("a000000025010402", "AMERICAN EXPRESS")
    found = application_of(bytes.fromhex("A000000025019999"))
    assert found is not None
    assert (found.aid.hex(), found.brand) == ("a00000002501", Brand.AMEX)
    assert application_of(bytes.fromhex("A0000000999999")) is None


@given(RECEIPTS)
def test_what_goes_through_the_door_reveals_nothing(receipt):
    told = for_the_door(receipt)
    if told is None:
        assert application_of(receipt.aid) is None
    else:
        assert reveals_nothing(told)
        assert receipt.aid.startswith(told.aid)


@given(RECEIPTS)
def test_what_reveals_nothing_goes_through_as_it_is(receipt):
    if reveals_nothing(receipt):
        assert for_the_door(receipt) == receipt
