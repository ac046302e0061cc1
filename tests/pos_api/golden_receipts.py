"""Every kind of receipt, as the golden files have it. `python -m tests.pos_api.golden_receipts` writes them anew.

A file is a kind; in it are both copies in both languages, each as 42 columns and as the nexo lines it was made of.
Whoever writes them anew looks at each as its reader would: a cashier, and a customer in Quebec.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.chip import ChipReceipt, Verified
from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount, Currency
from pos_bridge.domain.outcome import (
    AlreadyApproved,
    NotPaid,
    NotRefunded,
    PaidByCard,
    PaidInCash,
    Refunded,
    RefundedInCash,
    Running,
    Voided,
)
from pos_bridge.pos_api.kept import Kept
from pos_bridge.pos_api.payment_answer import Terminal, payment_response, reversal_response
from pos_bridge.pos_api.receipt import Shop
from pos_bridge.pos_api.receipt_facts import Answerable
from pos_bridge.pos_api.receipt_text import COLUMNS, plain
from pos_bridge.pos_api.taxes import Tax, Taxes
from pos_bridge.pos_api.transaction_kind import TransactionKind
from pos_bridge.wire.nexo.payment_response import PaymentReceipt
from pos_bridge.words import LANGUAGES, Language

FOLDER = Path(__file__).parent / "golden"
SHOP = Shop(
    ("Clément - Vêtements pour enfants", "1234, rue Sainte-Catherine Ouest", "Montréal (Québec)  H3G 1P1"),
    "123456789 RT0001",
    "1234567890 TQ0001",
)
KEY = LegKey.parse("5f0c1c1e-93a5-4a8e-9d5b-0a1b2c3d4e5f")
SALE = LegKey.parse("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")
TAXES: Taxes = ((Tax.GST, 500), (Tax.QST, 998))
REFUND, REVERSAL = TransactionKind.REFUND, TransactionKind.REVERSAL
MEMBER, ORDER = ChoiceKind.CHOUCHOUS, ChoiceKind.HOME_DELIVERY


@dataclass(frozen=True)
class Case:
    """An outcome, and what was kept of the request: enough for both copies in both languages."""

    outcome: Answerable
    cents: int = 11498
    kind: TransactionKind = TransactionKind.PAYMENT
    taxes: Taxes = ()
    chosen: frozenset[ChoiceKind] = frozenset()
    vault_silent: bool = False

    def receipts(self, language: Language) -> tuple[PaymentReceipt, ...]:
        terminal = Terminal("P400-123456789", "CLEMENT-001", language, "1", shop=SHOP)
        context = Kept(
            layout=4,
            protocol_version="3.0",
            sale_id="Caisse 1",
            service_id="1",
            poiid=terminal.poiid,
            device_id=None,
            transaction=("sale-1", None),
            stamp="2026-11-23T14:05:09.250-05:00",
            cents=self.cents,
            identity_dropped=False,
            kind=self.kind,
            original=(str(SALE), None) if self.kind.gives_back else None,
            taxes=self.taxes,
        ).about(self.chosen)
        if self.kind is REVERSAL:
            return reversal_response(terminal, context, self.outcome).payment_receipt
        return payment_response(terminal, context, self.outcome, vault_silent=self.vault_silent).payment_receipt


def cad(cents: int) -> Amount:
    return Amount(cents, Currency.CAD)


def card(brand: Brand, last_four: int, mode: EntryMode = EntryMode.CHIP) -> CardFacts:
    return CardFacts(brand, last_four, mode)


def chip(aid: str, verified: Verified, tvr: str = "0000008000") -> ChipReceipt:
    return ChipReceipt(bytes.fromhex(aid), bytes.fromhex(tvr), bytes.fromhex("E800"), verified)


VISA = card(Brand.VISA, 5119)
INTERAC = card(Brand.INTERAC, 1933)
VISA_AID, MASTERCARD_AID, AMEX_AID = "A0000000031010", "A0000000041010", "A000000025010801"
INTERAC_AID = "A0000002771010"


def paid(
    read: CardFacts | None = VISA, said: ChipReceipt | None = None, known: frozenset[ChoiceKind] = frozenset()
) -> PaidByCard:
    code = None if read is None else "A1B2C3"
    return PaidByCard(KEY, cad(11498), cad(11498), code, read, known, chip=said)


def part(approved: int, remaining: int) -> PaidByCard:
    return PaidByCard(KEY, cad(11498), cad(approved), "A1B2C3", VISA, remaining=remaining)


def refunded(read: CardFacts, said: ChipReceipt | None = None) -> Refunded:
    return Refunded(KEY, SALE, cad(11498), "R4D5E6", read, said)


BY_PIN = chip(VISA_AID, Verified.PIN_AT_READER)
INTERAC_PIN = chip(INTERAC_AID, Verified.PIN_ONLINE, "0000048000")

CASES: dict[str, Case] = {
    "sale-swiped": Case(paid(card(Brand.VISA, 5119, EntryMode.MAGSTRIPE))),
    "sale-fallback": Case(paid(card(Brand.MASTERCARD, 21, EntryMode.MAGSTRIPE_FALLBACK))),
    "sale-contactless": Case(paid(card(Brand.VISA, 5119, EntryMode.CONTACTLESS))),
    "sale-chip-pin-with-taxes": Case(paid(VISA, BY_PIN), taxes=TAXES),
    "sale-taxes-of-other-provinces": Case(paid(VISA, BY_PIN), taxes=((Tax.HST, 1300), (Tax.PST, 700))),
    "sale-chip-signature": Case(
        paid(card(Brand.MASTERCARD, 21), chip(MASTERCARD_AID, Verified.SIGNATURE)), taxes=TAXES
    ),
    "sale-chip-no-proof": Case(paid(card(Brand.AMEX, 126), chip(AMEX_AID, Verified.NOT_AT_ALL))),
    "sale-interac": Case(paid(INTERAC, INTERAC_PIN), taxes=TAXES),
    "sale-interac-that-asks-for-a-signature": Case(paid(INTERAC, chip(INTERAC_AID, Verified.SIGNATURE))),
    "sale-after-a-restart": Case(paid(None)),
    "sale-chouchous": Case(paid(VISA, BY_PIN, frozenset({MEMBER})), chosen=frozenset({MEMBER})),
    "sale-delivery": Case(paid(VISA, BY_PIN, frozenset({ORDER})), chosen=frozenset({ORDER})),
    "sale-chouchous-and-delivery": Case(
        paid(VISA, BY_PIN, frozenset({MEMBER, ORDER})), chosen=frozenset({MEMBER, ORDER})
    ),
    "sale-chouchous-not-kept": Case(paid(VISA, BY_PIN), chosen=frozenset({MEMBER})),
    "sale-vault-silent": Case(paid(VISA, BY_PIN), chosen=frozenset({MEMBER}), vault_silent=True),
    "sale-partial-approval": Case(part(5000, 6498), taxes=TAXES),
    "sale-split-part": Case(part(11498, 3500), taxes=TAXES),
    "sale-split-last-part": Case(part(11498, 0), taxes=TAXES),
    "sale-largest": Case(PaidByCard(KEY, cad(99_999_999), cad(99_999_999), "A1B2C3", VISA), cents=99_999_999),
    "cash": Case(PaidInCash(KEY, cad(1235), 1235), cents=1235),
    "cash-rounded-with-taxes": Case(PaidInCash(KEY, cad(11498), 11500), taxes=TAXES),
    "cash-last-part": Case(PaidInCash(KEY, cad(6498), 6500, remaining=0), cents=6498, taxes=TAXES),
    "declined": Case(NotPaid(KEY, Cause.ISSUER, chip=chip(VISA_AID, Verified.PIN_ONLINE))),
    "declined-by-the-chip-afterwards": Case(NotPaid(KEY, Cause.CARD_REFUSED)),
    "aborted": Case(NotPaid(KEY, Cause.ABORTED)),
    "unreachable": Case(NotPaid(KEY, Cause.UNREACHABLE)),
    "no-answer": Case(NotPaid(KEY, Cause.NO_ANSWER)),
    "not-known": Case(NotPaid(KEY, Cause.IN_DOUBT)),
    "already-paid": Case(AlreadyApproved(KEY)),
    "refund": Case(refunded(card(Brand.VISA, 5119)), kind=REFUND, taxes=TAXES),
    "refund-interac": Case(refunded(INTERAC, INTERAC_PIN), kind=REFUND),
    "refund-cash": Case(RefundedInCash(KEY, cad(1237), 1235), cents=1237, kind=REFUND),
    "refund-declined": Case(NotRefunded(KEY, Cause.ISSUER), kind=REFUND),
    "refund-not-known": Case(Running(person=True), kind=REFUND),
    "refund-already-made": Case(AlreadyApproved(KEY), kind=REFUND),
    "reversal-refunded": Case(refunded(card(Brand.VISA, 5119)), kind=REVERSAL),
    "reversal-refused": Case(NotRefunded(None, Cause.TOO_LATE), kind=REVERSAL),
    "void": Case(Voided(SALE, cad(11498)), kind=REVERSAL),
}


def golden(case: Case) -> str:
    return "\n".join(_told(case))


def _told(case: Case) -> Iterator[str]:
    rule = "+" + "-" * COLUMNS + "+"
    for language in LANGUAGES:
        for receipt in case.receipts(language):
            yield from (f"{receipt.document_qualifier} {language}", rule)
            yield from (f"|{line:{COLUMNS}}|" for line in plain(receipt))
            yield rule
            yield from (line.text for line in receipt.output_content.output_text)
            yield ""


def file_of(name: str) -> Path:
    return FOLDER / f"{name}.txt"


def write() -> None:
    """Write every file, and remove those of kinds that are gone."""
    for old in set(FOLDER.glob("*.txt")) - set(map(file_of, CASES)):
        old.unlink()
    for name, case in CASES.items():
        file_of(name).write_text(golden(case), encoding="utf-8")


if __name__ == "__main__":
    write()
