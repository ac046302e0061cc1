"""What looks found, as tests compare it: which lines, without their values."""

from collections.abc import Iterable

from pos_bridge.checkup.finding import Finding, Line
from pos_bridge.config import settings

STRIPE = settings.Reader(name="counter", driver="idtech_msr", device="/dev/ttyS0")
CHIP = settings.Reader(name="chip", driver="pcsc_emv", device="Virtual PCD 00 00")


def lines(findings: Iterable[Finding]) -> list[Line]:
    return [line(finding) for finding in findings]


def line(finding: Finding) -> Line:
    return Line(finding.check, finding.weight, finding.words)
