"""All that is kept about a person, as a page to read and print: one file, without a script, nothing fetched."""

from dataclasses import dataclass
from pathlib import Path

from pos_bridge.domain.access import Access, KnownSale
from pos_bridge.domain.identity import ChoiceKind, Chouchous, Consent, ConsentEnd, kind_of
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.person import Month, RightRequest
from pos_bridge.domain.purposes import Retention
from pos_bridge.dossier import names
from pos_bridge.dossier.html import Html, document, element, heading, items, pairs, paragraph, table, text, theirs
from pos_bridge.dossier.page_words import COMMISSION, say
from pos_bridge.leg_words import TENDERS

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Shop:
    """What the page says of the shop: its name and address (lines), the till's number, and how long it keeps data."""

    heading: tuple[str, ...]
    till: int
    retention: Retention


def page(access: Access, shop: Shop, language: str) -> bytes:
    """HTML in UTF-8, in French or English."""
    title = say("title", language)
    body = element(
        "body",
        _header(access, shop, title, language),
        element(
            "main",
            *_given(access, language),
            *_agreed(access, language),
            *_purchases(access, language),
            *_requests(access, language),
            *_kept(access, shop, language),
            *_rights(language),
        ),
        element("footer", paragraph(say("others", language)), paragraph(say("also", language))),
    )
    return document(title, _STYLE, language, body)


def _header(access: Access, shop: Shop, title: str, language: str) -> Html:
    choice = access.person.choice
    number = choice.member if isinstance(choice, Chouchous) else choice.order
    found_by = say("found_by", language, kind=names.KINDS[kind_of(choice)].to(language))
    return element(
        "header",
        *(paragraph(line) for line in shop.heading),
        element("h1", text(title)),
        paragraph(say("made", language, day=access.day.isoformat(), till=shop.till)),
        pairs([(found_by, theirs(number)), (say("vault_id", language), _key(access.person.id.hex()))]),
    )


def _given(access: Access, language: str) -> list[Html]:
    person = access.person
    told = [heading(say("given", language))]
    if access.withheld:
        told.append(paragraph(say("withheld", language)))
    elif person.details.given:
        told.append(pairs([(names.FIELDS[field].to(language), theirs(given)) for field, given in person.details.given]))
    else:
        told.append(paragraph(say("nothing_given", language)))
    if person.child_until is not None:
        told.append(paragraph(say("child", language, month=_month(person.child_until))))
    return told


def _agreed(access: Access, language: str) -> list[Html]:
    allowed = [text(purpose) for purpose in names.named(access.in_force, language)]
    head = [say(name, language) for name in ("what", "when", "where", "for_what", "text", "by")]
    return [
        heading(say("agreed", language)),
        paragraph(say("in_force" if allowed else "nothing_in_force", language)),
        *([items(*allowed)] if allowed else []),
        *([table(head, [_event(event, language) for event in access.person.history])] if access.person.history else []),
    ]


def _event(event: Consent | ConsentEnd, language: str) -> list[Html]:
    where = text(names.CHANNELS[event.channel].to(language))
    if isinstance(event, ConsentEnd):
        what, of = say("withdrew", language), names.PURPOSES[event.purpose].to(language)
        return [text(what), text(event.day.isoformat()), where, text(of), Html(""), Html("")]
    when = say("between", language, day=event.day.isoformat(), hour=event.hour, next=event.hour + 1)
    return [
        text(say("consented", language)),
        text(when),
        where,
        text(", ".join(names.named(event.purposes, language))),
        text(text_agreed_to(event, language)),
        text(names.GIVEN_BY[event.by].to(language)),
    ]


def text_agreed_to(consent: Consent, language: str) -> str:
    """Its version, and the language in which it was shown."""
    french = consent.language == "fr"
    return say("in_french" if french else "in_english", language, version=consent.text_version)


def _purchases(access: Access, language: str) -> list[Html]:
    told = [heading(say("purchases", language))]
    if not access.sales:
        return [*told, paragraph(say("no_purchases", language))]
    head = [say(name, language) for name in ("when", "tender", "amount", "outcome", "points", "key")]
    rows = [row for sale in access.sales for row in _sale(sale, language)]
    told.append(table(head, rows))
    if access.points is not None:
        told.append(paragraph(say("points_in_all", language, points=access.points)))
    return told


def _sale(sale: KnownSale, language: str) -> list[list[Html]]:
    """A row, and one for each refund."""
    at, linked = sale.recorded, sale.linked
    when = "" if at is None else say("between", language, day=at.day.isoformat(), hour=at.hour, next=at.hour + 1)
    points = text("" if linked.earned is None else str(linked.earned.standing))
    if sale.leg is None:
        became = [Html(""), Html(""), text(say("forgotten", language))]
    else:
        became = [*_paid(sale.leg, language), text(names.OUTCOMES[sale.leg.state].to(language))]
    rows = [[text(when), *became, points, _key(str(linked.key))]]
    for refund in sale.refunds:
        outcome = say("refund", language, outcome=names.OUTCOMES[refund.state].to(language))
        rows.append([Html(""), *_paid(refund, language), text(outcome), Html(""), _key(str(refund.key))])
    return rows


def _paid(leg: KnownLeg, language: str) -> tuple[Html, Html]:
    """By what, and how much: of a partial approval what was approved, in cash what was handed over."""
    cents = leg.amount.cents if leg.approved is None else leg.approved.cents
    cents = cents if leg.due is None else leg.due
    return text(TENDERS[leg.tender].to(language)), text(_money(cents, language))


def _requests(access: Access, language: str) -> list[Html]:
    if not access.person.requests:
        return []
    head = [say(name, language) for name in ("right", "received", "answer")]
    rows = [
        [
            text(names.RIGHTS[request.right].to(language)),
            text(request.received.isoformat()),
            text(_answer(request, language)),
        ]
        for request in access.person.requests
    ]
    return [heading(say("requests", language)), table(head, rows)]


def _answer(request: RightRequest, language: str) -> str:
    if request.ended is None:
        return say("waits", language, day=request.due.isoformat())
    if request.refusal is None:
        return say("granted", language, day=request.ended.isoformat())
    return say("refused", language, day=request.ended.isoformat(), why=names.REFUSALS[request.refusal].to(language))


def _kept(access: Access, shop: Shop, language: str) -> list[Html]:
    sentences = ("encrypted", "told_to_nobody", "not_kept")
    return [
        heading(say("how_long", language)),
        paragraph(_how_long(access, shop.retention, language)),
        *(paragraph(say(name, language)) for name in sentences),
    ]


def _how_long(access: Access, retention: Retention, language: str) -> str:
    person, last = access.person, _month(access.person.active)
    if kind_of(person.choice) is ChoiceKind.CHOUCHOUS:
        return say("member_for", language, months=retention.inactive_months, last=last)
    if person.keep_until is not None:
        return say("delivery_until", language, day=person.keep_until.isoformat())
    return say("delivery_for", language, days=retention.delivery_days, last=last)


def _rights(language: str) -> list[Html]:
    each = items(*(text(say(name, language)) for name in ("rectify", "withdraw", "erase")))
    recourse = say("recourse", language, commission=COMMISSION.to(language))
    return [heading(say("rights", language)), each, paragraph(say("ask", language)), paragraph(recourse)]


def _key(key: str) -> Html:
    return element("span", text(key), class_="key")


def _month(month: Month) -> str:
    return f"{month.year:04}-{month.month:02}"


def _money(cents: int, language: str) -> str:
    whole, part = divmod(cents, 100)
    return f"{whole},{part:02}\u00a0$" if language == "fr" else f"${whole}.{part:02}"
