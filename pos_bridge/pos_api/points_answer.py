"""Points as nexo tells them: a LoyaltyResult of the programme, and nothing of the member."""

from pos_bridge.wire.nexo.loyalty_response import (
    IdentificationType,
    LoyaltyAccount,
    LoyaltyResult,
    LoyaltyUnit,
    ToldAccountID,
    ToldAmount,
)

_MEMBER = ToldAccountID(IdentificationType.ACCOUNT_NUMBER)


def loyalty_result(programme: str, points: int | None) -> tuple[LoyaltyResult, ...]:
    """None: nothing was counted, and nothing is told. No balance: it would not be the same when it is told again."""
    if points is None:
        return ()
    return (LoyaltyResult(LoyaltyAccount(_MEMBER, programme), ToldAmount(LoyaltyUnit.POINT, points)),)
