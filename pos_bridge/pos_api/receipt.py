"""The two receipts of a transaction, as nexo text lines: cashier's and customer's, in the till's language.

Of a card: brand, last four digits, entry mode and approval code; of a chip also which application it is, by our own
table, and what was checked (TVR, TSI). Of a person: nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from pos_bridge.domain.applications import application_of
from pos_bridge.domain.card import CardFacts, EntryMode
from pos_bridge.domain.chip import ChipReceipt, Verified
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.said import Language
from pos_bridge.wire.nexo.pairs import encode_pairs
from pos_bridge.wire.nexo.response import MASK, OutputContent, OutputText, PaymentReceipt


class Label(Enum):
    """What is printed, as (key, French, English); the key is what till software looks a line up by."""

    CASHIER_COPY = ("header1", "COPIE DU COMMERÇANT", "MERCHANT COPY")
    CUSTOMER_COPY = ("header1", "COPIE DU CLIENT", "CUSTOMER COPY")
    REFUND = ("txType", "REMBOURSEMENT", "REFUND")
    VOID = ("txType", "ANNULATION DE VENTE", "VOID OF A SALE")
    DATE = ("txdate", "Date", "Date")
    TIME = ("txtime", "Heure", "Time")
    MERCHANT = ("mid", "Commerçant", "Merchant")
    TERMINAL = ("tid", "Terminal", "Terminal")
    CARD = ("cardType", "Carte", "Card")
    NUMBER = ("pan", "Numéro", "Number")
    ENTRY = ("posEntryMode", "Lecture", "Entry")
    APPLICATION = ("preferredName", "Application", "Application")
    AID = ("aid", "AID", "AID")
    TVR = ("tvr", "TVR", "TVR")
    TSI = ("tsi", "TSI", "TSI")
    PIN = ("cvm", "NIP VÉRIFIÉ", "VERIFIED BY PIN")
    SIGNATURE = (
        "signature",
        "Signature : X______________________________",
        "Signature: X______________________________",
    )
    CODE = ("authCode", "Autorisation", "Approval")
    REFERENCE = ("txRef", "Référence", "Reference")
    ORIGINAL = ("originalTxRef", "Vente d'origine", "Original sale")
    ASKED = ("txAmount", "Montant demandé", "Amount asked")
    EXACT = ("txAmount", "Montant exact", "Exact amount")
    ROUNDING = ("cashRounding", "Arrondi", "Rounding")
    TOTAL = ("totalAmount", "TOTAL", "TOTAL")
    REMAINING = ("remaining", "Reste à payer", "Left to pay")
    CASH = ("paymentMethod", "COMPTANT", "CASH")
    APPROVED = ("approved", "APPROUVÉE - MERCI", "APPROVED - THANK YOU")
    PARTLY = ("approved", "APPROUVÉE EN PARTIE", "PARTLY APPROVED")
    PAID = ("approved", "PAYÉ - MERCI", "PAID - THANK YOU")
    NOT_PAID = ("approved", "NON PAYÉ", "NOT PAID")
    NOT_KNOWN = ("approved", "ISSUE PAS ENCORE CONNUE", "OUTCOME NOT KNOWN YET")
    PAID_BEFORE = ("approved", "DÉJÀ PAYÉ", "ALREADY PAID")
    REFUNDED_BEFORE = ("approved", "DÉJÀ REMBOURSÉ", "ALREADY REFUNDED")
    REFUNDED = ("approved", "REMBOURSÉ", "REFUNDED")
    VOIDED = ("approved", "VENTE ANNULÉE", "SALE VOIDED")
    NOT_REFUNDED = ("approved", "NON REMBOURSÉ", "NOT REFUNDED")
    HOLD = (
        "hold",
        "Une retenue peut paraître quelques jours; aucun débit ne restera.",
        "A hold may show for some days; no charge will stand.",
    )
    SHOWS_LATER = (
        "refundInfo",
        "Le remboursement paraîtra au compte d'ici quelques jours.",
        "The refund will show on the account within some days.",
    )
    RETAIN = ("retain", "Gardez ce reçu", "Please retain this receipt")

    def line(self, language: Language, value: str = "") -> OutputText:
        key, fr, en = self.value
        name = fr if language == "fr" else en
        pairs = [("name", name), ("value", value), ("key", key)] if value else [("name", name), ("key", key)]
        return OutputText(encode_pairs(pairs), end_of_line_flag=True)


_ENTRIES = {
    EntryMode.MAGSTRIPE: ("Bande magnétique", "Magnetic stripe"),
    EntryMode.CHIP: ("Puce", "Chip"),
    EntryMode.CONTACTLESS: ("Sans contact", "Contactless"),
    EntryMode.MAGSTRIPE_FALLBACK: ("Bande magnétique (repli)", "Magnetic stripe (fallback)"),
}


_BY_PIN = frozenset({Verified.PIN_AT_READER, Verified.PIN_ONLINE})


@dataclass(frozen=True, slots=True, repr=False)
class ReceiptFacts:
    """What a receipt tells. Amounts in cents; `total` is what was paid or went back, None for nothing.

    `title` says what it is of, if not of a sale; `original` is the key of the sale that money went back of;
    `remaining` is still due of a split tender, None without one; `chip` is what a chip said, known to the first
    answer only; `note` is what the customer should know about their account.
    """

    at: datetime
    outcome: Label
    key: LegKey | None = None
    total: int | None = None
    asked: int | None = None
    cash: bool = False
    card: CardFacts | None = None
    approval_code: str | None = None
    title: Label | None = None
    original: str | None = None
    remaining: int | None = None
    note: Label | None = None
    chip: ChipReceipt | None = None

    @property
    def signed(self) -> bool:
        """Whether the customer signs the merchant's copy: a chip that asked for it, and money that moved."""
        return self.total is not None and self.chip is not None and self.chip.verified is Verified.SIGNATURE


