"""A payment waits for its card while clients do their worst: it is answered as if nothing were. So is whoever asks."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from hw_sim.reply import Reply
from hw_sim.running import RunningStore
from hw_sim.till import Till, new_service_id
from tests.processes import descriptors, resident_kib
from tests.surfaces.book import until
from tests.surfaces.hostile import ATTACKS, Attack

POLLS = 5
FILES = 16  # that a first sale by card opens and keeps
GROWTH_KIB = 48 * 1024  # docs/nexo-subset.md, Limits: what 128 connections may hold


@contextmanager
def waiting(till: Till, service_id: str) -> Iterator["Future[Reply]"]:
    """A payment that has come to its card."""
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(till.pay, "10.00", service_id=service_id)
        # Asked about by its name before it came, it would be closed for good.
        until(lambda: till.diagnosis().body["POIStatus"]["GlobalStatus"] == "Busy")
        try:
            yield asked
        finally:
            if not asked.done():
                till.abort(service_id)


def poll(till: Till, service_id: str) -> None:
    """What tills ask while a payment runs, each on a connection of its own."""
    assert till.status(service_id).error == "InProgress"
    assert till.diagnosis().result == "Success"
    busy = till.pay("5.00", service_id=new_service_id())
    assert busy.error == "Busy"
    assert busy.additional["serviceId"] == service_id


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_payment_is_not_disturbed(store: RunningStore, attack: Attack):
    till, service_id = store.till(), new_service_id()
    engine = int(store.facts["engine_pid"])
    open_before, size_before = descriptors(engine), resident_kib(engine)
    with waiting(till, service_id) as asked, attack(till):
        for _ in range(POLLS):
            poll(till, service_id)
        assert resident_kib(engine) - size_before < GROWTH_KIB
        with store.customer("visa"):
            assert asked.result(60).result == "Success"
    assert int(store.facts["engine_pid"]) == engine
    until(lambda: descriptors(engine) <= open_before + FILES)
