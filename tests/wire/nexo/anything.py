"""What a hostile till is made of: any JSON, every path of a message, and one message of each device."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from tests.wire.nexo.shapes import request

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def paths(value: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, item in value.items():
        yield prefix + key
        if isinstance(item, dict):
            yield from paths(item, f"{prefix}{key}.")


TEXT = {"OutputFormat": "Text", "OutputText": {"Text": "Bonjour", "EndOfLineFlag": True, "Alignment": "Left"}}
SHOWN = {"Device": "CustomerDisplay", "InfoQualify": "Display", "OutputContent": TEXT, "ResponseRequiredFlag": True}
ASKED = {"Device": "CustomerInput", "InfoQualify": "Input", "InputCommand": "GetMenuEntry", "MaxInputTime": 30}
ENTRY = {"MenuEntryTag": "Selectable", "OutputFormat": "Text", "OutputText": {"Text": "oui"}}
PRINTED = {"DocumentQualifier": "Document", "ResponseMode": "PrintEnd", "OutputContent": TEXT}
DEVICES = [
    request("Display", {"DisplayOutput": SHOWN}),
    request("Input", {"DisplayOutput": {**SHOWN, "MenuEntry": ENTRY}, "InputData": ASKED}),
    request("Print", {"PrintOutput": PRINTED}),
    request("EnableService", {"TransactionAction": "StartTransaction", "ServicesEnabled": "Payment"}),
]
