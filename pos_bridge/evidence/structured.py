"""The report for a computer: JSON in UTF-8, in both languages. Its names are in docs/evidence.md, and stay."""

import json

from pos_bridge.evidence.report import Report
from pos_bridge.evidence.requirement import Row
from pos_bridge.words import Words

FORMAT = "pos-bridge-evidence-1"  # another number only where a name goes or means something else
Json = dict[str, object]


def to_bytes(report: Report) -> bytes:
    """The document, indented, with a line's end."""
    return (json.dumps(document(report), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


def document(report: Report) -> Json:
    return {
        "format": FORMAT,
        "till": report.till,
        "poiid": report.poiid,
        "day": report.day.isoformat(),
        "version": report.version,
        "settings_sha256": report.settings,
        "signer": None if report.signer is None else report.signer.key,
        "requirements": [_row(row) for row in report.rows],
        "findings": [found.as_fields() for found in report.findings],
        "not_shown_by_this_program": [
            {"standard": each.standard.value, "number": each.number, "what": _both(each.what)} for each in report.beyond
        ],
    }


def _row(row: Row) -> Json:
    requirement = row.requirement
    return {
        "standard": requirement.standard.value,
        "number": requirement.number,
        "state": row.state.value,
        "asked": _both(requirement.asked),
        "checks": list(requirement.checks),
        "spoilt_by": list(requirement.spoilt_by),
        "not_looked_at": list(row.absent),
        "findings": [found.as_fields() for found in row.findings],
        "commands": [command.both for command in requirement.commands],
        "shop": None if requirement.shop is None else _both(requirement.shop),
    }


def _both(words: Words) -> Json:
    return {"fr": words.fr, "en": words.en}
