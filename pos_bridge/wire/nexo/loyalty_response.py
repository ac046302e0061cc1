"""What a till is told of a member's points. There is no field for the member's number: none can be answered."""

from enum import Enum

from pos_bridge.wire.nexo.fields import Fields
from pos_bridge.wire.nexo.response import PoiData, Response, SaleData


class LoyaltyUnit(Enum):
    POINT = "Point"


class IdentificationType(Enum):
    """How a member is known: LoyaltyAccountID.IdentificationType."""

    ACCOUNT_NUMBER = "AccountNumber"


class ToldAccountID(Fields, frozen=True):
    """LoyaltyAccountID of an answer: which kind of number it is, without the number."""

    identification_type: IdentificationType


class LoyaltyAccount(Fields, frozen=True):
    loyalty_account_id: ToldAccountID
    loyalty_brand: str


class ToldAmount(Fields, frozen=True):
    """LoyaltyAmount of an answer: points that were given, or taken back."""

    loyalty_unit: LoyaltyUnit
    amount_value: int


class LoyaltyResult(Fields, frozen=True):
    """What one sale gave a member, or what was taken back of it."""

    loyalty_account: LoyaltyAccount
    loyalty_amount: ToldAmount


class LoyaltyResponse(Fields, frozen=True):
    """Of an award or its refund. `poi_data` names the sale that they are of."""

    response: Response
    poi_data: PoiData
    sale_data: SaleData | None = None
    loyalty_result: tuple[LoyaltyResult, ...] = ()
