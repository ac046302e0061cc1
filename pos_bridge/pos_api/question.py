"""An InputRequest judged: the question that a pad is asked, or why it is not. Only yes, no and one entry of a menu.

What would be typed (a number, a name, a password) is refused, whatever it is for.
"""

from pos_bridge.domain.device import MAX_ENTRIES, MAX_LIMIT_S, Question
from pos_bridge.pos_api.device_text import Line, holds_card, length_of, lines_of
from pos_bridge.pos_api.said_of_devices import DeviceSituation
from pos_bridge.wire.nexo.device_request import DisplayOutput, InputData, InputRequest, MenuEntry
from pos_bridge.wire.nexo.device_words import Device, InputCommand, MenuEntryTag, OutputFormat
from pos_bridge.wire.nexo.fields import several

USUAL_LIMIT_S = 60.0
MAX_CHARACTERS = 400  # of the question
MAX_ENTRY = 40  # characters of an entry
_OUTPUT = "InputRequest.DisplayOutput"
_ENTRIES = "InputRequest.DisplayOutput.MenuEntry"
_TEXT = "InputRequest.DisplayOutput.OutputContent.OutputText"
_FORMAT = "InputRequest.DisplayOutput.OutputContent.OutputFormat"
_MIN_LENGTH = "InputRequest.InputData.MinLength"

Refused = tuple[DeviceSituation, str]  # with the field it is about, where its sentence names one


class MissingFieldError(Exception):
    """What the command needs is not there. The text is the field's path in our schema."""


def limit_s(data: InputData) -> float:
    """How long an answer is waited for: as asked, up to five minutes."""
    return min(float(data.max_input_time), MAX_LIMIT_S) if data.max_input_time else USUAL_LIMIT_S


def judge(body: InputRequest) -> Question | Refused:
    """Raises MissingFieldError."""
    data, output = body.input_data, body.display_output
    if data.device is not Device.CUSTOMER_INPUT:
        return DeviceSituation.CASHIERS_DEVICE, ""
    match data.input_command:
        case InputCommand.GET_CONFIRMATION | InputCommand.GET_MENU_ENTRY:
            pass
        case _:
            return DeviceSituation.TYPED_INPUT, ""
    if data.immediate_response_flag:
        return DeviceSituation.NOT_AT_ONCE, ""
    if output is None:
        raise MissingFieldError(_OUTPUT)
    if output.device is not Device.CUSTOMER_DISPLAY:
        return DeviceSituation.CASHIERS_DEVICE, ""
    if output.output_content.output_format is not OutputFormat.TEXT:
        return DeviceSituation.TEXT_ONLY, _FORMAT
    return _question(data, output)


def _question(data: InputData, output: DisplayOutput) -> Question | Refused:
    lines = tuple(line for line in lines_of(output.output_content.output_text) if line.text.strip())
    if length_of(lines) > MAX_CHARACTERS:
        return DeviceSituation.TEXT_TOO_LONG, _TEXT
    match data.input_command:
        case InputCommand.GET_MENU_ENTRY:
            menu = _menu(data, several(output.menu_entry))
            if isinstance(menu, tuple):
                return menu
        case _:
            menu = Question(())
    texts = (*lines, *map(Line, menu.entries))
    if holds_card(texts, together=True):
        return DeviceSituation.CARD_IN_TEXT, ""
    if not texts:
        raise MissingFieldError(_TEXT)
    return Question(tuple(line.text for line in lines), menu.entries, menu.default)


def _menu(data: InputData, entries: list[MenuEntry]) -> Question | Refused:
    if not entries:
        raise MissingFieldError(_ENTRIES)
    if (data.min_length or 0) > 1:
        return DeviceSituation.MENU_SHAPE, _MIN_LENGTH
    if len(entries) > MAX_ENTRIES or not all(map(_is_choice, entries)):
        return DeviceSituation.MENU_SHAPE, _ENTRIES
    texts = tuple(" ".join(line.text for line in lines_of(entry.output_text)) for entry in entries)
    if not all(0 < len(text.strip()) <= MAX_ENTRY for text in texts):
        return DeviceSituation.TEXT_TOO_LONG if any(map(str.strip, texts)) else DeviceSituation.MENU_SHAPE, _ENTRIES
    marked = [number for number, entry in enumerate(entries, 1) if entry.default_selected_flag]
    return Question((), texts, marked[0] if marked else None)


def _is_choice(entry: MenuEntry) -> bool:
    return entry.output_format is OutputFormat.TEXT and entry.menu_entry_tag in {None, MenuEntryTag.SELECTABLE}
