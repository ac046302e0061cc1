"""The count of dropped identity: one event for many, none for none."""

from pos_bridge.log import events
from pos_bridge.log.log import Event
from pos_bridge.pos_api.dropped import Dropped


class Listener:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


def test_it_is_counted_in_silence_and_told_in_sum():
    log = Listener()
    dropped = Dropped(log)
    dropped.publish()
    for _ in range(3):
        dropped.count()
    assert log.events == []
    dropped.publish()
    dropped.publish()
    assert log.events == [events.IdentityDropped(3)]
