"""What a till is answered to Display, Input and Print. No text of a request is in any.

As nexo has it, DisplayResponse and InputResponse carry their Response within each result, and none beside them.
"""

from pos_bridge.wire.nexo.device_words import Device, DocumentQualifier, InfoQualify, InputCommand
from pos_bridge.wire.nexo.fields import Fields
from pos_bridge.wire.nexo.response import Response


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
