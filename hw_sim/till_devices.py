"""What a till asks the devices around its terminal: to show, to ask the customer, to print.

Functions that take a Till, beside its own: these messages are of nexo's class Device.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hw_sim.reply import Json, Reply
from hw_sim.till import Till, new_service_id


def ask(till: Till, category: str, body: Mapping[str, Any], service_id: str | None = None) -> Reply:
    """Any request of class Device: `body` is the content of <category>Request."""
    header = {
        "ProtocolVersion": "3.0",
        "MessageClass": "Device",
        "MessageCategory": category,
        "MessageType": "Request",
        "ServiceID": service_id or new_service_id(),
        "SaleID": till.sale_id,
        "POIID": till.poiid,
    }
    return till.send({"SaleToPOIRequest": {"MessageHeader": header, f"{category}Request": body}})


def output(*lines: str, device: str = "CustomerDisplay") -> Json:
    """A DisplayOutput of lines of text."""
    content = {"OutputFormat": "Text", "OutputText": [{"Text": line} for line in lines]}
    return {"Device": device, "InfoQualify": "Display", "OutputContent": content}


def display(till: Till, *lines: str) -> Reply:
    """Show the customer something."""
    return ask(till, "Display", {"DisplayOutput": [output(*lines)]})


def confirm(till: Till, *lines: str, limit_s: int = 30, service_id: str | None = None) -> Reply:
    """Ask the customer a yes or a no. Blocks until it is answered."""
    data = {"Device": "CustomerInput", "InfoQualify": "Input", "InputCommand": "GetConfirmation"}
    body = {"DisplayOutput": output(*lines), "InputData": {**data, "MaxInputTime": limit_s}}
    return ask(till, "Input", body, service_id)


def menu(till: Till, title: str, entries: Sequence[str], *, limit_s: int = 30, service_id: str | None = None) -> Reply:
    """Ask the customer to choose. Blocks until it is answered."""
    data = {"Device": "CustomerInput", "InfoQualify": "Input", "InputCommand": "GetMenuEntry"}
    rows = [
        {"MenuEntryTag": "Selectable", "OutputFormat": "Text", "OutputText": [{"Text": entry}]} for entry in entries
    ]
    body = {"DisplayOutput": {**output(title), "MenuEntry": rows}, "InputData": {**data, "MaxInputTime": limit_s}}
    return ask(till, "Input", body, service_id)


def print_text(till: Till, *lines: str, mode: str = "PrintEnd", qualifier: str = "Document") -> Reply:
    """Print a document of lines of text."""
    content = {"OutputFormat": "Text", "OutputText": [{"Text": line} for line in lines]}
    printed = {"DocumentQualifier": qualifier, "ResponseMode": mode, "OutputContent": content}
    return ask(till, "Print", {"PrintOutput": printed})


def swipe_ahead(till: Till, *services: str, action: str = "StartTransaction") -> Reply:
    """EnableService."""
    return till.ask("EnableService", {"TransactionAction": action, "ServicesEnabled": list(services)})


def response(reply: Reply) -> Json:
    """The Response within the (first) result of a Display or Input, or beside the document of a Print."""
    body = reply.body
    results = body.get("OutputResult") if "InputResult" not in body else body["InputResult"]
    found = results[0] if isinstance(results, list) else results or body
    told: Json = found["Response"]
    return told


def outcome(reply: Reply) -> tuple[str, str | None]:
    """Result and ErrorCondition."""
    told = response(reply)
    return str(told["Result"]), told.get("ErrorCondition")
