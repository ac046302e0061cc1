"""The closed vocabularies of nexo Sale to POI 3.0 and how its field names are spelled. No value here is the till's."""

import re
from enum import Enum

PROTOCOL_VERSION = "3.0"

_ACRONYMS = {"poi": "POI", "id": "ID", "poiid": "POIID", "ok": "OK"}


def spelled(name: str) -> str:
    """A Python name as nexo spells the field: `sale_to_poi_data` is SaleToPOIData, `sale_id` SaleID."""
    return "".join(_ACRONYMS.get(part, part[:1].upper() + part[1:]) for part in name.split("_"))


class Category(Enum):
    """Every MessageCategory that asks for an answer. An Event is a notification: it asks for none and is not here."""

    ABORT = "Abort"
    ADMIN = "Admin"
    BALANCE_INQUIRY = "BalanceInquiry"
    BATCH = "Batch"
    CARD_ACQUISITION = "CardAcquisition"
    CARD_READER_APDU = "CardReaderAPDU"
    CARD_READER_INIT = "CardReaderInit"
    CARD_READER_POWER_OFF = "CardReaderPowerOff"
    DIAGNOSIS = "Diagnosis"
    DISPLAY = "Display"
    ENABLE_SERVICE = "EnableService"
    GET_TOTALS = "GetTotals"
    INPUT = "Input"
    INPUT_UPDATE = "InputUpdate"
    LOGIN = "Login"
    LOGOUT = "Logout"
    LOYALTY = "Loyalty"
    PAYMENT = "Payment"
    PIN = "PIN"
    PRINT = "Print"
    RECONCILIATION = "Reconciliation"
    REVERSAL = "Reversal"
    SOUND = "Sound"
    STORED_VALUE = "StoredValue"
    TRANSACTION_STATUS = "TransactionStatus"
    TRANSMIT = "Transmit"


class Result(Enum):
    SUCCESS = "Success"
    PARTIAL = "Partial"
    FAILURE = "Failure"


class ErrorCondition(Enum):
    """A closed list: a client's own enumeration breaks on any other word."""

    ABORTED = "Aborted"
    BUSY = "Busy"
    CANCEL = "Cancel"
    DEVICE_OUT = "DeviceOut"
    IN_PROGRESS = "InProgress"
    INSERTED_CARD = "InsertedCard"
    INVALID_CARD = "InvalidCard"
    LOGGED_OUT = "LoggedOut"
    MESSAGE_FORMAT = "MessageFormat"
    NOT_ALLOWED = "NotAllowed"
    NOT_FOUND = "NotFound"
    PAYMENT_RESTRICTION = "PaymentRestriction"
    REFUSAL = "Refusal"
    UNAVAILABLE_DEVICE = "UnavailableDevice"
    UNAVAILABLE_SERVICE = "UnavailableService"
    UNREACHABLE_HOST = "UnreachableHost"
    WRONG_PIN = "WrongPIN"


class PaymentType(Enum):
    NORMAL = "Normal"
    REFUND = "Refund"
    ONE_TIME_RESERVATION = "OneTimeReservation"
    FIRST_RESERVATION = "FirstReservation"
    UPDATE_RESERVATION = "UpdateReservation"
    COMPLETION = "Completion"
    CASH_ADVANCE = "CashAdvance"
    CASH_DEPOSIT = "CashDeposit"
    RECURRING = "Recurring"
    INSTALMENT = "Instalment"
    ISSUER_INSTALMENT = "IssuerInstalment"
    PAID_OUT = "PaidOut"


class InstrumentType(Enum):
    """What pays: PaymentInstrumentData.PaymentInstrumentType."""

    CARD = "Card"
    CASH = "Cash"
    CHECK = "Check"
    MOBILE = "Mobile"
    STORED_VALUE = "StoredValue"


class ReconciliationType(Enum):
    """Whose books are closed: ReconciliationRequest.ReconciliationType."""

    SALE = "SaleReconciliation"
    ACQUIRER_SYNCHRONISATION = "AcquirerSynchronisation"
    ACQUIRER = "AcquirerReconciliation"
    PREVIOUS = "PreviousReconciliation"


class TransactionType(Enum):
    """Which way the money of a total went; the rest of nexo's list is of services that are not offered."""

    DEBIT = "Debit"
    CREDIT = "Credit"
    REVERSE_DEBIT = "ReverseDebit"  # a debit of an earlier day that was taken back
    REVERSE_CREDIT = "ReverseCredit"


# ReversalReason is an open word: a till says one of four, and two of them say that it could not end a payment.
COULD_NOT_COMPLETE = frozenset({"Malfunction", "Unable2Compl"})

# The name of a field as an error may print it: parts of our own schema, never of the message.
FIELD_PATH = re.compile(r"\A[A-Za-z]+(?:\[\])?(?:\.[A-Za-z]+(?:\[\])?)*\Z")
