"""What a till is answered to Display, Input and Print, and what it is told by itself. No text of a request is in any.

As nexo has it, DisplayResponse and InputResponse carry their Response within each result, and none beside them.
"""

import msgspec

from pos_bridge.wire.nexo.device_words import Device, DocumentQualifier, EventToNotify, InfoQualify, InputCommand
from pos_bridge.wire.nexo.fields import Fields
from pos_bridge.wire.nexo.response import Header, Response
from pos_bridge.wire.nexo.words import PROTOCOL_VERSION


class OutputResult(Fields, frozen=True):
    device: Device
    info_qualify: InfoQualify
    response: Response


class DisplayResponse(Fields, frozen=True):
    output_result: tuple[OutputResult, ...]


class Input(Fields, frozen=True):
    """What was answered. `menu_entry_number` has a place for each entry, with 1 at the one that was chosen: so do
    terminals in the field, and typed clients want an array.
    """

    input_command: InputCommand
    confirmed_flag: bool | None = None
    menu_entry_number: tuple[int, ...] | None = None


class InputResult(Fields, frozen=True):
    device: Device
    info_qualify: InfoQualify
    response: Response
    input: Input | None = None


class InputResponse(Fields, frozen=True):
    input_result: InputResult
    output_result: OutputResult | None = None


class PrintResponse(Fields, frozen=True):
    document_qualifier: DocumentQualifier
    response: Response


DeviceResponse = DisplayResponse | InputResponse | PrintResponse


class Notification(Fields, frozen=True):
    """EventNotification. `event_details` are words of our own, as `k=v&k=v`."""

    time_stamp: str
    event_to_notify: EventToNotify
    event_details: str | None = None
    maintenance_required_flag: bool | None = None


_ENCODER = msgspec.json.Encoder()


def encode_notification(notification: Notification, *, sale_id: str, poiid: str, device_id: str) -> bytes:
    """A message to a till that asked nothing. `device_id` is its own number: it has no ServiceID."""
    header = Header(
        protocol_version=PROTOCOL_VERSION,
        message_class="Event",
        message_category="Event",
        message_type="Notification",
        sale_id=sale_id,
        poiid=poiid,
        device_id=device_id,
    )
    return _ENCODER.encode({"SaleToPOIRequest": {"MessageHeader": header, "EventNotification": notification}})
