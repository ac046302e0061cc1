"""The two receipts of a transaction as nexo text lines: the cashier's in the till's language, the customer's in theirs.

Of a card: brand, last four digits, entry mode and approval code; of a chip also which application it is, by our own
table, and what was checked (TVR, TSI). Of a person: whether something that names them was kept, and never what.
"""

from dataclasses import dataclass
from datetime import datetime

from pos_bridge.domain.applications import application_of
from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.chip import ChipReceipt, Verified
from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.receipt_label import Label, text_line
from pos_bridge.pos_api.spoken import Spoken
from pos_bridge.pos_api.taxes import Tax, Taxes
from pos_bridge.wire.nexo.payment_response import MASK, OutputContent, OutputText, PaymentReceipt
from pos_bridge.words import Language, Words, money

_Lines = tuple[OutputText, ...]

CASHIER, CUSTOMER = "CashierReceipt", "CustomerReceipt"

_ENTRIES = {
    EntryMode.MAGSTRIPE: Words("Bande magnétique", "Magnetic stripe"),
    EntryMode.CHIP: Words("Puce", "Chip"),
    EntryMode.CONTACTLESS: Words("Sans contact", "Contactless"),
    EntryMode.MAGSTRIPE_FALLBACK: Words("Bande magnétique (repli)", "Magnetic stripe (fallback)"),
}
_BY_PIN = frozenset({Verified.PIN_AT_READER, Verified.PIN_ONLINE})
_TAXES = {Tax.GST: Label.GST, Tax.QST: Label.QST, Tax.HST: Label.HST, Tax.PST: Label.PST}
_TO_CUSTOMERS = frozenset({Label.ASK_LATER})  # notes that speak to whoever pays
_OF_YOU = {
    frozenset[ChoiceKind](): Label.NOTHING_OF_YOU,
    frozenset({ChoiceKind.CHOUCHOUS}): Label.MEMBER_OF_YOU,
    frozenset({ChoiceKind.HOME_DELIVERY}): Label.ORDER_OF_YOU,
    frozenset(ChoiceKind): Label.BOTH_OF_YOU,
}


@dataclass(frozen=True, slots=True)
class Shop:
    """Who sells, as receipts name it. `heading`: name and address, a line each, in the words of the shop."""

    heading: tuple[str, ...] = ()
    gst_number: str | None = None
    qst_number: str | None = None


