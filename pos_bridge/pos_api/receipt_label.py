"""Every text that a receipt can have, by the key under which till software looks a line up.

French as it is written in Quebec: accents on capitals, a no-break space before a colon, none before a semicolon. Only
characters that a receipt printer has (code page 858): a straight apostrophe, no dash longer than a hyphen.
"""

from enum import Enum
from functools import cache, lru_cache
from urllib.parse import quote

from pos_bridge.pos_api.privacy_receipt import (
    NOTHING_NAMES_YOU,
    NOTHING_NAMES_YOU_IN_CASH,
    OF_A_MEMBER,
    OF_AN_ORDER,
    OF_BOTH,
)
from pos_bridge.wire.nexo.pairs import encode_pairs
from pos_bridge.wire.nexo.payment_response import OutputText
from pos_bridge.words import Language, Words, same


class Label(Enum):
    """A line of a receipt. Of two labels with one key a receipt has one at most."""

    RECORD = ("record", Words("RELEVÉ DE TRANSACTION", "TRANSACTION RECORD"))
    CASHIER_COPY = ("header1", Words("COPIE DU COMMERÇANT", "MERCHANT COPY"))
    CUSTOMER_COPY = ("header1", Words("COPIE DU CLIENT", "CUSTOMER COPY"))
    GST_NUMBER = ("gstNumber", Words("N° d'inscription TPS", "GST registration no."))
    QST_NUMBER = ("qstNumber", Words("N° d'inscription TVQ", "QST registration no."))
    PURCHASE = ("txType", Words("ACHAT", "PURCHASE"))
    REFUND = ("txType", Words("REMBOURSEMENT", "REFUND"))
    VOID = ("txType", Words("ANNULATION D'ACHAT", "VOID OF A PURCHASE"))
    DATE = ("txdate", same("Date"))
    TIME = ("txtime", Words("Heure", "Time"))
    MERCHANT = ("mid", Words("Commerçant", "Merchant"))
    TERMINAL = ("tid", same("Terminal"))
    CARD = ("cardType", Words("Carte", "Card"))
    NUMBER = ("pan", Words("Numéro", "Number"))
    ENTRY = ("posEntryMode", Words("Lecture", "Entry"))
    APPLICATION = ("preferredName", same("Application"))
    AID = ("aid", same("AID"))
    TVR = ("tvr", same("TVR"))
    TSI = ("tsi", same("TSI"))
    PIN = ("cvm", Words("NIP VÉRIFIÉ", "VERIFIED BY PIN"))
    NO_SIGNATURE = ("cvm", Words("SANS SIGNATURE", "NO SIGNATURE REQUIRED"))
    CODE = ("authCode", Words("Autorisation", "Approval"))
    REFERENCE = ("txRef", Words("Référence", "Reference"))
    ORIGINAL = ("originalTxRef", Words("Vente d'origine", "Original sale"))
    ASKED = ("txAmount", Words("Montant demandé", "Amount asked"))
    EXACT = ("txAmount", Words("Montant exact", "Exact amount"))
    TAXES_OF_SALE = ("taxesOf", Words("Taxes de toute la vente", "Taxes of the whole sale"))
    GST = ("gst", Words("TPS", "GST"))
    QST = ("qst", Words("TVQ", "QST"))
    HST = ("hst", Words("TVH", "HST"))
    PST = ("pst", Words("TVP", "PST"))
    ROUNDING = ("cashRounding", Words("Arrondi", "Rounding"))
    TOTAL = ("totalAmount", same("TOTAL CAD"))
    REMAINING = ("remaining", Words("Reste à payer", "Left to pay"))
    CASH = ("paymentMethod", Words("COMPTANT", "CASH"))
    APPROVED = ("approved", Words("APPROUVÉE - MERCI", "APPROVED - THANK YOU"))
    PARTLY = ("approved", Words("APPROUVÉE EN PARTIE", "PARTLY APPROVED"))
    PAID = ("approved", Words("PAYÉ - MERCI", "PAID - THANK YOU"))
    NOT_PAID = ("approved", Words("NON PAYÉ", "NOT PAID"))
    NOT_KNOWN = ("approved", Words("ISSUE PAS ENCORE CONNUE", "OUTCOME NOT KNOWN YET"))
    PAID_BEFORE = ("approved", Words("DÉJÀ PAYÉ", "ALREADY PAID"))
    REFUNDED_BEFORE = ("approved", Words("DÉJÀ REMBOURSÉ", "ALREADY REFUNDED"))
    REFUNDED = ("approved", Words("REMBOURSÉ", "REFUNDED"))
    VOIDED = ("approved", Words("ACHAT ANNULÉ", "PURCHASE VOIDED"))
    NOT_REFUNDED = ("approved", Words("NON REMBOURSÉ", "NOT REFUNDED"))
    DECLINED = ("reason", Words("TRANSACTION REFUSÉE", "TRANSACTION DECLINED"))
    CANCELLED = ("reason", Words("TRANSACTION ANNULÉE", "TRANSACTION CANCELLED"))
    HOLD = (
        "hold",
        Words(
            "Une retenue peut paraître quelques jours; aucun débit ne restera.",
            "A hold may show for some days; no charge will stand.",
        ),
    )
    SHOWS_LATER = (
        "refundInfo",
        Words(
            "Le remboursement paraîtra au compte d'ici quelques jours.",
            "The refund will show on the account within some days.",
        ),
    )
    ASK_LATER = (
        "hold",
        Words(
            "Ne payez pas une autre fois\u00a0: demandez d'abord au magasin.",
            "Do not pay again: ask the shop first.",
        ),
    )
    NOTHING_OF_YOU = ("privacy", NOTHING_NAMES_YOU)
    NOTHING_OF_YOU_IN_CASH = ("privacy", NOTHING_NAMES_YOU_IN_CASH)
    MEMBER_OF_YOU = ("privacy", OF_A_MEMBER)
    ORDER_OF_YOU = ("privacy", OF_AN_ORDER)
    BOTH_OF_YOU = ("privacy", OF_BOTH)
    RETAIN = ("retain", Words("Conservez ce reçu", "Please retain this receipt"))
    AGREEMENT = (
        "agreement",
        Words(
            "Je paierai le total ci-dessus à l'émetteur de la carte, selon la convention du titulaire.",
            "I will pay the above total to the card's issuer, as the cardholder agreement says.",
        ),
    )
    SIGNATURE = (
        "signature",
        Words("Signature\u00a0: X_____________________________", "Signature: X______________________________"),
    )

    @property
    def key(self) -> str:
        return self.value[0]

    @property
    def words(self) -> Words:
        return self.value[1]

    def line(self, language: Language, value: str = "") -> OutputText:
        if not value:
            return text_line(self.key, self.words.to(language))
        before, after = _around(self, language)
        return OutputText(f"{before}{quote(value, safe='')}{after}", end_of_line_flag=True)


@lru_cache(maxsize=512)  # as many as there are labels, twice, and the lines of one shop: said with every answer
def text_line(key: str, name: str) -> OutputText:
    """`name=..&key=..`: a line without a value."""
    return OutputText(encode_pairs((("name", name), ("key", key))), end_of_line_flag=True)


@cache
def _around(label: Label, language: Language) -> tuple[str, str]:
    """What stands before and after a value."""
    name, key = (("name", label.words.to(language)),), (("key", label.key),)
    return f"{encode_pairs(name)}&value=", f"&{encode_pairs(key)}"
