"""Answers as bytes: nexo's names, numbers as numbers, and no way to say what must not be said."""

import json

import pytest

from pos_bridge.wire.nexo.amounts import units
from pos_bridge.wire.nexo.decode import Message, decode
from pos_bridge.wire.nexo.encode import _ENCODER
from pos_bridge.wire.nexo.encode import encode as encode_answer
from pos_bridge.wire.nexo.pairs import encode_pairs
from pos_bridge.wire.nexo.payment_response import (
    MASK,
    AmountsResp,
    CardData,
    OutputContent,
    PaymentInstrumentData,
    PaymentReceipt,
    PaymentResult,
    ReversalResponse,
)
from pos_bridge.wire.nexo.request import OriginalPOITransaction, TransactionID
from pos_bridge.wire.nexo.response import Plain, PoiData, Response, header_of_answer
from pos_bridge.wire.nexo.totals_response import PaymentTotals, ReconciliationResponse, TransactionTotals
from pos_bridge.wire.nexo.words import (
    Category,
    ErrorCondition,
    InstrumentType,
    PaymentType,
    ReconciliationType,
    Result,
    TransactionType,
    spelled,
)
from tests.wire.nexo.shapes import encode, payment, with_field


def test_names_are_spelled_as_nexo_spells_them():
    names = {
        "sale_to_poi_request": "SaleToPOIRequest", "sale_id": "SaleID", "poiid": "POIID", "poi_data": "POIData",
        "poi_transaction_id": "POITransactionID", "masked_pan": "MaskedPan", "merchant_id": "MerchantID",
        "acquirer_poiid": "AcquirerPOIID", "card_reader_ok_flag": "CardReaderOKFlag", "ean_upc": "EanUpc",
        "amounts_resp": "AmountsResp", "poi_capabilities": "POICapabilities", "time_stamp": "TimeStamp",
    }  # fmt: skip
    assert {name: spelled(name) for name in names} == names


def test_an_answer_repeats_the_header_and_wraps_the_body_by_its_category():
    message = decode(encode(with_field(payment(), "MessageHeader.DeviceID", "dev 1")))
    assert isinstance(message, Message)
    body = Plain(Response(Result.FAILURE, ErrorCondition.BUSY, "a=b"))
    told = json.loads(encode_answer(header_of_answer(message.header), Category.REVERSAL, body))
    assert told == {
        "SaleToPOIResponse": {
            "MessageHeader": {
                "ProtocolVersion": "3.0",
                "MessageClass": "Service",
                "MessageCategory": "Payment",
                "MessageType": "Response",
                "ServiceID": "0207111104",
                "SaleID": "Caisse 3 (étage)",
                "POIID": "P400-123456789",
                "DeviceID": "dev 1",
            },
            "ReversalResponse": {
                "Response": {"Result": "Failure", "ErrorCondition": "Busy", "AdditionalResponse": "a=b"}
            },
        },
    }


def test_amounts_are_json_numbers_with_two_places():
    body = PaymentResult(
        PaymentType.NORMAL,
        PaymentInstrumentData(InstrumentType.CASH),
        AmountsResp("CAD", units(1000)),
        online_flag=False,
    )
    assert b'"AuthorizedAmount":10.00}' in _ENCODER.encode(body)
    assert b'"OnlineFlag":false' in _ENCODER.encode(body)


def test_an_error_condition_stands_exactly_where_it_is_not_a_success():
    with pytest.raises(ValueError, match="exactly then"):
        Response(Result.SUCCESS, ErrorCondition.BUSY)
    with pytest.raises(ValueError, match="exactly then"):
        Response(Result.PARTIAL)


def test_no_more_than_four_digits_of_a_card_can_be_answered():
    CardData("visa", MASK + "5119", ("MagStripe",))
    for number in ("4921817844445119", "492181******5119", "*" * 11 + "45119", "5119"):
        with pytest.raises(ValueError, match="last four"):
            CardData("visa", number, ("MagStripe",))


def test_pairs_are_percent_encoded():
    assert encode_pairs([("a b", "c&d=é"), ("x", "12,34 $")]) == "a%20b=c%26d%3D%C3%A9&x=12%2C34%20%24"


def test_a_reversal_and_totals_have_nexos_names_and_numbers():
    named = OriginalPOITransaction(TransactionID("a", "b"))
    receipt = PaymentReceipt("CashierReceipt", required_signature_flag=False, output_content=OutputContent("Text", ()))
    success = Response(Result.SUCCESS)
    back = ReversalResponse(success, PoiData(TransactionID("k", "t")), (receipt,), named, units(500))
    told = json.loads(_ENCODER.encode(back))
    assert set(told) == {"Response", "POIData", "PaymentReceipt", "OriginalPOITransaction", "ReversedAmount"}
    assert b'"ReversedAmount":5.00' in _ENCODER.encode(back)
    one = PaymentTotals(TransactionType.DEBIT, 0, units(0))
    day = TransactionTotals(InstrumentType.CARD, "CAD", (one,))
    whole = ReconciliationResponse(success, ReconciliationType.SALE, "0", (day,))
    assert json.loads(_ENCODER.encode(whole)) == {
        "Response": {"Result": "Success"},
        "ReconciliationType": "SaleReconciliation",
        "POIReconciliationID": "0",
        "TransactionTotals": [
            {
                "PaymentInstrumentType": "Card",
                "PaymentCurrency": "CAD",
                "PaymentTotals": [{"TransactionType": "Debit", "TransactionCount": 0, "TransactionAmount": 0.00}],
            }
        ],
    }
