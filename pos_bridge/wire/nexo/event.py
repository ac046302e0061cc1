"""What a till is told that asked for no answer: that nothing matched its Abort, or how this terminal is."""

from pos_bridge.wire.nexo.device_words import EventToNotify
from pos_bridge.wire.nexo.fields import Fields


class EventNotification(Fields, frozen=True):
    """`event_details` are words of our own, as `k=v&k=v`."""

    time_stamp: str
    event_to_notify: EventToNotify
    event_details: str | None = None
    maintenance_required_flag: bool | None = None
