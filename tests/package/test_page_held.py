"""The status page's port is held whatever its program does, until IT puts both away."""

import re

from tests.package.packages import ROOT
from tests.package.test_units import SYSTEM, settings


def test_a_page_whose_settings_are_unfit_does_not_let_its_port_go():
    """What is not tried again by itself is started by each browser that waits: at the fifth in ten seconds
    (DefaultStartLimitBurst=) systemd ends the socket, too.
    """
    page = settings(SYSTEM / "pos-bridge-page.service")
    assert page["Restart"] == ["on-failure"]
    assert "RestartPreventExitStatus" not in page
    assert "StartLimitBurst" not in page
    assert int(page["RestartSec"][0]) * 5 > 10, "seldomer than the limit"


def test_the_manual_puts_the_page_away_with_its_port():
    """systemctl(1): disable --now stops what is named, and leaves what Also= names to go on and start it."""
    manual = (ROOT / "docs/status-page.md").read_text()
    (named,) = re.findall(r"`systemctl disable --now ([^`]+)`", manual)
    assert named.split() == ["pos-bridge-page.socket", "pos-bridge-page.service"]
