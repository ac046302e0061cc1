"""What the tests of points share: what a member is told, questions about a request, and a desk that is slow."""

import asyncio
from typing import Any

from tests.pos_api.choosing import MEMBER
from tests.pos_api.world import Store
from tests.wire.nexo.shapes import status, with_field

POINTS = [
    {
        "LoyaltyAccount": {
            "LoyaltyAccountID": {"IdentificationType": "AccountNumber"},
            "LoyaltyBrand": "Chouchous",
        },
        "LoyaltyAmount": {"LoyaltyUnit": "Point", "AmountValue": 10},
    }
]


def points_status(service_id: str | None = "0207111104", **more: Any) -> dict[str, Any]:
    return status(service_id, "Loyalty", **more)


def reckoned(message: dict[str, Any], amount: dict[str, Any]) -> dict[str, Any]:
    """With the points that the till reckons with."""
    data = {"LoyaltyAccountID": {"LoyaltyID": MEMBER}, "LoyaltyAmount": amount}
    return with_field(message, "LoyaltyRequest.LoyaltyData", [data])


def hold_points(store: Store) -> None:
    async def hold() -> None:
        store.desk.points_door = asyncio.Event()

    store.run(hold())


def let_go(store: Store) -> None:
    assert store.desk.points_door is not None
    store._loop.call_soon_threadsafe(store.desk.points_door.set)
