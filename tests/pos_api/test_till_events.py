"""What a till is told by itself: in order, three tries each, and nobody waits for it."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from pos_bridge.config.devices import Address
from pos_bridge.domain.outcome import Health
from pos_bridge.pos_api.event_post import EventPost
from pos_bridge.pos_api.state_watch import StateWatch
from pos_bridge.pos_api.till_events import MOST_WAITING, TillEvents
from pos_bridge.wire.nexo.device_words import EventToNotify
from tests.pos_api.till_listener import TAKEN, listening, trusting
from tests.pos_api.world import Certificate

FAULT = b"HTTP/1.1 500 Fault\r\n\r\n"
NO_PAUSES = (0.0, 0.0, 0.0)


class Lost:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def events_to(post: Callable[[bytes], Any], lost: Lost) -> TillEvents:
    return TillEvents(
        post,
        poiid="P400-123456789",
        sale_id="Caisse 1 (bar)",
        clock=lambda: datetime(2026, 11, 23, 14, 30, tzinfo=UTC),
        on_lost=lost,
        pauses_s=NO_PAUSES,
    )


def told_by(files: Certificate, url: str, lost: Lost, tell: Callable[[TillEvents], None]) -> None:
    async def story() -> None:
        events = events_to(EventPost(Address.parse(url), trusting(files), 30.0), lost)
        events.start()
        tell(events)
        await events.close(30.0)

    asyncio.run(story())


def test_in_order_and_with_nothing_of_any_request(leaf: Certificate):
    lost = Lost()

    def tell(events: TillEvents) -> None:
        events.tell(EventToNotify.INITIALISED)
        events.tell(EventToNotify.OUT_OF_ORDER, (("journal", "down"),), maintenance=True)
        events.tell(EventToNotify.SHUTDOWN)

    with listening(leaf) as till:
        told_by(leaf, till.url, lost, tell)
    first, second, third = till.events
    assert first["MessageHeader"].pop("DeviceID") != second["MessageHeader"].pop("DeviceID")
    assert first == {
        "MessageHeader": {
            "ProtocolVersion": "3.0",
            "MessageClass": "Event",
            "MessageCategory": "Event",
            "MessageType": "Notification",
            "SaleID": "Caisse 1 (bar)",
            "POIID": "P400-123456789",
        },
        "EventNotification": {"TimeStamp": "2026-11-23T14:30:00.000Z", "EventToNotify": "Initialised"},
    }
    assert second["EventNotification"] == {
        "TimeStamp": "2026-11-23T14:30:00.000Z",
        "EventToNotify": "OutOfOrder",
        "EventDetails": "journal=down",
        "MaintenanceRequiredFlag": True,
    }
    assert third["EventNotification"]["EventToNotify"] == "Shutdown"
    assert lost.times == 0


@pytest.mark.parametrize(("faults", "heard", "lost"), [(1, 2, 0), (2, 3, 0), (3, 3, 1), (9, 3, 1)])
def test_three_tries(leaf: Certificate, faults, heard, lost):
    count = Lost()
    with listening(leaf, *[FAULT] * faults, TAKEN) as till:
        told_by(leaf, till.url, count, lambda events: events.tell(EventToNotify.REJECT))
    assert (len(till.heard), count.times) == (heard, lost)
    assert len(set(till.heard)) == 1, "the same notification, not another"


def test_nobody_waits_for_a_till_that_does_not_hear():
    async def story() -> int:
        lost = Lost()
        never: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        async def post(_: bytes) -> bool:
            return await never

        events = events_to(post, lost)
        events.start()
        await asyncio.sleep(0)
        for _ in range(MOST_WAITING + 5):
            events.tell(EventToNotify.REJECT)
        assert lost.times == 5, "there is no room for more"
        await events.close(0.01)
        return lost.times

    assert asyncio.run(story()) == MOST_WAITING + 5, "each one that was not told is counted"


def test_closed_without_being_started():
    asyncio.run(events_to(lambda _: never(), Lost()).close())


def never() -> Coroutine[Any, Any, bool]:
    raise AssertionError("nobody is told")


# ---- the state ----


class Desk:
    def __init__(self) -> None:
        self.state = Health(processor_reachable=True, journal_writable=True, readers=(("a", True), ("b", True)))

    async def health(self) -> Health:
        return self.state


class Told(list[tuple[str, tuple[tuple[str, str], ...], bool]]):
    def tell(
        self, event: EventToNotify, details: tuple[tuple[str, str], ...] = (), *, maintenance: bool = False
    ) -> None:
        self.append((event.value, details, maintenance))


def test_only_what_changes_is_told():
    desk, told = Desk(), Told()
    watch = StateWatch(desk, told)

    def see(*readers: bool, journal: bool = True) -> None:
        desk.state = Health(
            processor_reachable=False,
            journal_writable=journal,
            readers=tuple(zip("ab", readers, strict=True)),
        )
        asyncio.run(watch.look())
        asyncio.run(watch.look())

    see(True, True)
    see(True, False)
    assert told == [], "with one reader it still works"
    see(False, False)
    see(True, False)
    see(True, True, journal=False)
    see(False, False, journal=False)
    see(True, True)
    absent = (("reader.a", "down"), ("reader.b", "down"))
    assert told == [
        ("OutOfOrder", absent, True),
        ("Initialised", (), False),
        ("OutOfOrder", (("journal", "down"),), True),
        ("OutOfOrder", (("journal", "down"), *absent), True),
        ("Initialised", (), False),
    ]


def test_it_looks_again_and_again():
    async def story() -> None:
        desk, told = Desk(), Told()
        watching = asyncio.create_task(StateWatch(desk, told, 0.001).run())
        desk.state = Health(processor_reachable=True, journal_writable=False, readers=(("a", True),))
        while not told:
            await asyncio.sleep(0.001)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(story())
