"""A refused capture: lost, not decided, or only asked by a session that is not the newest."""

import pytest

from pos_bridge.domain.authorisation import Unknown
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.processor.codec import read_capture
from pos_bridge.protocol import processor_v1_pb2 as pb

KEY = LegKey.fresh()
LOST = {"KEY_ENDED", "NOT_SEEN", "EXCEEDS", "WRONG_STATE"}


@pytest.mark.parametrize("reason", pb.Refused.Reason.keys())
def test_each_reason_of_a_refused_capture(reason):
    refused = pb.Refused(reason=reason)
    read = read_capture(KEY, pb.CaptureResponse(key=KEY.raw, refused=refused))
    word = reason.removeprefix("REASON_")
    if word in LOST:
        assert read is False
    else:
        assert read == Unknown(refused=word != "FENCED")