NO_SHOP = Shop()


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose receipt it is: the shop, its number at the processor, and the terminal."""

    merchant_id: str
    poiid: str
    shop: Shop = NO_SHOP


@dataclass(frozen=True, slots=True, repr=False)
class ReceiptFacts:
    """What a receipt tells. Amounts in cents; `total` is what was paid or went back, None for nothing.

    `title` says what it is of; `original` is the key of the sale that money went back of; `reason`: why nothing moved,
    where a receipt says so; `remaining` is still due of a split tender, None without one; `chip` is what a chip said,
    known to the first answer only; `taxes` as the till told them; `note` is what the customer should know about their
    account; `kept_of_you`: what the vault keeps with the sale, None where that is not certain.
    """

    at: datetime
    outcome: Label
    key: LegKey | None = None
    total: int | None = None
    asked: int | None = None
    cash: bool = False
    card: CardFacts | None = None
    approval_code: str | None = None
    title: Label = Label.PURCHASE
    original: str | None = None
    reason: Label | None = None
    remaining: int | None = None
    note: Label | None = None
    chip: ChipReceipt | None = None
    taxes: Taxes = ()
    kept_of_you: frozenset[ChoiceKind] | None = None

    @property
    def signed(self) -> bool:
        """Whether the customer signs the merchant's copy: a chip that asked for it, and money that moved.

        Never for Interac, which knows no signature.
        """
        wanted = self.total is not None and self.chip is not None and self.chip.verified is Verified.SIGNATURE
        return wanted and not self._interac

    @property
    def by_pin(self) -> bool:
        """A PIN that was wrong is a reason of declines: it is said of money that moved only."""
        return self.total is not None and self.chip is not None and self.chip.verified in _BY_PIN

    @property
    def unsigned(self) -> bool:
        """Whether it is said that nobody signs: of a chip that asked for no proof, or of Interac."""
        return self.total is not None and self.chip is not None and not (self.signed or self.by_pin)

    @property
    def _interac(self) -> bool:
        return self.card is not None and self.card.brand is Brand.INTERAC


def receipts(facts: ReceiptFacts, issuer: Issuer, spoken: Spoken) -> tuple[PaymentReceipt, ...]:
    """CashierReceipt and CustomerReceipt, in this order, whatever the outcome. `spoken` names both languages."""
    told = {language: _of_both(facts, issuer, language) for language in {spoken.cashier, spoken.customer}}
    head, rest = told[spoken.cashier]
    cashiers = (*head, Label.CASHIER_COPY.line(spoken.cashier), *rest, *_to_sign(facts, spoken.cashier))
    head, rest = told[spoken.customer]
    customers = (*head, Label.CUSTOMER_COPY.line(spoken.customer), *rest, *_to_keep(facts, spoken.customer))
    return (
        PaymentReceipt(CASHIER, facts.signed, OutputContent("Text", cashiers)),
        PaymentReceipt(CUSTOMER, required_signature_flag=False, output_content=OutputContent("Text", customers)),
    )


def _of_both(facts: ReceiptFacts, issuer: Issuer, language: Language) -> tuple[_Lines, _Lines]:
    """What both copies say, before and after whose copy it is."""
    head = (
        *(text_line(f"shop{at}", line) for at, line in enumerate(issuer.shop.heading, 1)),
        *_numbers(facts, issuer.shop, language),
        Label.RECORD.line(language),
    )
    rest = (
        facts.title.line(language),
        Label.DATE.line(language, facts.at.date().isoformat()),
        Label.TIME.line(language, facts.at.time().isoformat("seconds")),
        Label.MERCHANT.line(language, issuer.merchant_id),
        Label.TERMINAL.line(language, issuer.poiid),
        *_card_lines(facts, language),
        *((Label.REFERENCE.line(language, str(facts.key)),) if facts.key is not None else ()),
        *((Label.ORIGINAL.line(language, facts.original),) if facts.original is not None else ()),
        *_money_lines(facts, language),
        *((facts.reason.line(language),) if facts.reason is not None else ()),
        facts.outcome.line(language),
        *((Label.PIN.line(language),) if facts.by_pin else ()),
        *((Label.NO_SIGNATURE.line(language),) if facts.unsigned else ()),
        *((facts.note.line(language),) if facts.note is not None and facts.note not in _TO_CUSTOMERS else ()),
    )
    return head, rest


def _to_sign(facts: ReceiptFacts, language: Language) -> _Lines:
    return (Label.AGREEMENT.line(language), Label.SIGNATURE.line(language)) if facts.signed else ()


def _to_keep(facts: ReceiptFacts, language: Language) -> _Lines:
    note = (facts.note.line(language),) if facts.note is not None and facts.note in _TO_CUSTOMERS else ()
    return (*note, *_of_you(facts, language), Label.RETAIN.line(language))


def _of_you(facts: ReceiptFacts, language: Language) -> _Lines:
    """What this terminal keeps of who paid. Of what others keep it speaks where it keeps nothing itself."""
    if facts.kept_of_you is None:
        return ()
    label = Label.NOTHING_OF_YOU_IN_CASH if facts.cash and not facts.kept_of_you else _OF_YOU[facts.kept_of_you]
    return (label.line(language),)


def _numbers(facts: ReceiptFacts, shop: Shop, language: Language) -> _Lines:
    """The shop's tax registrations, where money moved."""
    if facts.total is None:
        return ()
    numbers = ((Label.GST_NUMBER, shop.gst_number), (Label.QST_NUMBER, shop.qst_number))
    return tuple(label.line(language, number) for label, number in numbers if number is not None)


def _card_lines(facts: ReceiptFacts, language: Language) -> _Lines:
    lines: list[OutputText] = []
    if facts.cash:
        lines.append(Label.CASH.line(language))
    if facts.card is not None:
        lines += (
            Label.CARD.line(language, facts.card.brand.name),
            Label.NUMBER.line(language, masked(facts.card)),
            Label.ENTRY.line(language, _ENTRIES[facts.card.entry_mode].to(language)),
        )
    if facts.chip is not None:
        lines += _chip_lines(facts.chip, language)
    if facts.approval_code is not None:
        lines.append(Label.CODE.line(language, facts.approval_code))
    return tuple(lines)


def _chip_lines(chip: ChipReceipt, language: Language) -> _Lines:
    application = application_of(chip.aid)
    return (
        *((Label.APPLICATION.line(language, application.label),) if application is not None else ()),
        Label.AID.line(language, chip.aid.hex().upper()),
        Label.TVR.line(language, chip.tvr.hex().upper()),
        Label.TSI.line(language, chip.tsi.hex().upper()),
    )


def _money_lines(facts: ReceiptFacts, language: Language) -> _Lines:
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
    return (
        *_tax_lines(facts, language),
        *(label.line(language, money(cents, language)) for label, cents in amounts),
    )


def _tax_lines(facts: ReceiptFacts, language: Language) -> _Lines:
    """Of a part of a sale they are the whole sale's, and said to be: a part has no taxes of its own."""
    if facts.total is None or not facts.taxes:
        return ()
    heading = () if facts.remaining is None else (Label.TAXES_OF_SALE.line(language),)
    return (*heading, *(_TAXES[tax].line(language, money(cents, language)) for tax, cents in facts.taxes))


def masked(card: CardFacts) -> str:
    return f"{MASK}{card.last_four:04d}"
