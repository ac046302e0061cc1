"""The control socket: one line in, one line out, and nothing a stranger writes into it disturbs the processor."""

import json
import socket
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hw_sim.processor import control
from tests.hw_sim.processor.conftest import Processor


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
    assert "no such mode" in ask({"mode": ["down"]})["error"]
    assert set(ask({"mode": "down", "why": 1})) == {"error"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=100))
@example(raw=b"[" * 4000 + b"\n")
@example(raw=b"x" * 10_000 + b"\n")
@example(raw=b'{"mode": "partial", "value": 1e999}\n')
@example(raw=b'{"mode": "delay", "value": NaN}\n')
@example(raw=b'{"mode": "partial", "value": true}\n')
@example(raw=b"")
def test_any_other_line_is_refused(processor: Processor, raw: bytes) -> None:
    answer = say(processor, raw)
    assert answer == b"" or set(json.loads(answer)) == {"error"}
    assert control.ledger(processor.store.folder) == []


def test_the_socket_is_its_owners(processor: Processor) -> None:
    mode = (processor.store.folder / control.SOCKET_NAME).stat().st_mode
    assert mode & 0o777 == 0o600
    with pytest.raises(control.ControlError):
        control.set_mode(processor.store.folder, "lie-number")
