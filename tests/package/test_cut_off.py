"""An upgrade that was cut off: what everything waits for then, and that the manual says how it goes on."""

import re

from tests.package.packages import ROOT
from tests.package.test_units import SCRIPTS, SYSTEM


def test_what_the_units_wait_for_is_in_the_manual_of_upgrades():
    (file,) = re.findall(r": > (\S+)", (SCRIPTS / "prerm").read_text())
    waiting = [path.name for path in SYSTEM.glob("*.service") if f"while [ -e {file} ]" in path.read_text()]
    assert sorted(waiting) == ["pos-bridge-page.service", "pos-bridge.service"]
    manual = (ROOT / "docs/upgrade.md").read_text()
    assert f"`{file}`" in manual
    assert "`dpkg --configure -a`" in manual
