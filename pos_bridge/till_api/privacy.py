"""What is kept about a sale, and about whom, as lines for a customer: said with the words of `pos-bridge explain`.

Of the journal it says what any sale's rows hold; what a command reads from one till's files, that command shows.
"""

from textwrap import wrap

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import SETTLED, Kind, Tender
from pos_bridge.kept_words import ABOUT_YOU, COLUMNS, KEPT, TABLES
from pos_bridge.pos_api.receipt_text import COLUMNS as WIDTH
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.words import LANGUAGES, Language

_INDENT = "  "
_COLON = {"fr": "\u00a0:", "en": ":"}


def privacy_receipt(leg: KnownLeg, kinds: frozenset[ChoiceKind] | None, points: int) -> pb.PrivacyReceipt:
    """`kinds` of choice that are kept with it; None: the vault cannot be asked now, and nothing is said for certain."""
    known = pb.Known(
        chouchous=kinds is not None and ChoiceKind.CHOUCHOUS in kinds,
        home_delivery=kinds is not None and ChoiceKind.HOME_DELIVERY in kinds,
        points=points,
        not_known=kinds is None,
    )
    fr, en = (_lines(leg, kinds, language) for language in LANGUAGES)
    return pb.PrivacyReceipt(found=True, lines_fr=fr, lines_en=en, known=known)


def no_such_sale() -> pb.PrivacyReceipt:
    fr, en = (_wrapped(KEPT["no_such_sale"].to(language)) for language in LANGUAGES)
    return pb.PrivacyReceipt(found=False, lines_fr=fr, lines_en=en)


def _lines(leg: KnownLeg, kinds: frozenset[ChoiceKind] | None, language: Language) -> list[str]:
    cash = leg.tender is Tender.CASH

    def say(name: str, **values: object) -> str:
        return KEPT[name].to(language).format(**values)

    lines = [
        *_wrapped(say("sale" if leg.kind is Kind.SALE else "refund", key=leg.key)),
        *([] if leg.sale_key is None else _wrapped(say("of_sale", key=leg.sale_key))),
        "",
        *_wrapped(say("kept") + _COLON[language]),
        *(line for table in _tables(leg) for line in _table(table, language)),
        *_wrapped(say("answer_kept"), _INDENT),
        "",
        *_wrapped(say("not_kept") + _COLON[language]),
        *_wrapped(say("not_kept_cash" if cash else "not_kept_card"), _INDENT),
        *_wrapped(say("not_kept_ever"), _INDENT),
        "",
    ]
    about = ("about_you_not_now",) if kinds is None else ABOUT_YOU[kinds]
    for name in about:
        lines += _wrapped(say(name))
    return [*lines, *_wrapped(say("others_cash" if cash else "others_card"))]


def _tables(leg: KnownLeg) -> tuple[str, ...]:
    return ("chain", "links") if leg.state in SETTLED else ("chain", "links", "working")


def _table(table: str, language: Language) -> list[str]:
    """A phrase a column, each once."""
    phrases = dict.fromkeys(said.to(language) for (of, _), said in COLUMNS.items() if of == table)
    heading = TABLES[table].to(language) + _COLON[language]
    return [
        *_wrapped(heading, _INDENT),
        *(line for phrase in phrases for line in _wrapped(f"- {phrase}", _INDENT * 2)),
    ]


def _wrapped(text: str, indent: str = "") -> list[str]:
    """As paper takes it: a colon stays with the word before it, and no line ends within a word."""
    set_out = text.replace(" :", "\u00a0:")
    further = f"{indent}{_INDENT}" if set_out.startswith("- ") else indent
    lines = wrap(set_out, WIDTH, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in lines]
