"""The receipts in an answer that a till was given: as nexo lines out of its JSON, wherever they stand in it."""

import msgspec
from msgspec import Struct

from pos_bridge.pos_api.receipt_text import Line, line_of

MAX_ANSWER = 1024 * 1024  # a real one is some kilobytes
_FAULTS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)


class _Text(Struct, frozen=True, rename="pascal"):
    text: str = ""


class _Content(Struct, frozen=True, rename="pascal"):
    output_text: tuple[_Text, ...] = ()


class _Receipt(Struct, frozen=True, rename="pascal"):
    document_qualifier: str
    output_content: _Content


def receipts_in(raw: bytes) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """Each receipt's DocumentQualifier and lines. None are found in what is no answer, or is too long for one."""
    if len(raw) > MAX_ANSWER:
        return ()
    try:
        found = msgspec.convert(_first(msgspec.json.decode(raw)), tuple[_Receipt, ...])
        return tuple(
            (receipt.document_qualifier, tuple(line_of(line.text) for line in receipt.output_content.output_text))
            for receipt in found
        )
    except _FAULTS:
        return ()


def _first(document: object) -> object:
    """Of a payment, a reversal, or an answer that was given again: the first PaymentReceipt, however deep."""
    waiting = [document]
    while waiting:
        match waiting.pop():
            case {"PaymentReceipt": receipts}:
                return receipts
            case dict() as parts:
                waiting += parts.values()
            case _:
                pass
    return ()
