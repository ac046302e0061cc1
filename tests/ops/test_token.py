"""A token is whole or none, and says nothing of itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.enrolment import EnrolError, EnrolFault
from pos_bridge.ops.token import Token

WHOLE = f"pbt1.{'ab' * 32}.{'Az_-0123456789' * 3}Q"


def test_a_whole_one():
    token = Token.parse(f" {WHOLE}\r\n")
    assert token.fingerprint == b"\xab" * 32
    assert token.secret == WHOLE.rpartition(".")[2]
    assert token.secret not in repr(token)


@given(st.one_of(st.text(), st.integers(0, len(WHOLE) - 1).map(lambda cut: WHOLE[:cut])))
def test_anything_else(text):
    if text.strip() == WHOLE:
        return
    with pytest.raises(EnrolError) as caught:
        Token.parse(text)
    assert caught.value.fault is EnrolFault.TOKEN_MALFORMED
