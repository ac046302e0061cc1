"""What a till is answered to TransactionStatus: the answer to an earlier request, with the header that it had."""

from pos_bridge.wire.nexo.fields import Fields
from pos_bridge.wire.nexo.loyalty_response import LoyaltyResponse
from pos_bridge.wire.nexo.payment_response import PaymentResponse, ReversalResponse
from pos_bridge.wire.nexo.request import MessageReference
from pos_bridge.wire.nexo.response import Header, Response


class RepeatedBody(Fields, frozen=True):
    """One of them: the answer to the request that was asked about."""

    payment_response: PaymentResponse | None = None
    reversal_response: ReversalResponse | None = None
    loyalty_response: LoyaltyResponse | None = None


class RepeatedMessageResponse(Fields, frozen=True):
    message_header: Header
    repeated_response_message_body: RepeatedBody


class TransactionStatusResponse(Fields, frozen=True):
    response: Response
    message_reference: MessageReference | None = None
    repeated_message_response: RepeatedMessageResponse | None = None
