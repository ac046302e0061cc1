"""docs/nexo-subset.md, Every field: the rows are the schema's own fields, and what they promise of each is so.

A field that is added to a struct needs a row; what it promises is then tried by itself.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.pos_api.world import Clock, Store, more, result
from tests.wire.nexo.schema import HEADER, messages, rows
from tests.wire.nexo.shapes import (
    abort,
    award_refund,
    cash,
    original,
    payment,
    reconciliation,
    request,
    reversal,
    status,
    totals,
    with_field,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "nexo-subset.md"
VERDICTS = {"read", "dropped", "refused", "ignored"}
_ROW = re.compile(r"\| `(\w+)` \| (`.*?`) \| (\w+) \| .*\|")

# Where it takes a certain word to be refused.
SAYS: dict[str, object] = {"SaleData.TokenRequestedType": "Customer", "TrainingModeFlag": True}
_ORIGINAL, _ACCOUNT = (
    "PaymentRequest.PaymentTransaction.OriginalPOITransaction",
    {"LoyaltyAccountID": {"LoyaltyID": "1"}},
)
BASES = {
    "Payment": with_field(with_field(cash("5"), _ORIGINAL, original()), "PaymentRequest.LoyaltyData", [_ACCOUNT]),
    "Reversal": reversal(),
    "Abort": abort(),
    "TransactionStatus": status(),
    "GetTotals": totals(),
    "Reconciliation": reconciliation(),
    "Loyalty": with_field(award_refund("5"), "LoyaltyRequest.LoyaltyData", [{}]),
}


def table() -> list[tuple[str, str, str]]:
    """Message, field, verdict; a row of several fields taken apart."""
    text = DOCUMENT.read_text().partition("## Every field")[2]
    found = [
        (match[1], field.strip("`"), match[3])
        for match in map(_ROW.match, text.splitlines())
        if match is not None
        for field in _apart(match[2])
    ]
    assert len(found) > 100
    return found


def _apart(cell: str) -> list[str]:
    """`A.B, C, D`: the later ones stand where the first one stands, unless they say otherwise."""
    first, *others = cell.split(", ")
    place = first.strip("`").rpartition(".")[0]
    return [first, *(other if "." in other or not place else f"{place}.{other.strip('`')}" for other in others)]


TABLE = table()


@pytest.mark.parametrize("message", [HEADER, *messages()])
def test_each_field_of_the_schema_has_a_row(message):
    wanted = rows(None if message == HEADER else message)
    told = [field for of, field, verdict in TABLE if of == message and verdict != "ignored"]
    assert sorted(told) == sorted(wanted)
    ignored = {field for of, field, verdict in TABLE if of == message and verdict == "ignored"}
    assert not ignored & set(wanted)


def test_no_row_is_of_anything_else():
    assert {message for message, _, _ in TABLE} == {HEADER, *messages()}
    assert {verdict for _, _, verdict in TABLE} == VERDICTS


def of(verdict: str) -> list[tuple[str, str]]:
    return [(message, field) for message, field, said in TABLE if said == verdict and message in {*BASES, "Login"}]


def asked(message: str, field: str, value: object) -> Any:
    path = re.sub(r"\b(SaleItem|^LoyaltyData)\.", r"\1.0.", field)
    return with_field(BASES.get(message) or request(message, {}), f"{message}Request.{path}", value)


@pytest.mark.parametrize(("message", "field"), of("refused"))
def test_what_is_refused(store: Store, message, field):
    whole = asked(message, field, SAYS.get(field, 1))
    if field.endswith("AllowedPaymentBrand"):
        whole = with_field(payment(), f"{message}Request.{field}", ["visa"])
    assert result(store.ask(whole)) == ("Failure", "NotAllowed")
    assert store.desk.asks == []


@pytest.mark.parametrize(("message", "field"), of("dropped"))
def test_what_is_dropped(store: Store, message, field):
    assert more(store.ask(asked(message, field, "x")))["warning"] == "identity-dropped"


@pytest.mark.parametrize(("message", "field"), of("ignored"))
def test_what_is_ignored(store: Store, message, field, monkeypatch):
    """The answer is the same as without it, and so is the request under the same key."""
    monkeypatch.setattr(Clock, "__call__", lambda clock: clock.now)
    plain = BASES.get(message) or request(message, {})
    store.post(plain)  # a question about what never was closes it, and is answered otherwise from then on
    first = store.post(plain)
    again = store.post(asked(message, field, {"any": ["thing", 1, None]}))
    assert first == again
