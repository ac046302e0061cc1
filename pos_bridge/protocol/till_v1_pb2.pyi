from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Tender(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TENDER_UNSPECIFIED: _ClassVar[Tender]
    TENDER_CARD: _ClassVar[Tender]
    TENDER_CASH: _ClassVar[Tender]

class Language(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LANGUAGE_UNSPECIFIED: _ClassVar[Language]
    LANGUAGE_FR: _ClassVar[Language]
    LANGUAGE_EN: _ClassVar[Language]

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAGE_UNSPECIFIED: _ClassVar[Stage]
    STAGE_PREPARING: _ClassVar[Stage]
    STAGE_PRESENT_CARD: _ClassVar[Stage]
    STAGE_PRESENT_AGAIN: _ClassVar[Stage]
    STAGE_USE_CHIP: _ClassVar[Stage]
    STAGE_CARD_IN: _ClassVar[Stage]
    STAGE_AUTHORISING: _ClassVar[Stage]
    STAGE_REMOVE_CARD: _ClassVar[Stage]
    STAGE_SWIPE: _ClassVar[Stage]

class Result(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESULT_UNSPECIFIED: _ClassVar[Result]
    RESULT_APPROVED: _ClassVar[Result]
    RESULT_GIVEN_BACK: _ClassVar[Result]
    RESULT_REFUSED: _ClassVar[Result]
    RESULT_NOT_KNOWN_YET: _ClassVar[Result]
    RESULT_BUSY: _ClassVar[Result]
    RESULT_CONTRADICTION: _ClassVar[Result]
    RESULT_NEVER_SEEN: _ClassVar[Result]
    RESULT_CLOSED: _ClassVar[Result]
    RESULT_NOT_RECORDABLE: _ClassVar[Result]
    RESULT_PAID_BEFORE: _ClassVar[Result]
    RESULT_NO_SUCH: _ClassVar[Result]

class Purpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PURPOSE_UNSPECIFIED: _ClassVar[Purpose]
    PURPOSE_PROGRAMME: _ClassVar[Purpose]
    PURPOSE_DELIVERY: _ClassVar[Purpose]
    PURPOSE_ORDER_TRACKING: _ClassVar[Purpose]
    PURPOSE_RETURN_TRACKING: _ClassVar[Purpose]
    PURPOSE_OFFERS: _ClassVar[Purpose]
    PURPOSE_CONTACT: _ClassVar[Purpose]

class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANNEL_UNSPECIFIED: _ClassVar[Channel]
    CHANNEL_TILL: _ClassVar[Channel]
    CHANNEL_WEB: _ClassVar[Channel]
    CHANNEL_MAIL: _ClassVar[Channel]
    CHANNEL_TELEPHONE: _ClassVar[Channel]

class GivenBy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GIVEN_BY_UNSPECIFIED: _ClassVar[GivenBy]
    GIVEN_BY_SELF: _ClassVar[GivenBy]
    GIVEN_BY_PARENT: _ClassVar[GivenBy]

class Right(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RIGHT_UNSPECIFIED: _ClassVar[Right]
    RIGHT_ACCESS: _ClassVar[Right]
    RIGHT_RECTIFY: _ClassVar[Right]
    RIGHT_WITHDRAW: _ClassVar[Right]
    RIGHT_ERASE: _ClassVar[Right]

class Refusal(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUSAL_UNSPECIFIED: _ClassVar[Refusal]
    REFUSAL_NOT_VERIFIED: _ClassVar[Refusal]
    REFUSAL_OF_ANOTHER: _ClassVar[Refusal]
    REFUSAL_LAW: _ClassVar[Refusal]
    REFUSAL_WRONG_AS_ASKED: _ClassVar[Refusal]

class PersonResult(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERSON_RESULT_UNSPECIFIED: _ClassVar[PersonResult]
    PERSON_RESULT_DONE: _ClassVar[PersonResult]
    PERSON_RESULT_REFUSED: _ClassVar[PersonResult]
    PERSON_RESULT_UNUSABLE: _ClassVar[PersonResult]
TENDER_UNSPECIFIED: Tender
TENDER_CARD: Tender
TENDER_CASH: Tender
LANGUAGE_UNSPECIFIED: Language
LANGUAGE_FR: Language
LANGUAGE_EN: Language
STAGE_UNSPECIFIED: Stage
STAGE_PREPARING: Stage
STAGE_PRESENT_CARD: Stage
STAGE_PRESENT_AGAIN: Stage
STAGE_USE_CHIP: Stage
STAGE_CARD_IN: Stage
STAGE_AUTHORISING: Stage
STAGE_REMOVE_CARD: Stage
STAGE_SWIPE: Stage
RESULT_UNSPECIFIED: Result
RESULT_APPROVED: Result
RESULT_GIVEN_BACK: Result
RESULT_REFUSED: Result
RESULT_NOT_KNOWN_YET: Result
RESULT_BUSY: Result
RESULT_CONTRADICTION: Result
RESULT_NEVER_SEEN: Result
RESULT_CLOSED: Result
RESULT_NOT_RECORDABLE: Result
RESULT_PAID_BEFORE: Result
RESULT_NO_SUCH: Result
PURPOSE_UNSPECIFIED: Purpose
PURPOSE_PROGRAMME: Purpose
PURPOSE_DELIVERY: Purpose
PURPOSE_ORDER_TRACKING: Purpose
PURPOSE_RETURN_TRACKING: Purpose
PURPOSE_OFFERS: Purpose
PURPOSE_CONTACT: Purpose
CHANNEL_UNSPECIFIED: Channel
CHANNEL_TILL: Channel
CHANNEL_WEB: Channel
CHANNEL_MAIL: Channel
CHANNEL_TELEPHONE: Channel
GIVEN_BY_UNSPECIFIED: GivenBy
GIVEN_BY_SELF: GivenBy
GIVEN_BY_PARENT: GivenBy
RIGHT_UNSPECIFIED: Right
RIGHT_ACCESS: Right
RIGHT_RECTIFY: Right
RIGHT_WITHDRAW: Right
RIGHT_ERASE: Right
REFUSAL_UNSPECIFIED: Refusal
REFUSAL_NOT_VERIFIED: Refusal
REFUSAL_OF_ANOTHER: Refusal
REFUSAL_LAW: Refusal
REFUSAL_WRONG_AS_ASKED: Refusal
PERSON_RESULT_UNSPECIFIED: PersonResult
PERSON_RESULT_DONE: PersonResult
PERSON_RESULT_REFUSED: PersonResult
PERSON_RESULT_UNUSABLE: PersonResult

class PayRequest(_message.Message):
    __slots__ = ("request_id", "cents", "tender", "reference", "order", "partial_ok", "confirm_within_s", "split", "choices", "language", "customer_language")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CENTS_FIELD_NUMBER: _ClassVar[int]
    TENDER_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_OK_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_WITHIN_S_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    request_id: bytes
    cents: int
    tender: Tender
    reference: str
    order: bytes
    partial_ok: bool
    confirm_within_s: int
    split: Split
    choices: _containers.RepeatedCompositeFieldContainer[Choice]
    language: Language
    customer_language: Language
    def __init__(self, request_id: _Optional[bytes] = ..., cents: _Optional[int] = ..., tender: _Optional[_Union[Tender, str]] = ..., reference: _Optional[str] = ..., order: _Optional[bytes] = ..., partial_ok: _Optional[bool] = ..., confirm_within_s: _Optional[int] = ..., split: _Optional[_Union[Split, _Mapping]] = ..., choices: _Optional[_Iterable[_Union[Choice, _Mapping]]] = ..., language: _Optional[_Union[Language, str]] = ..., customer_language: _Optional[_Union[Language, str]] = ...) -> None: ...

class Split(_message.Message):
    __slots__ = ("paid_cents", "due_cents")
    PAID_CENTS_FIELD_NUMBER: _ClassVar[int]
    DUE_CENTS_FIELD_NUMBER: _ClassVar[int]
    paid_cents: int
    due_cents: int
    def __init__(self, paid_cents: _Optional[int] = ..., due_cents: _Optional[int] = ...) -> None: ...

class RefundRequest(_message.Message):
    __slots__ = ("request_id", "cents", "tender", "sale_key", "order", "language", "reference", "customer_language", "supervisor", "supervisor_password")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CENTS_FIELD_NUMBER: _ClassVar[int]
    TENDER_FIELD_NUMBER: _ClassVar[int]
    SALE_KEY_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    SUPERVISOR_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    request_id: bytes
    cents: int
    tender: Tender
    sale_key: str
    order: bytes
    language: Language
    reference: str
    customer_language: Language
    supervisor: int
    supervisor_password: str
    def __init__(self, request_id: _Optional[bytes] = ..., cents: _Optional[int] = ..., tender: _Optional[_Union[Tender, str]] = ..., sale_key: _Optional[str] = ..., order: _Optional[bytes] = ..., language: _Optional[_Union[Language, str]] = ..., reference: _Optional[str] = ..., customer_language: _Optional[_Union[Language, str]] = ..., supervisor: _Optional[int] = ..., supervisor_password: _Optional[str] = ...) -> None: ...

class GiveBackRequest(_message.Message):
    __slots__ = ("request_id", "sale_key", "cents", "void_only", "order", "language", "customer_language")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SALE_KEY_FIELD_NUMBER: _ClassVar[int]
    CENTS_FIELD_NUMBER: _ClassVar[int]
    VOID_ONLY_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    request_id: bytes
    sale_key: str
    cents: int
    void_only: bool
    order: bytes
    language: Language
    customer_language: Language
    def __init__(self, request_id: _Optional[bytes] = ..., sale_key: _Optional[str] = ..., cents: _Optional[int] = ..., void_only: _Optional[bool] = ..., order: _Optional[bytes] = ..., language: _Optional[_Union[Language, str]] = ..., customer_language: _Optional[_Union[Language, str]] = ...) -> None: ...

class PaymentKey(_message.Message):
    __slots__ = ("key", "language")
    KEY_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    key: str
    language: Language
    def __init__(self, key: _Optional[str] = ..., language: _Optional[_Union[Language, str]] = ...) -> None: ...

class RequestName(_message.Message):
    __slots__ = ("request_id", "language")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    request_id: bytes
    language: Language
    def __init__(self, request_id: _Optional[bytes] = ..., language: _Optional[_Union[Language, str]] = ...) -> None: ...

class BasketReference(_message.Message):
    __slots__ = ("reference", "language")
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    reference: str
    language: Language
    def __init__(self, reference: _Optional[str] = ..., language: _Optional[_Union[Language, str]] = ...) -> None: ...

class MoveUpdate(_message.Message):
    __slots__ = ("progress", "outcome")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    outcome: Outcome
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., outcome: _Optional[_Union[Outcome, _Mapping]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("stage", "text")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    stage: Stage
    text: str
    def __init__(self, stage: _Optional[_Union[Stage, str]] = ..., text: _Optional[str] = ...) -> None: ...

class Outcome(_message.Message):
    __slots__ = ("result", "key", "cents", "cash_cents", "remaining_cents", "confirm", "cause", "text_fr", "text_en", "card", "known", "identity_dropped", "receipts")
    RESULT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    CENTS_FIELD_NUMBER: _ClassVar[int]
    CASH_CENTS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_CENTS_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FR_FIELD_NUMBER: _ClassVar[int]
    TEXT_EN_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_DROPPED_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    result: Result
    key: str
    cents: int
    cash_cents: int
    remaining_cents: int
    confirm: bool
    cause: str
    text_fr: str
    text_en: str
    card: Card
    known: Known
    identity_dropped: bool
    receipts: _containers.RepeatedCompositeFieldContainer[Receipt]
    def __init__(self, result: _Optional[_Union[Result, str]] = ..., key: _Optional[str] = ..., cents: _Optional[int] = ..., cash_cents: _Optional[int] = ..., remaining_cents: _Optional[int] = ..., confirm: _Optional[bool] = ..., cause: _Optional[str] = ..., text_fr: _Optional[str] = ..., text_en: _Optional[str] = ..., card: _Optional[_Union[Card, _Mapping]] = ..., known: _Optional[_Union[Known, _Mapping]] = ..., identity_dropped: _Optional[bool] = ..., receipts: _Optional[_Iterable[_Union[Receipt, _Mapping]]] = ...) -> None: ...

class Receipt(_message.Message):
    __slots__ = ("for_customer", "to_sign", "lines")
    FOR_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    TO_SIGN_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    for_customer: bool
    to_sign: bool
    lines: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, for_customer: _Optional[bool] = ..., to_sign: _Optional[bool] = ..., lines: _Optional[_Iterable[str]] = ...) -> None: ...

class Card(_message.Message):
    __slots__ = ("brand", "last_four", "entry_mode", "approval_code")
    BRAND_FIELD_NUMBER: _ClassVar[int]
    LAST_FOUR_FIELD_NUMBER: _ClassVar[int]
    ENTRY_MODE_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_CODE_FIELD_NUMBER: _ClassVar[int]
    brand: str
    last_four: str
    entry_mode: str
    approval_code: str
    def __init__(self, brand: _Optional[str] = ..., last_four: _Optional[str] = ..., entry_mode: _Optional[str] = ..., approval_code: _Optional[str] = ...) -> None: ...

class Known(_message.Message):
    __slots__ = ("chouchous", "home_delivery", "points", "not_kept", "not_known")
    CHOUCHOUS_FIELD_NUMBER: _ClassVar[int]
    HOME_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    NOT_KEPT_FIELD_NUMBER: _ClassVar[int]
    NOT_KNOWN_FIELD_NUMBER: _ClassVar[int]
    chouchous: bool
    home_delivery: bool
    points: int
    not_kept: bool
    not_known: bool
    def __init__(self, chouchous: _Optional[bool] = ..., home_delivery: _Optional[bool] = ..., points: _Optional[int] = ..., not_kept: _Optional[bool] = ..., not_known: _Optional[bool] = ...) -> None: ...

class BasketAnswer(_message.Message):
    __slots__ = ("result", "cash", "open_legs", "cause", "text_fr", "text_en")
    RESULT_FIELD_NUMBER: _ClassVar[int]
    CASH_FIELD_NUMBER: _ClassVar[int]
    OPEN_LEGS_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FR_FIELD_NUMBER: _ClassVar[int]
    TEXT_EN_FIELD_NUMBER: _ClassVar[int]
    result: Result
    cash: _containers.RepeatedCompositeFieldContainer[CashBack]
    open_legs: int
    cause: str
    text_fr: str
    text_en: str
    def __init__(self, result: _Optional[_Union[Result, str]] = ..., cash: _Optional[_Iterable[_Union[CashBack, _Mapping]]] = ..., open_legs: _Optional[int] = ..., cause: _Optional[str] = ..., text_fr: _Optional[str] = ..., text_en: _Optional[str] = ...) -> None: ...

class CashBack(_message.Message):
    __slots__ = ("key", "cents", "cash_cents")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CENTS_FIELD_NUMBER: _ClassVar[int]
    CASH_CENTS_FIELD_NUMBER: _ClassVar[int]
    key: str
    cents: int
    cash_cents: int
    def __init__(self, key: _Optional[str] = ..., cents: _Optional[int] = ..., cash_cents: _Optional[int] = ...) -> None: ...

class Aborted(_message.Message):
    __slots__ = ("withdrawn",)
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    withdrawn: bool
    def __init__(self, withdrawn: _Optional[bool] = ...) -> None: ...

class HealthRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Health(_message.Message):
    __slots__ = ("processor_reachable", "journal_writable", "readers")
    PROCESSOR_REACHABLE_FIELD_NUMBER: _ClassVar[int]
    JOURNAL_WRITABLE_FIELD_NUMBER: _ClassVar[int]
    READERS_FIELD_NUMBER: _ClassVar[int]
    processor_reachable: bool
    journal_writable: bool
    readers: _containers.RepeatedCompositeFieldContainer[ReaderHealth]
    def __init__(self, processor_reachable: _Optional[bool] = ..., journal_writable: _Optional[bool] = ..., readers: _Optional[_Iterable[_Union[ReaderHealth, _Mapping]]] = ...) -> None: ...

class ReaderHealth(_message.Message):
    __slots__ = ("name", "there")
    NAME_FIELD_NUMBER: _ClassVar[int]
    THERE_FIELD_NUMBER: _ClassVar[int]
    name: str
    there: bool
    def __init__(self, name: _Optional[str] = ..., there: _Optional[bool] = ...) -> None: ...

class PrivacyReceipt(_message.Message):
    __slots__ = ("found", "lines_fr", "lines_en", "known")
    FOUND_FIELD_NUMBER: _ClassVar[int]
    LINES_FR_FIELD_NUMBER: _ClassVar[int]
    LINES_EN_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    found: bool
    lines_fr: _containers.RepeatedScalarFieldContainer[str]
    lines_en: _containers.RepeatedScalarFieldContainer[str]
    known: Known
    def __init__(self, found: _Optional[bool] = ..., lines_fr: _Optional[_Iterable[str]] = ..., lines_en: _Optional[_Iterable[str]] = ..., known: _Optional[_Union[Known, _Mapping]] = ...) -> None: ...

class Choice(_message.Message):
    __slots__ = ("chouchous", "home_delivery")
    CHOUCHOUS_FIELD_NUMBER: _ClassVar[int]
    HOME_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    chouchous: str
    home_delivery: str
    def __init__(self, chouchous: _Optional[str] = ..., home_delivery: _Optional[str] = ...) -> None: ...

class Consent(_message.Message):
    __slots__ = ("text_version", "language", "channel", "purposes", "by")
    TEXT_VERSION_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    text_version: str
    language: Language
    channel: Channel
    purposes: _containers.RepeatedScalarFieldContainer[Purpose]
    by: GivenBy
    def __init__(self, text_version: _Optional[str] = ..., language: _Optional[_Union[Language, str]] = ..., channel: _Optional[_Union[Channel, str]] = ..., purposes: _Optional[_Iterable[_Union[Purpose, str]]] = ..., by: _Optional[_Union[GivenBy, str]] = ...) -> None: ...

class Details(_message.Message):
    __slots__ = ("last_name", "first_name", "street", "city", "province", "postal_code", "country", "email", "phone", "child_size", "child_month")
    LAST_NAME_FIELD_NUMBER: _ClassVar[int]
    FIRST_NAME_FIELD_NUMBER: _ClassVar[int]
    STREET_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    PROVINCE_FIELD_NUMBER: _ClassVar[int]
    POSTAL_CODE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    CHILD_SIZE_FIELD_NUMBER: _ClassVar[int]
    CHILD_MONTH_FIELD_NUMBER: _ClassVar[int]
    last_name: str
    first_name: str
    street: str
    city: str
    province: str
    postal_code: str
    country: str
    email: str
    phone: str
    child_size: str
    child_month: str
    def __init__(self, last_name: _Optional[str] = ..., first_name: _Optional[str] = ..., street: _Optional[str] = ..., city: _Optional[str] = ..., province: _Optional[str] = ..., postal_code: _Optional[str] = ..., country: _Optional[str] = ..., email: _Optional[str] = ..., phone: _Optional[str] = ..., child_size: _Optional[str] = ..., child_month: _Optional[str] = ...) -> None: ...

class EnrolRequest(_message.Message):
    __slots__ = ("operator", "member", "details", "consents", "child_until")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    CHILD_UNTIL_FIELD_NUMBER: _ClassVar[int]
    operator: int
    member: str
    details: Details
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    child_until: str
    def __init__(self, operator: _Optional[int] = ..., member: _Optional[str] = ..., details: _Optional[_Union[Details, _Mapping]] = ..., consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., child_until: _Optional[str] = ...) -> None: ...

class DeliveryRequest(_message.Message):
    __slots__ = ("operator", "order", "details", "consents", "recipient", "expected")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    operator: int
    order: str
    details: Details
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    recipient: bool
    expected: str
    def __init__(self, operator: _Optional[int] = ..., order: _Optional[str] = ..., details: _Optional[_Union[Details, _Mapping]] = ..., consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., recipient: _Optional[bool] = ..., expected: _Optional[str] = ...) -> None: ...

class LookUpRequest(_message.Message):
    __slots__ = ("operator", "person", "purpose")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    operator: int
    person: Choice
    purpose: Purpose
    def __init__(self, operator: _Optional[int] = ..., person: _Optional[_Union[Choice, _Mapping]] = ..., purpose: _Optional[_Union[Purpose, str]] = ...) -> None: ...

class WithdrawRequest(_message.Message):
    __slots__ = ("operator", "person", "purposes", "channel", "password")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    operator: int
    person: Choice
    purposes: _containers.RepeatedScalarFieldContainer[Purpose]
    channel: Channel
    password: str
    def __init__(self, operator: _Optional[int] = ..., person: _Optional[_Union[Choice, _Mapping]] = ..., purposes: _Optional[_Iterable[_Union[Purpose, str]]] = ..., channel: _Optional[_Union[Channel, str]] = ..., password: _Optional[str] = ...) -> None: ...

class PersonRequest(_message.Message):
    __slots__ = ("operator", "person", "password")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    operator: int
    person: Choice
    password: str
    def __init__(self, operator: _Optional[int] = ..., person: _Optional[_Union[Choice, _Mapping]] = ..., password: _Optional[str] = ...) -> None: ...

class RectifyRequest(_message.Message):
    __slots__ = ("operator", "person", "set", "clear", "password")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    SET_FIELD_NUMBER: _ClassVar[int]
    CLEAR_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    operator: int
    person: Choice
    set: Details
    clear: _containers.RepeatedScalarFieldContainer[str]
    password: str
    def __init__(self, operator: _Optional[int] = ..., person: _Optional[_Union[Choice, _Mapping]] = ..., set: _Optional[_Union[Details, _Mapping]] = ..., clear: _Optional[_Iterable[str]] = ..., password: _Optional[str] = ...) -> None: ...

class ReceiveRequest(_message.Message):
    __slots__ = ("operator", "person", "right", "received", "password")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    operator: int
    person: Choice
    right: Right
    received: str
    password: str
    def __init__(self, operator: _Optional[int] = ..., person: _Optional[_Union[Choice, _Mapping]] = ..., right: _Optional[_Union[Right, str]] = ..., received: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class RefuseRequest(_message.Message):
    __slots__ = ("operator", "person", "right", "refusal", "password")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    operator: int
    person: Choice
    right: Right
    refusal: Refusal
    password: str
    def __init__(self, operator: _Optional[int] = ..., person: _Optional[_Union[Choice, _Mapping]] = ..., right: _Optional[_Union[Right, str]] = ..., refusal: _Optional[_Union[Refusal, str]] = ..., password: _Optional[str] = ...) -> None: ...

class ListDueRequest(_message.Message):
    __slots__ = ("operator", "password")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    operator: int
    password: str
    def __init__(self, operator: _Optional[int] = ..., password: _Optional[str] = ...) -> None: ...

class PersonAnswer(_message.Message):
    __slots__ = ("result", "cause", "text_fr", "text_en", "field", "details", "in_force")
    RESULT_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FR_FIELD_NUMBER: _ClassVar[int]
    TEXT_EN_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    result: PersonResult
    cause: str
    text_fr: str
    text_en: str
    field: str
    details: Details
    in_force: _containers.RepeatedScalarFieldContainer[Purpose]
    def __init__(self, result: _Optional[_Union[PersonResult, str]] = ..., cause: _Optional[str] = ..., text_fr: _Optional[str] = ..., text_en: _Optional[str] = ..., field: _Optional[str] = ..., details: _Optional[_Union[Details, _Mapping]] = ..., in_force: _Optional[_Iterable[_Union[Purpose, str]]] = ...) -> None: ...

class AccessAnswer(_message.Message):
    __slots__ = ("result", "cause", "text_fr", "text_en", "json", "page_fr", "page_en")
    RESULT_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FR_FIELD_NUMBER: _ClassVar[int]
    TEXT_EN_FIELD_NUMBER: _ClassVar[int]
    JSON_FIELD_NUMBER: _ClassVar[int]
    PAGE_FR_FIELD_NUMBER: _ClassVar[int]
    PAGE_EN_FIELD_NUMBER: _ClassVar[int]
    result: PersonResult
    cause: str
    text_fr: str
    text_en: str
    json: bytes
    page_fr: bytes
    page_en: bytes
    def __init__(self, result: _Optional[_Union[PersonResult, str]] = ..., cause: _Optional[str] = ..., text_fr: _Optional[str] = ..., text_en: _Optional[str] = ..., json: _Optional[bytes] = ..., page_fr: _Optional[bytes] = ..., page_en: _Optional[bytes] = ...) -> None: ...

class EraseAnswer(_message.Message):
    __slots__ = ("result", "cause", "text_fr", "text_en", "acknowledged", "renewed")
    RESULT_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FR_FIELD_NUMBER: _ClassVar[int]
    TEXT_EN_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    RENEWED_FIELD_NUMBER: _ClassVar[int]
    result: PersonResult
    cause: str
    text_fr: str
    text_en: str
    acknowledged: bool
    renewed: bool
    def __init__(self, result: _Optional[_Union[PersonResult, str]] = ..., cause: _Optional[str] = ..., text_fr: _Optional[str] = ..., text_en: _Optional[str] = ..., acknowledged: _Optional[bool] = ..., renewed: _Optional[bool] = ...) -> None: ...

class DueAnswer(_message.Message):
    __slots__ = ("result", "cause", "text_fr", "text_en", "due", "copies_owed", "renewal_owed")
    RESULT_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FR_FIELD_NUMBER: _ClassVar[int]
    TEXT_EN_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    COPIES_OWED_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_OWED_FIELD_NUMBER: _ClassVar[int]
    result: PersonResult
    cause: str
    text_fr: str
    text_en: str
    due: _containers.RepeatedCompositeFieldContainer[Due]
    copies_owed: int
    renewal_owed: bool
    def __init__(self, result: _Optional[_Union[PersonResult, str]] = ..., cause: _Optional[str] = ..., text_fr: _Optional[str] = ..., text_en: _Optional[str] = ..., due: _Optional[_Iterable[_Union[Due, _Mapping]]] = ..., copies_owed: _Optional[int] = ..., renewal_owed: _Optional[bool] = ...) -> None: ...

class Due(_message.Message):
    __slots__ = ("person", "right", "received", "due")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    person: Choice
    right: Right
    received: str
    due: str
    def __init__(self, person: _Optional[_Union[Choice, _Mapping]] = ..., right: _Optional[_Union[Right, str]] = ..., received: _Optional[str] = ..., due: _Optional[str] = ...) -> None: ...
