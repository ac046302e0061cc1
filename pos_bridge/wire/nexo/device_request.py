"""Display, Input, Print and EnableService as a till sends them. Fields that are not here are ignored, unread.

A text may hold line feeds, carriage returns and tabs; any other control character refuses the message, as it could
become a command to a display or a printer. Nobody prints these structs: the texts can be somebody's name.
"""

import re
from typing import Annotated

from msgspec import Meta, Raw

from pos_bridge.wire.nexo.device_words import (
    Alignment,
    Device,
    DocumentQualifier,
    InfoQualify,
    InputCommand,
    MenuEntryTag,
    OutputFormat,
    ResponseMode,
    ServiceEnabled,
    TransactionAction,
)
from pos_bridge.wire.nexo.fields import Fields

MAX_TEXTS = 1000
MAX_OUTPUTS = 8
_Text = Annotated[str, Meta(max_length=8192)]
_Reference = Annotated[str, Meta(min_length=1, max_length=64)]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class OutputText(Fields, frozen=True):
    """A piece of text. Without `end_of_line_flag` it ends its line, as an explicit true does."""

    text: _Text
    end_of_line_flag: bool | None = None
    alignment: Alignment | None = None

    def __post_init__(self) -> None:
        if _CONTROL.search(self.text):
            raise ValueError("Unprintable field `Text`")  # read by decode.py


OutputTexts = Annotated[list[OutputText], Meta(max_length=MAX_TEXTS)] | OutputText


class PredefinedContent(Fields, frozen=True):
    """A text of the terminal's own, by its name; of none is there one here but the idle screen."""

    reference_id: _Reference


class OutputContent(Fields, frozen=True):
    output_format: OutputFormat
    predefined_content: PredefinedContent | None = None
    output_text: OutputTexts | None = None


class MenuEntry(Fields, frozen=True):
    output_format: OutputFormat = OutputFormat.TEXT
    menu_entry_tag: MenuEntryTag | None = None
    default_selected_flag: bool | None = None
    output_text: OutputTexts | None = None


MenuEntries = Annotated[list[MenuEntry], Meta(max_length=MAX_TEXTS)] | MenuEntry


class DisplayOutput(Fields, frozen=True):
    """`response_required_flag`: without it a response is wanted."""

    device: Device
    info_qualify: InfoQualify
    output_content: OutputContent
    response_required_flag: bool | None = None
    menu_entry: MenuEntries | None = None


class DisplayRequest(Fields, frozen=True):
    display_output: Annotated[list[DisplayOutput], Meta(min_length=1, max_length=MAX_OUTPUTS)] | DisplayOutput


class InputData(Fields, frozen=True):
    """`max_input_time` is in seconds. What only concerns typed input is not here."""

    device: Device
    info_qualify: InfoQualify
    input_command: InputCommand
    max_input_time: Annotated[int, Meta(ge=0)] | None = None
    immediate_response_flag: bool | None = None
    min_length: Annotated[int, Meta(ge=0)] | None = None


class InputRequest(Fields, frozen=True):
    input_data: InputData
    display_output: DisplayOutput | None = None


class PrintOutput(Fields, frozen=True):
    """`output_signature` is a picture; it is not looked at, and refused where it is there."""

    document_qualifier: DocumentQualifier
    response_mode: ResponseMode
    output_content: OutputContent
    output_signature: Raw = Raw()


class PrintRequest(Fields, frozen=True):
    print_output: PrintOutput


class EnableServiceRequest(Fields, frozen=True):
    transaction_action: TransactionAction
    services_enabled: Annotated[list[ServiceEnabled], Meta(max_length=16)] | ServiceEnabled | None = None


DeviceBody = DisplayRequest | InputRequest | PrintRequest | EnableServiceRequest
