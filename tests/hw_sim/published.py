"""Published examples of DUKPT and of an ID TECH reader's frames, each recomputed with programs not of this project."""

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("published.json")
PUBLISHED: dict[str, Any] = json.loads(_FILE.read_text())
ANSI: list[dict[str, str]] = PUBLISHED["ansi"]
MAGTEK: dict[str, str] = PUBLISHED["magtek"]
IDTECH: dict[str, Any] = PUBLISHED["idtech"]
