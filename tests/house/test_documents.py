"""The documents say what the code says."""

import re
from dataclasses import fields
from pathlib import Path

import msgspec

from pos_bridge.config import settings
from pos_bridge.config.section import Section
from pos_bridge.log.events import EVENTS

ROOT = Path(__file__).parents[2]


def test_every_link_leads_somewhere():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    lost = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert lost == []


def test_each_event_is_documented_and_no_other():
    told = (ROOT / "docs" / "events.md").read_text()
    kinds = {kind.__name__: kind for kind in EVENTS}
    rows = {line.split("|")[1].strip().strip("`"): line for line in told.splitlines() if line.startswith("| `")}
    assert set(rows) == set(kinds)
    for name, kind in kinds.items():
        assert f"| {kind.severity.value} |" in rows[name]
        for field in fields(kind):
            assert f"`{field.name}`" in rows[name], f"{name}.{field.name} is not documented"


def test_each_setting_is_documented():
    told = (ROOT / "docs" / "configuration.md").read_text()
    sections = [
        kind
        for kind in vars(settings).values()
        if isinstance(kind, type) and issubclass(kind, Section) and kind not in {Section, settings.Document}
    ]
    assert len(sections) >= 6
    for section in sections:
        for field in msgspec.structs.fields(section):
            assert f"\n{field.name} = " in told or re.search(rf"\.{field.name}\]\]?\s", told), field.name
