"""What a till asks about points alone: an award for a sale that was paid, and its refund. For tills that send Payment
and Loyalty apart.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hw_sim.reply import Reply
from hw_sim.till import PROGRAMME, Till

Json = dict[str, Any]


def award(
    till: Till,
    amount: str,
    member: str | None,
    *,
    sale: str | None = None,
    transaction_id: str = "sale-1",
    loyalty: str | None = "Required",
    service_id: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Reply:
    """Count `amount` (dollars and cents, "10.00") for `member`. Blocks until it is answered.

    It is of the payment `sale` (Reply.transaction), or of the one that was made as `transaction_id`, of that amount.
    `extra` is laid over the LoyaltyTransaction.
    """
    transaction = _transaction("Award", amount, sale, extra)
    if loyalty is not None:
        transaction["TransactionConditions"] = {"LoyaltyHandling": loyalty, "AllowedLoyaltyBrand": [PROGRAMME]}
    body: Json = {"SaleData": _sale_data(transaction_id), "LoyaltyTransaction": transaction}
    if member is not None:
        account = {"EntryMode": ["Scanned"], "IdentificationType": "BarCode", "LoyaltyID": member}
        body["LoyaltyData"] = [{"LoyaltyAccountID": account}]
    return till.ask("Loyalty", body, service_id)


def award_refund(
    till: Till,
    sale: str,
    amount: str | None = None,
    *,
    transaction_id: str = "sale-1",
    service_id: str | None = None,
) -> Reply:
    """Take back the points of `sale`, whole or of `amount`. Blocks until it is answered."""
    body = {
        "SaleData": _sale_data(transaction_id),
        "LoyaltyTransaction": _transaction("AwardRefund", amount, sale, None),
    }
    return till.ask("Loyalty", body, service_id)


def points(answer: Reply) -> int | None:
    """What an answer says that was counted; None where it says nothing."""
    results = answer.body.get("LoyaltyResult")
    return None if not results else int(results[0]["LoyaltyAmount"]["AmountValue"])


def _transaction(kind: str, amount: str | None, sale: str | None, extra: Mapping[str, Any] | None) -> Json:
    transaction: Json = {"LoyaltyTransactionType": kind}
    if amount is not None:
        transaction |= {"Currency": "CAD", "TotalAmount": json.loads(amount)}
    if sale is not None:
        transaction["OriginalPOITransaction"] = {"POITransactionID": {"TransactionID": sale, "TimeStamp": _now()}}
    return transaction | dict(extra or {})


def _sale_data(transaction_id: str) -> Json:
    return {"SaleTransactionID": {"TransactionID": transaction_id, "TimeStamp": _now()}}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
