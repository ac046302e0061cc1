"""A till that sends its refund twice at once, with the supervisor's password in both: one approval."""

import pytest

from pos_bridge.operators.approvals import Approvals
from tests.operators.makers import supervisor

REQUEST = bytes(range(32))
BEFORE, BEHIND = bytes(32), bytes([1]) * 32  # the journal's newest row before the refund, and the refund's own


def test_what_was_used_is_not_made_good_again_by_the_same_request(tmp_path):
    """Both had looked before either was written down, and the second one is, behind the refund."""
    path = tmp_path / "operators.db"
    marie, approvals = supervisor(path), Approvals(path)
    assert not approvals.is_of(REQUEST, 45_00)
    assert approvals.approve(marie, 45_00, REQUEST)
    assert approvals.take(REQUEST, 45_00, BEFORE) == marie.number
    assert approvals.approve(marie, 45_00, REQUEST)
    assert approvals.take(REQUEST, 45_00, BEHIND) is None


@pytest.mark.parametrize("first", [44_99, 1])
def test_more_than_was_approved_for_it_is_another_approval(tmp_path, first):
    path = tmp_path / "operators.db"
    marie, approvals = supervisor(path), Approvals(path)
    assert approvals.approve(marie, first, REQUEST)
    assert approvals.take(REQUEST, 45_00, BEFORE) is None
    assert approvals.approve(marie, 45_00, REQUEST)
    assert approvals.take(REQUEST, 45_00, BEFORE) == marie.number
