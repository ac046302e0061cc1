"""What comes over a native connection: a broken message is refused by a word; a name goes though the till stays."""

import time
from collections.abc import Iterator

import grpc
import pytest

from hw_sim.native_people import Customers
from hw_sim.native_till import NativeTill
from hw_sim.running import RunningStore
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.stores import whole_store
from tests.surfaces.memory import Memory
from tests.surfaces.native import refused

NAME, PATIENCE_S = "Quimperlaine", 60.0
BROKEN = (b"\x0a\x7f" + NAME.encode(), b"\x22\x02\xff\xfe", b"\x07" + NAME.encode())  # cut short, no UTF-8, no field


@pytest.fixture(name="store", scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    with whole_store(tmp_path_factory.mktemp("store"), "--native") as store:
        yield store


@pytest.mark.parametrize("method", ["Till/Pay", "People/Enrol"])
def test_what_is_no_message_is_refused_by_a_word(store: RunningStore, method: str):
    with NativeTill.of(store.facts) as till:
        call = till.raw_stream(f"/pos_bridge.till.v1.{method}")
        for raw in BROKEN:
            told = refused(lambda raw=raw: list(call(raw, timeout=PATIENCE_S)))
            assert told == (grpc.StatusCode.INVALID_ARGUMENT, "unfit: message")


def test_what_came_last_goes_though_the_till_stays_connected(store: RunningStore):
    memory = Memory(int(store.facts["engine_pid"]))
    memory.holds()
    with NativeTill.of(store.facts) as at_socket, NativeTill.of(store.facts, over_tls=True) as at_port:
        for till in (at_socket, at_port):
            assert Customers(till).enrol("QX-1", {"last_name": NAME}).result == pb.PERSON_RESULT_DONE
        began = time.monotonic()
        while left := memory.holds(NAME):
            assert time.monotonic() - began < PATIENCE_S, left
            time.sleep(0.2)
        assert Customers(at_port).look_up(pb.Choice(chouchous="QX-1"), pb.PURPOSE_PROGRAMME).result