def receipts(facts: ReceiptFacts, language: Language, merchant_id: str, poiid: str) -> tuple[PaymentReceipt, ...]:
    """CashierReceipt and CustomerReceipt, in this order, whatever the outcome."""
    lines = (
        *((facts.title.line(language),) if facts.title is not None else ()),
        Label.DATE.line(language, facts.at.date().isoformat()),
        Label.TIME.line(language, facts.at.time().isoformat("seconds")),
        Label.MERCHANT.line(language, merchant_id),
        Label.TERMINAL.line(language, poiid),
        *_card_lines(facts, language),
        *((Label.REFERENCE.line(language, str(facts.key)),) if facts.key is not None else ()),
        *((Label.ORIGINAL.line(language, facts.original),) if facts.original is not None else ()),
        *_money_lines(facts, language),
        facts.outcome.line(language),
        *((facts.note.line(language),) if facts.note is not None else ()),
    )
    to_sign = (Label.SIGNATURE.line(language),) if facts.signed else ()
    cashiers = (Label.CASHIER_COPY.line(language), *lines, *to_sign)
    customers = (Label.CUSTOMER_COPY.line(language), *lines, Label.RETAIN.line(language))
    return (
        PaymentReceipt("CashierReceipt", facts.signed, OutputContent("Text", cashiers)),
        PaymentReceipt(
            "CustomerReceipt", required_signature_flag=False, output_content=OutputContent("Text", customers)
        ),
    )


def _card_lines(facts: ReceiptFacts, language: Language) -> tuple[OutputText, ...]:
    lines: list[OutputText] = []
    if facts.cash:
        lines.append(Label.CASH.line(language))
    if facts.card is not None:
        lines += (
            Label.CARD.line(language, facts.card.brand.name),
            Label.NUMBER.line(language, masked(facts.card)),
            Label.ENTRY.line(language, _ENTRIES[facts.card.entry_mode][language != "fr"]),
        )
    if facts.chip is not None:
        lines += _chip_lines(facts.chip, language)
        if facts.total is not None and facts.chip.verified in _BY_PIN:  # one that was wrong is a reason of declines
            lines.append(Label.PIN.line(language))
    if facts.approval_code is not None:
        lines.append(Label.CODE.line(language, facts.approval_code))
    return tuple(lines)


def _chip_lines(chip: ChipReceipt, language: Language) -> tuple[OutputText, ...]:
    application = application_of(chip.aid)
    return (
        *((Label.APPLICATION.line(language, application.label),) if application is not None else ()),
        Label.AID.line(language, chip.aid.hex().upper()),
        Label.TVR.line(language, chip.tvr.hex().upper()),
        Label.TSI.line(language, chip.tsi.hex().upper()),
    )


def _money_lines(facts: ReceiptFacts, language: Language) -> tuple[OutputText, ...]:
    amounts: list[tuple[Label, int]] = []
    if facts.asked is not None and facts.asked != facts.total:
        if facts.cash and facts.total is not None:
            amounts += ((Label.EXACT, facts.asked), (Label.ROUNDING, facts.total - facts.asked))
        else:
            amounts.append((Label.ASKED, facts.asked))
    if facts.total is not None:
        amounts.append((Label.TOTAL, facts.total))
    if facts.remaining is not None:
        amounts.append((Label.REMAINING, facts.remaining))
    return tuple(label.line(language, money(cents, language)) for label, cents in amounts)


def masked(card: CardFacts) -> str:
    return f"{MASK}{card.last_four:04d}"


def money(cents: int, language: Language) -> str:
    """1 234,56 $ (no-break spaces) in French, $1,234.56 in English, with a leading minus below zero."""
    sign = "-" if cents < 0 else ""
    english = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    if language == "en":
        return f"{sign}${english}"
    return sign + english.replace(",", "\u00a0").replace(".", ",") + "\u00a0$"
