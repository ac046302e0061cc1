"""The closed vocabularies of nexo's device messages: Display, Input, Print, EnableService, and of its events."""

from enum import Enum


class Device(Enum):
    """A logical device. The cashier's are the till's own: this terminal has none."""

    CASHIER_DISPLAY = "CashierDisplay"
    CUSTOMER_DISPLAY = "CustomerDisplay"
    CASHIER_INPUT = "CashierInput"
    CUSTOMER_INPUT = "CustomerInput"


class InfoQualify(Enum):
    STATUS = "Status"
    ERROR = "Error"
    DISPLAY = "Display"
    SOUND = "Sound"
    INPUT = "Input"
    POI_REPLICATION = "POIReplication"
    CUSTOMER_ASSISTANCE = "CustomerAssistance"
    RECEIPT = "Receipt"
    DOCUMENT = "Document"
    VOUCHER = "Voucher"


class OutputFormat(Enum):
    MESSAGE_REF = "MessageRef"
    TEXT = "Text"
    XHTML = "XHTML"
    BAR_CODE = "BarCode"


class Alignment(Enum):
    LEFT = "Left"
    RIGHT = "Right"
    CENTRED = "Centred"
    JUSTIFIED = "Justified"


class InputCommand(Enum):
    """The first two are asked; the others are typed, or watch keys, and are refused."""

    GET_CONFIRMATION = "GetConfirmation"
    GET_MENU_ENTRY = "GetMenuEntry"
    GET_ANY_KEY = "GetAnyKey"
    GET_FUNCTION_KEY = "GetFunctionKey"
    TEXT_STRING = "TextString"
    DIGIT_STRING = "DigitString"
    DECIMAL_STRING = "DecimalString"
    PASSWORD = "Password"  # noqa: S105 - nexo's name of a command
    SITE_MANAGER = "SiteManager"


class MenuEntryTag(Enum):
    SELECTABLE = "Selectable"
    NON_SELECTABLE = "NonSelectable"
    SUB_MENU = "SubMenu"
    NON_SELECTABLE_SUB_MENU = "NonSelectableSubMenu"


class DocumentQualifier(Enum):
    SALE_RECEIPT = "SaleReceipt"
    CASHIER_RECEIPT = "CashierReceipt"
    CUSTOMER_RECEIPT = "CustomerReceipt"
    DOCUMENT = "Document"
    VOUCHER = "Voucher"
    JOURNAL = "Journal"


class ResponseMode(Enum):
    NOT_REQUIRED = "NotRequired"
    IMMEDIATE = "Immediate"
    PRINT_END = "PrintEnd"
    SOUND_END = "SoundEnd"


class TransactionAction(Enum):
    START = "StartTransaction"
    ABORT = "AbortTransaction"


class ServiceEnabled(Enum):
    """What may follow a StartTransaction."""

    CARD_ACQUISITION = "CardAcquisition"
    PAYMENT = "Payment"
    LOYALTY = "Loyalty"
    STORED_VALUE = "StoredValue"
    BALANCE_INQUIRY = "BalanceInquiry"


class EventToNotify(Enum):
    """What a till is told of by itself; the rest of nexo's list does not happen here."""

    INITIALISED = "Initialised"
    SHUTDOWN = "Shutdown"
    OUT_OF_ORDER = "OutOfOrder"
    REJECT = "Reject"
