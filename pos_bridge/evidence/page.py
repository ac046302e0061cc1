"""The report as a page to read and print: one file, without a script, nothing fetched. Every text in it is escaped."""

from pathlib import Path

from pos_bridge.dossier.html import Html, document, element, heading, items, marked, pairs, paragraph, table, text
from pos_bridge.evidence.page_words import STANDARDS, STATES, say
from pos_bridge.evidence.report import Report
from pos_bridge.evidence.requirement import Row, Standard, State

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_NUMBERED = {Standard.PCI: "number", Standard.LAW_25: "article"}


def page(report: Report, language: str) -> bytes:
    """HTML in UTF-8, in French or English."""
    title = say("title", language)
    body = element(
        "body",
        _header(report, title, language),
        element(
            "main",
            *(part for standard in Standard for part in _requirements(report, standard, language)),
            *_beyond(report, language),
            *_findings(report, language),
        ),
        element("footer", element("p", marked(say("how_to_verify", language))) if report.signer else text("")),
    )
    return document(title, _STYLE, language, body)


def _header(report: Report, title: str, language: str) -> Html:
    counted = {state.value: report.count(state) for state in State}
    signer = say("unsigned", language) if report.signer is None else report.signer.key
    return element(
        "header",
        element("h1", text(title)),
        paragraph(say("made", language, day=report.day.isoformat(), till=report.till, poiid=report.poiid)),
        paragraph(say("claim", language)),
        element("p", element("strong", text(say("count", language, **counted)))),
        pairs(
            [
                (say("version", language), text(report.version)),
                (say("settings", language), _code(report.settings)),
                (say("signer", language), text(signer) if report.signer is None else _code(signer)),
            ]
        ),
    )


def _requirements(report: Report, standard: Standard, language: str) -> list[Html]:
    rows = [row for row in report.rows if row.requirement.standard is standard]
    titles = [say(word, language) for word in (_NUMBERED[standard], "state", "asked", "by_hand")]
    return [heading(STANDARDS[standard].to(language)), table(titles, [_row(row, language) for row in rows])]


def _row(row: Row, language: str) -> list[Html]:
    requirement = row.requirement
    seen = [paragraph(requirement.asked.to(language))]
    if row.findings:
        seen.append(items(*(marked(found.to(language)) for found in row.findings)))
    if row.absent:
        seen.append(paragraph(say("absent", language, checks=", ".join(row.absent))))
    if requirement.shop is not None:
        what = requirement.shop.to(language)
        seen.append(element("p", text(say("shop", language, what=what)), class_="shop"))
    return [
        element("span", text(requirement.number), class_="number"),
        element("span", text(STATES[row.state].to(language)), class_=row.state.value),
        Html("".join(seen)),
        Html("".join(element("p", _code(command.to(language))) for command in requirement.commands)),
    ]


def _beyond(report: Report, language: str) -> list[Html]:
    told = [heading(say("beyond", language)), paragraph(say("beyond_why", language))]
    for standard in Standard:
        of_it = [each for each in report.beyond if each.standard is standard]
        rows = [[element("span", text(each.number), class_="number"), marked(each.what.to(language))] for each in of_it]
        titles = [say(_NUMBERED[standard], language), say("not_ours", language)]
        told += [element("h3", text(STANDARDS[standard].to(language))), table(titles, rows)]
    return told


def _findings(report: Report, language: str) -> list[Html]:
    titles = [say(word, language) for word in ("check", "weight", "finding")]
    rows = [
        [_code(found.check), text(found.weight.value.to(language)), marked(found.text(language))]
        for found in report.findings
    ]
    return [heading(say("findings", language)), table(titles, rows)]


def _code(plain: str) -> Html:
    return element("code", text(plain))
