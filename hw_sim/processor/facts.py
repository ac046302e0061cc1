"""What the processor knows: money, answers and ledger entries as values that check themselves. No I/O, no clock."""

from dataclasses import dataclass
from enum import Enum

MAX_CENTS = 99_999_999
MAX_CURRENCY = 999
APPROVAL_CODES = 36**6
DIGEST_LENGTH = 32
NO_HASH = bytes(DIGEST_LENGTH)


class Kind(Enum):
    SALE = "sale"
    REFUND = "refund"


class State(Enum):
    """Where a key stands; the words are those of `pos-bridge-sim processor DIR ledger`."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    REVERSED = "reversed"
    REFUNDED = "refunded"
    TOMBSTONE = "tombstone"


class EntryMode(Enum):
    """How the card was read; the value is its number in processor_v1.proto."""

    MAGSTRIPE = 1
    CHIP = 2
    CONTACTLESS = 3
    MAGSTRIPE_FALLBACK = 4


class No(Enum):
    """The issuer's no; the value is Declined.Reason."""

    DO_NOT_HONOUR = 1
    INSUFFICIENT_FUNDS = 2
    EXPIRED_CARD = 3
    UNKNOWN_CARD = 4


class Refusal(Enum):
    """The processor's own no; the value is Refused.Reason."""

    UNREADABLE = 1
    BINDING = 2
    LATE = 3
    MALFORMED = 4
    KEY_ENDED = 5
    KEY_REUSED = 6
    FENCED = 7
    NOT_SEEN = 8
    EXCEEDS = 9
    WRONG_STATE = 10
    CARD_NEEDED = 11
    OTHER_CARD = 12


class Reversal(Enum):
    """The answer to ReverseByKey; the value is ReverseByKeyResponse.Outcome."""

    REVERSED = 1
    WAS_DECLINED = 2
    TOMBSTONED = 3
    TOO_LATE = 4
    CARD_NEEDED = 5
    FENCED = 6


@dataclass(frozen=True, slots=True)
class Money:
    """1 to 99,999,999 cents of the currency with this ISO 4217 number. Raises ValueError for anything else."""

    cents: int
    currency: int

    def __post_init__(self) -> None:
        if not (1 <= self.cents <= MAX_CENTS and 1 <= self.currency <= MAX_CURRENCY):
            raise ValueError("an amount or currency out of range")


@dataclass(frozen=True, slots=True)
class Head:
    """A row of the till's journal: its number (0: none) and its 32-byte chain value."""

    sequence: int = 0
    hash: bytes = NO_HASH


@dataclass(frozen=True, slots=True)
class ChipWord:
    """What the chip is told (ChipAnswer): response code (8A), issuer authentication data (91) and scripts, or empty."""

    code: bytes
    authentication: bytes = b""
    scripts: bytes = b""


@dataclass(frozen=True, slots=True)
class Approved:
    """`code` is six characters 0-9 A-Z as a base-36 number. `chip`: None where no chip asked."""

    money: Money
    code: int
    chip: ChipWord | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    reason: No
    chip: ChipWord | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the issuer decided: the cents it approves, or why not; and what it tells a chip.

    `counter`: of a chip that proved to be genuine (ATC), to be remembered.
    """

    verdict: int | No
    chip: ChipWord | None = None
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Done:
    """Captured, now or by an earlier identical request."""


_MONEY_STOOD = frozenset({State.AUTHORISED, State.CAPTURED, State.REVERSED, State.REFUNDED})


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """All the ledger holds about one key of one merchant.

    `request` is the digest that recognises a resend. `asked` is what the request asked for, `approved_cents` what
    was approved of it, `captured_cents` what was then taken. `no` is the issuer's reason, `refusal` this processor's
    own for a refund, which stays its answer. `card` is a published test number, or None when the number was any other
    or no card was presented. `chip` is what its chip was told, which a resend is told again. `lapsed`: its hold ran
    out. `settled`: its batch is closed. `ended`: it was reversed or tombstoned, and no later request may use it. A
    tombstone has nothing but its key.
    """

    key: bytes
    kind: Kind
    state: State
    request: bytes | None = None
    asked: Money | None = None
    approved_cents: int | None = None
    captured_cents: int | None = None
    code: int | None = None
    no: No | None = None
    refusal: Refusal | None = None
    sale_key: bytes | None = None
    card: str | None = None
    entry_mode: EntryMode | None = None
    order_digest: bytes | None = None
    chip: ChipWord | None = None
    began_ms: int = 0
    lapsed: bool = False
    settled: bool = False
    ended: bool = False

    def __post_init__(self) -> None:
        stood = self.state in _MONEY_STOOD
        if stood is not (self.approved_cents is not None) or stood is not (self.code is not None):
            raise ValueError("an approved entry, and no other, has an approved amount and a code")
        if (self.state is State.DECLINED) is not ((self.no is None) is not (self.refusal is None)):
            raise ValueError("a declined entry, and no other, has a reason: the issuer's or the processor's")
        if self.refusal is not None and self.kind is not Kind.REFUND:
            raise ValueError("only a refund that was refused is kept")
        if (self.state is State.TOMBSTONE) is not (self.request is None and self.asked is None):
            raise ValueError("every entry but a tombstone has a request")
        if self.state in {State.REVERSED, State.TOMBSTONE} and not self.ended:
            raise ValueError("a reversed or tombstoned key is ended")
        if (self.kind is Kind.REFUND) is not (self.sale_key is not None):
            raise ValueError("a refund, and only a refund, names its sale")

    @property
    def approved(self) -> Money | None:
        if self.approved_cents is None or self.asked is None:
            return None
        return Money(self.approved_cents, self.asked.currency)
