"""The control socket: one line in, one line out, and nothing a stranger writes into it disturbs the processor."""

import json
import socket
import time
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hw_sim.processor import control
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.conftest import Calls, Processor, call


def say(processor: Processor, raw: bytes) -> bytes:
    with (
        control.reachable(processor.store.folder) as address,
        closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection,
    ):
        connection.settimeout(20)
        connection.connect(address)
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_the_protocol_as_others_speak_it(processor: Processor) -> None:
    def ask(request: dict[str, Any]) -> Any:
        return json.loads(say(processor, json.dumps(request).encode() + b"\n"))

    assert ask({"mode": "delay", "value": 5}) == {"ok": True}
    assert ask({"mode": "down"}) == {"ok": True}
    assert ask({"ledger": True}) == {"ledger": []}
    assert ask({"mode": "up"}) == {"ok": True}
    assert ask({"settle": True}) == ask({"expire": True}) == ask({"renew_epoch": True}) == {"ok": True}
    assert ask({"clock_skew": -600}) == ask({"clock_skew": 0.5}) == ask({"retention_days": 30}) == {"ok": True}
    assert "no such mode" in ask({"mode": ["down"]})["error"]
    assert "seconds" in ask({"clock_skew": 1e12})["error"]
    assert "days" in ask({"retention_days": -1})["error"]
    for strange in ({"clock_skew": True}, {"retention_days": 1.5}, {"settle": 1}, {"settle": "true"}, {"": 0}):
        assert ask(strange) == {"error": "not a request of the control socket"}
    assert set(ask({"mode": "down", "why": 1})) == {"error"}


def test_the_clock_and_the_retention_are_set(processor: Processor) -> None:
    async def scenario(till: Calls) -> None:
        async def says() -> tuple[float, int]:
            opened = await till.stub.OpenSession(pb.OpenSessionRequest(journal=terminal.NO_ROW), timeout=20)
            till.fence = opened.fence
            return opened.now_ms / 1000 - time.time(), opened.retention_days

        for skew in (600, -600, 0):
            control.set_clock_skew(processor.store.folder, skew)
            control.set_retention_days(processor.store.folder, 30)
            ahead, days = await says()
            assert abs(ahead - skew) < 60
            assert days == 30
            # The request says 45 seconds from now, by another clock.
            expected = "LATE" if skew > 0 else "approved"
            assert await till.sell(terminal.fresh_key()) == expected

    call(processor.store, scenario)
    control.set_retention_days(processor.store.folder, 3650)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=100))
@example(raw=b"[" * 4000 + b"\n")
@example(raw=b"x" * 10_000 + b"\n")
@example(raw=b'{"mode": "partial", "value": 1e999}\n')
@example(raw=b'{"mode": "delay", "value": NaN}\n')
@example(raw=b'{"mode": "partial", "value": true}\n')
@example(raw=b"")
def test_any_other_line_is_refused(processor: Processor, raw: bytes) -> None:
    held = control.ledger(processor.store.folder)
    answer = say(processor, raw)
    assert answer == b"" or set(json.loads(answer)) == {"error"}
    assert control.ledger(processor.store.folder) == held


def test_the_socket_is_its_owners(processor: Processor) -> None:
    mode = (processor.store.folder / control.SOCKET_NAME).stat().st_mode
    assert mode & 0o777 == 0o600
    with pytest.raises(control.ControlError):
        control.set_mode(processor.store.folder, "lie-number")
