"""Answers to device messages in the shapes that nexo gives them, also where nothing of the request could be read."""

import msgspec

from pos_bridge.pos_api.said import Language
from pos_bridge.pos_api.said_of_devices import DEVICE_SITUATIONS, DeviceSituation
from pos_bridge.pos_api.speech import Pairs, failure
from pos_bridge.wire.nexo.device_request import DisplayOutput, InputData, OutputContent
from pos_bridge.wire.nexo.device_response import (
    DisplayResponse,
    Input,
    InputResponse,
    InputResult,
    OutputResult,
    PrintResponse,
)
from pos_bridge.wire.nexo.device_words import Device, DocumentQualifier, InfoQualify, OutputFormat
from pos_bridge.wire.nexo.response import Plain, Response
from pos_bridge.wire.nexo.words import Category


def undone(language: Language, situation: DeviceSituation, pairs: Pairs = ()) -> Response:
    return failure(language, DEVICE_SITUATIONS[situation], pairs)


def named(field: str) -> Pairs:
    return (("field", field),)


def without_text(output: DisplayOutput) -> DisplayOutput:
    """What an answer needs of it."""
    return msgspec.structs.replace(output, output_content=OutputContent(OutputFormat.TEXT), menu_entry=None)


def output_result(output: DisplayOutput, response: Response) -> OutputResult:
    return OutputResult(output.device, output.info_qualify, response)


def input_response(
    data: InputData, shown: DisplayOutput | None, response: Response, answer: Input | None = None
) -> InputResponse:
    """What was shown is told with the same words: a question is shown and asked on one device."""
    result = InputResult(data.device, data.info_qualify, response, answer)
    return InputResponse(result, None if shown is None else output_result(shown, response))


def unread(category: Category, response: Response) -> DisplayResponse | InputResponse | PrintResponse | Plain:
    """A failure where the request's own words are not known: the usual ones stand for them, as clients want some."""
    match category:
        case Category.DISPLAY:
            return DisplayResponse((OutputResult(Device.CUSTOMER_DISPLAY, InfoQualify.DISPLAY, response),))
        case Category.INPUT:
            return InputResponse(InputResult(Device.CUSTOMER_INPUT, InfoQualify.INPUT, response))
        case Category.PRINT:
            return PrintResponse(DocumentQualifier.DOCUMENT, response)
        case _:
            return Plain(response)
