from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Brand(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BRAND_UNSPECIFIED: _ClassVar[Brand]
    BRAND_VISA: _ClassVar[Brand]
    BRAND_MASTERCARD: _ClassVar[Brand]
    BRAND_AMEX: _ClassVar[Brand]
    BRAND_DISCOVER: _ClassVar[Brand]
    BRAND_INTERAC: _ClassVar[Brand]
    BRAND_OTHER: _ClassVar[Brand]

class EntryMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENTRY_MODE_UNSPECIFIED: _ClassVar[EntryMode]
    ENTRY_MODE_MAGSTRIPE: _ClassVar[EntryMode]
    ENTRY_MODE_CHIP: _ClassVar[EntryMode]
    ENTRY_MODE_CONTACTLESS: _ClassVar[EntryMode]
    ENTRY_MODE_MAGSTRIPE_FALLBACK: _ClassVar[EntryMode]
BRAND_UNSPECIFIED: Brand
BRAND_VISA: Brand
BRAND_MASTERCARD: Brand
BRAND_AMEX: Brand
BRAND_DISCOVER: Brand
BRAND_INTERAC: Brand
BRAND_OTHER: Brand
ENTRY_MODE_UNSPECIFIED: EntryMode
ENTRY_MODE_MAGSTRIPE: EntryMode
ENTRY_MODE_CHIP: EntryMode
ENTRY_MODE_CONTACTLESS: EntryMode
ENTRY_MODE_MAGSTRIPE_FALLBACK: EntryMode

class Context(_message.Message):
    __slots__ = ("fence", "journal")
    FENCE_FIELD_NUMBER: _ClassVar[int]
    JOURNAL_FIELD_NUMBER: _ClassVar[int]
    fence: int
    journal: JournalHead
    def __init__(self, fence: _Optional[int] = ..., journal: _Optional[_Union[JournalHead, _Mapping]] = ...) -> None: ...

class JournalHead(_message.Message):
    __slots__ = ("sequence", "hash")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    hash: bytes
    def __init__(self, sequence: _Optional[int] = ..., hash: _Optional[bytes] = ...) -> None: ...

class Money(_message.Message):
    __slots__ = ("cents", "currency")
    CENTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    cents: int
    currency: int
    def __init__(self, cents: _Optional[int] = ..., currency: _Optional[int] = ...) -> None: ...

class SealedPayment(_message.Message):
    __slots__ = ("room", "reader")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    room: RoomSealed
    reader: ReaderSealed
    def __init__(self, room: _Optional[_Union[RoomSealed, _Mapping]] = ..., reader: _Optional[_Union[ReaderSealed, _Mapping]] = ...) -> None: ...

class RoomSealed(_message.Message):
    __slots__ = ("key_id", "ciphertext")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    CIPHERTEXT_FIELD_NUMBER: _ClassVar[int]
    key_id: bytes
    ciphertext: bytes
    def __init__(self, key_id: _Optional[bytes] = ..., ciphertext: _Optional[bytes] = ...) -> None: ...

class ReaderSealed(_message.Message):
    __slots__ = ("scheme", "variant", "mode", "ksn", "track1", "track2")
    class Scheme(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SCHEME_UNSPECIFIED: _ClassVar[ReaderSealed.Scheme]
        SCHEME_TDES: _ClassVar[ReaderSealed.Scheme]
        SCHEME_AES: _ClassVar[ReaderSealed.Scheme]
    SCHEME_UNSPECIFIED: ReaderSealed.Scheme
    SCHEME_TDES: ReaderSealed.Scheme
    SCHEME_AES: ReaderSealed.Scheme
    class Variant(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VARIANT_UNSPECIFIED: _ClassVar[ReaderSealed.Variant]
        VARIANT_PIN: _ClassVar[ReaderSealed.Variant]
        VARIANT_DATA: _ClassVar[ReaderSealed.Variant]
        VARIANT_DATA_ONE_WAY: _ClassVar[ReaderSealed.Variant]
    VARIANT_UNSPECIFIED: ReaderSealed.Variant
    VARIANT_PIN: ReaderSealed.Variant
    VARIANT_DATA: ReaderSealed.Variant
    VARIANT_DATA_ONE_WAY: ReaderSealed.Variant
    class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        MODE_UNSPECIFIED: _ClassVar[ReaderSealed.Mode]
        MODE_CBC_PER_TRACK: _ClassVar[ReaderSealed.Mode]
        MODE_CBC_CHAINED: _ClassVar[ReaderSealed.Mode]
    MODE_UNSPECIFIED: ReaderSealed.Mode
    MODE_CBC_PER_TRACK: ReaderSealed.Mode
    MODE_CBC_CHAINED: ReaderSealed.Mode
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    KSN_FIELD_NUMBER: _ClassVar[int]
    TRACK1_FIELD_NUMBER: _ClassVar[int]
    TRACK2_FIELD_NUMBER: _ClassVar[int]
    scheme: ReaderSealed.Scheme
    variant: ReaderSealed.Variant
    mode: ReaderSealed.Mode
    ksn: bytes
    track1: bytes
    track2: bytes
    def __init__(self, scheme: _Optional[_Union[ReaderSealed.Scheme, str]] = ..., variant: _Optional[_Union[ReaderSealed.Variant, str]] = ..., mode: _Optional[_Union[ReaderSealed.Mode, str]] = ..., ksn: _Optional[bytes] = ..., track1: _Optional[bytes] = ..., track2: _Optional[bytes] = ...) -> None: ...

class DualSignature(_message.Message):
    __slots__ = ("payment_salt", "order_digest", "signature")
    PAYMENT_SALT_FIELD_NUMBER: _ClassVar[int]
    ORDER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    payment_salt: bytes
    order_digest: bytes
    signature: bytes
    def __init__(self, payment_salt: _Optional[bytes] = ..., order_digest: _Optional[bytes] = ..., signature: _Optional[bytes] = ...) -> None: ...

class OpenSessionRequest(_message.Message):
    __slots__ = ("journal",)
    JOURNAL_FIELD_NUMBER: _ClassVar[int]
    journal: JournalHead
    def __init__(self, journal: _Optional[_Union[JournalHead, _Mapping]] = ...) -> None: ...

class OpenSessionResponse(_message.Message):
    __slots__ = ("fence", "ledger_epoch", "last_seen", "now_ms", "retention_days")
    FENCE_FIELD_NUMBER: _ClassVar[int]
    LEDGER_EPOCH_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_FIELD_NUMBER: _ClassVar[int]
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    RETENTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    fence: int
    ledger_epoch: int
    last_seen: JournalHead
    now_ms: int
    retention_days: int
    def __init__(self, fence: _Optional[int] = ..., ledger_epoch: _Optional[int] = ..., last_seen: _Optional[_Union[JournalHead, _Mapping]] = ..., now_ms: _Optional[int] = ..., retention_days: _Optional[int] = ...) -> None: ...

class GetTimeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetTimeResponse(_message.Message):
    __slots__ = ("now_ms",)
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    now_ms: int
    def __init__(self, now_ms: _Optional[int] = ...) -> None: ...

class GetSealingKeysRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetSealingKeysResponse(_message.Message):
    __slots__ = ("keys",)
    KEYS_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedCompositeFieldContainer[SealingKey]
    def __init__(self, keys: _Optional[_Iterable[_Union[SealingKey, _Mapping]]] = ...) -> None: ...

class SealingKey(_message.Message):
    __slots__ = ("key_id", "epoch", "not_after_s", "public_key", "signature")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_S_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    key_id: bytes
    epoch: int
    not_after_s: int
    public_key: bytes
    signature: bytes
    def __init__(self, key_id: _Optional[bytes] = ..., epoch: _Optional[int] = ..., not_after_s: _Optional[int] = ..., public_key: _Optional[bytes] = ..., signature: _Optional[bytes] = ...) -> None: ...

class AuthoriseRequest(_message.Message):
    __slots__ = ("context", "key", "amount", "partial_ok", "flow", "entry_mode", "not_after_ms", "payment", "binding")
    class Flow(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FLOW_UNSPECIFIED: _ClassVar[AuthoriseRequest.Flow]
        FLOW_TWO_MESSAGES: _ClassVar[AuthoriseRequest.Flow]
        FLOW_ONE_MESSAGE: _ClassVar[AuthoriseRequest.Flow]
    FLOW_UNSPECIFIED: AuthoriseRequest.Flow
    FLOW_TWO_MESSAGES: AuthoriseRequest.Flow
    FLOW_ONE_MESSAGE: AuthoriseRequest.Flow
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_OK_FIELD_NUMBER: _ClassVar[int]
    FLOW_FIELD_NUMBER: _ClassVar[int]
    ENTRY_MODE_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    BINDING_FIELD_NUMBER: _ClassVar[int]
    context: Context
    key: bytes
    amount: Money
    partial_ok: bool
    flow: AuthoriseRequest.Flow
    entry_mode: EntryMode
    not_after_ms: int
    payment: SealedPayment
    binding: DualSignature
    def __init__(self, context: _Optional[_Union[Context, _Mapping]] = ..., key: _Optional[bytes] = ..., amount: _Optional[_Union[Money, _Mapping]] = ..., partial_ok: _Optional[bool] = ..., flow: _Optional[_Union[AuthoriseRequest.Flow, str]] = ..., entry_mode: _Optional[_Union[EntryMode, str]] = ..., not_after_ms: _Optional[int] = ..., payment: _Optional[_Union[SealedPayment, _Mapping]] = ..., binding: _Optional[_Union[DualSignature, _Mapping]] = ...) -> None: ...

class AuthoriseResponse(_message.Message):
    __slots__ = ("key", "now_ms", "approved", "declined", "refused")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    APPROVED_FIELD_NUMBER: _ClassVar[int]
    DECLINED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    now_ms: int
    approved: Approved
    declined: Declined
    refused: Refused
    def __init__(self, key: _Optional[bytes] = ..., now_ms: _Optional[int] = ..., approved: _Optional[_Union[Approved, _Mapping]] = ..., declined: _Optional[_Union[Declined, _Mapping]] = ..., refused: _Optional[_Union[Refused, _Mapping]] = ...) -> None: ...

class Approved(_message.Message):
    __slots__ = ("amount", "approval_code", "chip")
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_CODE_FIELD_NUMBER: _ClassVar[int]
    CHIP_FIELD_NUMBER: _ClassVar[int]
    amount: Money
    approval_code: int
    chip: ChipAnswer
    def __init__(self, amount: _Optional[_Union[Money, _Mapping]] = ..., approval_code: _Optional[int] = ..., chip: _Optional[_Union[ChipAnswer, _Mapping]] = ...) -> None: ...

class ChipAnswer(_message.Message):
    __slots__ = ("code", "authentication", "scripts")
    CODE_FIELD_NUMBER: _ClassVar[int]
    AUTHENTICATION_FIELD_NUMBER: _ClassVar[int]
    SCRIPTS_FIELD_NUMBER: _ClassVar[int]
    code: bytes
    authentication: bytes
    scripts: bytes
    def __init__(self, code: _Optional[bytes] = ..., authentication: _Optional[bytes] = ..., scripts: _Optional[bytes] = ...) -> None: ...

class Declined(_message.Message):
    __slots__ = ("reason", "chip")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[Declined.Reason]
        REASON_DO_NOT_HONOUR: _ClassVar[Declined.Reason]
        REASON_INSUFFICIENT_FUNDS: _ClassVar[Declined.Reason]
        REASON_EXPIRED_CARD: _ClassVar[Declined.Reason]
        REASON_UNKNOWN_CARD: _ClassVar[Declined.Reason]
    REASON_UNSPECIFIED: Declined.Reason
    REASON_DO_NOT_HONOUR: Declined.Reason
    REASON_INSUFFICIENT_FUNDS: Declined.Reason
    REASON_EXPIRED_CARD: Declined.Reason
    REASON_UNKNOWN_CARD: Declined.Reason
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHIP_FIELD_NUMBER: _ClassVar[int]
    reason: Declined.Reason
    chip: ChipAnswer
    def __init__(self, reason: _Optional[_Union[Declined.Reason, str]] = ..., chip: _Optional[_Union[ChipAnswer, _Mapping]] = ...) -> None: ...

class Refused(_message.Message):
    __slots__ = ("reason",)
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[Refused.Reason]
        REASON_UNREADABLE: _ClassVar[Refused.Reason]
        REASON_BINDING: _ClassVar[Refused.Reason]
        REASON_LATE: _ClassVar[Refused.Reason]
        REASON_MALFORMED: _ClassVar[Refused.Reason]
        REASON_KEY_ENDED: _ClassVar[Refused.Reason]
        REASON_KEY_REUSED: _ClassVar[Refused.Reason]
        REASON_FENCED: _ClassVar[Refused.Reason]
        REASON_NOT_SEEN: _ClassVar[Refused.Reason]
        REASON_EXCEEDS: _ClassVar[Refused.Reason]
        REASON_WRONG_STATE: _ClassVar[Refused.Reason]
        REASON_CARD_NEEDED: _ClassVar[Refused.Reason]
        REASON_OTHER_CARD: _ClassVar[Refused.Reason]
    REASON_UNSPECIFIED: Refused.Reason
    REASON_UNREADABLE: Refused.Reason
    REASON_BINDING: Refused.Reason
    REASON_LATE: Refused.Reason
    REASON_MALFORMED: Refused.Reason
    REASON_KEY_ENDED: Refused.Reason
    REASON_KEY_REUSED: Refused.Reason
    REASON_FENCED: Refused.Reason
    REASON_NOT_SEEN: Refused.Reason
    REASON_EXCEEDS: Refused.Reason
    REASON_WRONG_STATE: Refused.Reason
    REASON_CARD_NEEDED: Refused.Reason
    REASON_OTHER_CARD: Refused.Reason
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: Refused.Reason
    def __init__(self, reason: _Optional[_Union[Refused.Reason, str]] = ...) -> None: ...

class CaptureRequest(_message.Message):
    __slots__ = ("context", "key", "amount")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    context: Context
    key: bytes
    amount: Money
    def __init__(self, context: _Optional[_Union[Context, _Mapping]] = ..., key: _Optional[bytes] = ..., amount: _Optional[_Union[Money, _Mapping]] = ...) -> None: ...

class CaptureResponse(_message.Message):
    __slots__ = ("key", "now_ms", "captured", "refused")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    now_ms: int
    captured: Done
    refused: Refused
    def __init__(self, key: _Optional[bytes] = ..., now_ms: _Optional[int] = ..., captured: _Optional[_Union[Done, _Mapping]] = ..., refused: _Optional[_Union[Refused, _Mapping]] = ...) -> None: ...

class Done(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReverseByKeyRequest(_message.Message):
    __slots__ = ("context", "key")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    context: Context
    key: bytes
    def __init__(self, context: _Optional[_Union[Context, _Mapping]] = ..., key: _Optional[bytes] = ...) -> None: ...

class ReverseByKeyResponse(_message.Message):
    __slots__ = ("key", "now_ms", "outcome")
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTCOME_UNSPECIFIED: _ClassVar[ReverseByKeyResponse.Outcome]
        OUTCOME_REVERSED: _ClassVar[ReverseByKeyResponse.Outcome]
        OUTCOME_WAS_DECLINED: _ClassVar[ReverseByKeyResponse.Outcome]
        OUTCOME_TOMBSTONED: _ClassVar[ReverseByKeyResponse.Outcome]
        OUTCOME_TOO_LATE: _ClassVar[ReverseByKeyResponse.Outcome]
        OUTCOME_CARD_NEEDED: _ClassVar[ReverseByKeyResponse.Outcome]
        OUTCOME_FENCED: _ClassVar[ReverseByKeyResponse.Outcome]
    OUTCOME_UNSPECIFIED: ReverseByKeyResponse.Outcome
    OUTCOME_REVERSED: ReverseByKeyResponse.Outcome
    OUTCOME_WAS_DECLINED: ReverseByKeyResponse.Outcome
    OUTCOME_TOMBSTONED: ReverseByKeyResponse.Outcome
    OUTCOME_TOO_LATE: ReverseByKeyResponse.Outcome
    OUTCOME_CARD_NEEDED: ReverseByKeyResponse.Outcome
    OUTCOME_FENCED: ReverseByKeyResponse.Outcome
    KEY_FIELD_NUMBER: _ClassVar[int]
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    now_ms: int
    outcome: ReverseByKeyResponse.Outcome
    def __init__(self, key: _Optional[bytes] = ..., now_ms: _Optional[int] = ..., outcome: _Optional[_Union[ReverseByKeyResponse.Outcome, str]] = ...) -> None: ...

class RefundRequest(_message.Message):
    __slots__ = ("context", "key", "sale_key", "amount", "not_after_ms", "entry_mode", "payment", "binding")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SALE_KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_MODE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    BINDING_FIELD_NUMBER: _ClassVar[int]
    context: Context
    key: bytes
    sale_key: bytes
    amount: Money
    not_after_ms: int
    entry_mode: EntryMode
    payment: SealedPayment
    binding: DualSignature
    def __init__(self, context: _Optional[_Union[Context, _Mapping]] = ..., key: _Optional[bytes] = ..., sale_key: _Optional[bytes] = ..., amount: _Optional[_Union[Money, _Mapping]] = ..., not_after_ms: _Optional[int] = ..., entry_mode: _Optional[_Union[EntryMode, str]] = ..., payment: _Optional[_Union[SealedPayment, _Mapping]] = ..., binding: _Optional[_Union[DualSignature, _Mapping]] = ...) -> None: ...

class RefundResponse(_message.Message):
    __slots__ = ("key", "now_ms", "approved", "declined", "refused")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    APPROVED_FIELD_NUMBER: _ClassVar[int]
    DECLINED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    now_ms: int
    approved: Approved
    declined: Declined
    refused: Refused
    def __init__(self, key: _Optional[bytes] = ..., now_ms: _Optional[int] = ..., approved: _Optional[_Union[Approved, _Mapping]] = ..., declined: _Optional[_Union[Declined, _Mapping]] = ..., refused: _Optional[_Union[Refused, _Mapping]] = ...) -> None: ...

class LookUpRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    def __init__(self, key: _Optional[bytes] = ...) -> None: ...

class LookUpResponse(_message.Message):
    __slots__ = ("key", "now_ms", "ledger_epoch", "state", "receipt")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[LookUpResponse.State]
        STATE_NOT_SEEN: _ClassVar[LookUpResponse.State]
        STATE_IN_PROGRESS: _ClassVar[LookUpResponse.State]
        STATE_AUTHORISED: _ClassVar[LookUpResponse.State]
        STATE_CAPTURED: _ClassVar[LookUpResponse.State]
        STATE_DECLINED: _ClassVar[LookUpResponse.State]
        STATE_REVERSED: _ClassVar[LookUpResponse.State]
        STATE_REFUNDED: _ClassVar[LookUpResponse.State]
        STATE_TOMBSTONE: _ClassVar[LookUpResponse.State]
    STATE_UNSPECIFIED: LookUpResponse.State
    STATE_NOT_SEEN: LookUpResponse.State
    STATE_IN_PROGRESS: LookUpResponse.State
    STATE_AUTHORISED: LookUpResponse.State
    STATE_CAPTURED: LookUpResponse.State
    STATE_DECLINED: LookUpResponse.State
    STATE_REVERSED: LookUpResponse.State
    STATE_REFUNDED: LookUpResponse.State
    STATE_TOMBSTONE: LookUpResponse.State
    KEY_FIELD_NUMBER: _ClassVar[int]
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    LEDGER_EPOCH_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    now_ms: int
    ledger_epoch: int
    state: LookUpResponse.State
    receipt: ReceiptFacts
    def __init__(self, key: _Optional[bytes] = ..., now_ms: _Optional[int] = ..., ledger_epoch: _Optional[int] = ..., state: _Optional[_Union[LookUpResponse.State, str]] = ..., receipt: _Optional[_Union[ReceiptFacts, _Mapping]] = ...) -> None: ...

class ReceiptFacts(_message.Message):
    __slots__ = ("amount", "approval_code", "last_four", "brand", "entry_mode")
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_CODE_FIELD_NUMBER: _ClassVar[int]
    LAST_FOUR_FIELD_NUMBER: _ClassVar[int]
    BRAND_FIELD_NUMBER: _ClassVar[int]
    ENTRY_MODE_FIELD_NUMBER: _ClassVar[int]
    amount: Money
    approval_code: int
    last_four: int
    brand: Brand
    entry_mode: EntryMode
    def __init__(self, amount: _Optional[_Union[Money, _Mapping]] = ..., approval_code: _Optional[int] = ..., last_four: _Optional[int] = ..., brand: _Optional[_Union[Brand, str]] = ..., entry_mode: _Optional[_Union[EntryMode, str]] = ...) -> None: ...

class ReconcileRequest(_message.Message):
    __slots__ = ("from_ms", "after_key")
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    AFTER_KEY_FIELD_NUMBER: _ClassVar[int]
    from_ms: int
    after_key: bytes
    def __init__(self, from_ms: _Optional[int] = ..., after_key: _Optional[bytes] = ...) -> None: ...

class ReconcileResponse(_message.Message):
    __slots__ = ("now_ms", "ledger_epoch", "legs", "more")
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    LEDGER_EPOCH_FIELD_NUMBER: _ClassVar[int]
    LEGS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    now_ms: int
    ledger_epoch: int
    legs: _containers.RepeatedCompositeFieldContainer[HeldLeg]
    more: bool
    def __init__(self, now_ms: _Optional[int] = ..., ledger_epoch: _Optional[int] = ..., legs: _Optional[_Iterable[_Union[HeldLeg, _Mapping]]] = ..., more: _Optional[bool] = ...) -> None: ...

class HeldLeg(_message.Message):
    __slots__ = ("key", "kind", "state", "amount", "begun_ms")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[HeldLeg.Kind]
        KIND_SALE: _ClassVar[HeldLeg.Kind]
        KIND_REFUND: _ClassVar[HeldLeg.Kind]
    KIND_UNSPECIFIED: HeldLeg.Kind
    KIND_SALE: HeldLeg.Kind
    KIND_REFUND: HeldLeg.Kind
    KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    BEGUN_MS_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    kind: HeldLeg.Kind
    state: LookUpResponse.State
    amount: Money
    begun_ms: int
    def __init__(self, key: _Optional[bytes] = ..., kind: _Optional[_Union[HeldLeg.Kind, str]] = ..., state: _Optional[_Union[LookUpResponse.State, str]] = ..., amount: _Optional[_Union[Money, _Mapping]] = ..., begun_ms: _Optional[int] = ...) -> None: ...
