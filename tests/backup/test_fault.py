"""Every reason is said in both languages, filled in alike, and raised somewhere."""

from pathlib import Path
from string import Formatter

import pytest

import pos_bridge
from pos_bridge.backup.fault import BackupFault

PACKAGE = Path(pos_bridge.__file__).parent
SOURCES = "".join(path.read_text() for folder in ("backup", "cli") for path in (PACKAGE / folder).glob("*.py"))


@pytest.mark.parametrize("fault", BackupFault)
def test_a_reason(fault):
    said = fault.value
    fr, en = ({name for _, name, _, _ in Formatter().parse(text) if name} for text in (said.fr, said.en))
    assert fr == en
    assert said.fr != said.en
    assert f"BackupFault.{fault.name}" in SOURCES
