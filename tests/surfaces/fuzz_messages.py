"""Messages to fuzz an engine with: real ones and ones with every field, with any number of things wrong in them.

Each carries a mark of its own, wherever text was put: what is logged or told of a message can be found by it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from msgspec import inspect

from tests.wire.nexo import shapes
from tests.wire.nexo.by_hand import found, put, render
from tests.wire.nexo.mutations import one_mutation
from tests.wire.nexo.schema import HEADER, Place, example, messages, places

PREFIX = "zqx"  # of every mark; in no word of ours
# What names a message is repeated to the till, which looks it up by that; the rest never is.
_ECHOED = frozenset({HEADER, "SaleTransactionID", "MessageReference", "POITransactionID"})
_NOTHING_WRONG = 0.2
_RUINED = 0.1
_IN_HEADER = 0.1
_MARKED = 0.2
_ONCE_MORE = 0.05
_CARD = 0.04  # a payment by card keeps the reader until somebody takes it back
_REAL = (
    *(shapes.cash(), shapes.payment(), shapes.refund(), shapes.cash_refund("0.05"), shapes.reversal("5")),
    *(shapes.split("5", "5"), shapes.totals(), shapes.status(), shapes.status(None), shapes.abort()),
    *(shapes.request("Login", {"DateTime": "now"}), shapes.request("Diagnosis", {"HostDiagnosisFlag": False})),
    *(shapes.request(name, {}) for name in ("PIN", "CardReaderInit", "Admin", "StoredValue", "InputUpdate")),
)


@dataclass(frozen=True)
class Sent:
    """`mark` is in nothing that may come back; `whole`: the bytes are a document, whatever it says."""

    raw: bytes
    mark: str
    whole: bool


class Messages:
    """An endless supply for the terminal `poiid`; the same for the same seed."""

    def __init__(self, poiid: str, seed: int) -> None:
        self._chance = Random(seed)
        self._poiid = poiid
        self._run = f"{self._chance.randrange(16**4):04x}"
        self._count = 0
        self._before: Sent | None = None

    def next(self) -> Sent:
        if self._before is not None and self._chance.random() < _ONCE_MORE:
            return self._before
        self._count += 1
        mark = f"{PREFIX}{self._run}{self._count:07x}"
        message, category = self._base()
        message = _marked(message, mark)
        if self._chance.random() > _NOTHING_WRONG:
            for _ in range(self._chance.choice((1, 1, 1, 2, 3))):
                message = self._with_something_wrong(message, category, mark)
        raw = render(message)
        ruined = self._chance.random() < _RUINED
        self._before = Sent(self._ruined(raw) if ruined else raw, mark, not ruined)
        return self._before

    def _base(self) -> tuple[dict[str, Any], str]:
        if self._chance.random() < 0.5:
            category = self._chance.choice(messages())
            message = example(category)
        else:
            message = json.loads(shapes.encode(self._chance.choice(_REAL)))
            category = message["SaleToPOIRequest"][HEADER]["MessageCategory"]
        head = {"POIID": self._poiid, "ServiceID": f"{self._chance.randrange(16**10):010x}"}
        message = put(message, [HEADER], {**message["SaleToPOIRequest"][HEADER], **head})
        if category == "Payment" and self._chance.random() > _CARD:
            body = message["SaleToPOIRequest"]["PaymentRequest"]
            instrument = {"PaymentInstrumentData": {"PaymentInstrumentType": "Cash"}}
            kept = {key: value for key, value in (body.get("PaymentData") or {}).items() if key in _HARMLESS}
            message = put(message, ["PaymentRequest", "PaymentData"], {**kept, **instrument})
        return message, category

    def _with_something_wrong(self, message: dict[str, Any], category: str, mark: str) -> dict[str, Any]:
        """One thing of the table, at any place that is still there."""
        in_header = category not in messages() or self._chance.random() < _IN_HEADER
        place = self._chance.choice(places(None if in_header else category))
        try:
            found(message, place.path)
            if self._chance.random() < _MARKED:
                return put(message, place.path, _text(place, mark))
            return one_mutation(message, place, self._chance)
        except (LookupError, TypeError, AttributeError):
            return message  # it went with what was wrong before, or was never there

    def _ruined(self, raw: bytes) -> bytes:
        """Bytes changed, lost and doubled."""
        damaged, chance = bytearray(raw), self._chance
        for _ in range(chance.randint(1, 4)):
            at, kind = chance.randrange(max(1, len(damaged))), chance.randrange(3)
            if kind == 0:
                damaged[at : at + 1] = bytes([chance.randrange(256)])
            elif kind == 1:
                del damaged[at : at + chance.randint(1, 9)]
            else:
                damaged[at:at] = damaged[at : at + chance.randint(1, 40)]
        return bytes(damaged)


_HARMLESS = frozenset({"PaymentType", "SplitPaymentFlag"})


def _text(place: Place, mark: str) -> str:
    texts = [kind for kind in place.kinds if isinstance(kind, inspect.StrType)]
    most = texts[0].max_length if texts else None
    text = f"{PREFIX}echo" if _ECHOED & set(place.path) else mark
    return text[: most or 1000]


def _marked(value: Any, mark: str, path: Sequence[str] = ()) -> Any:
    """Every text of some length with the mark in it, and an unknown field with it in each object."""
    if _ECHOED & set(path):
        return value
    match value:
        case dict():
            marked = {name: _marked(part, mark, [*path, name]) for name, part in value.items()}
            return {**marked, f"X{mark}": mark} if path else marked
        case list():
            return [_marked(part, mark, path) for part in value]
        case str() if len(value) > 9:
            return f"{mark} {value}"
        case _:
            return value
