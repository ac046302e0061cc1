"""The report as a value: what was found on this till just now, and what that shows. Of no person, card or sale."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pos_bridge import __version__
from pos_bridge.checkup.finding import Finding
from pos_bridge.config.settings import Config
from pos_bridge.evidence.beyond import BEYOND, Beyond
from pos_bridge.evidence.law25 import LAW_25
from pos_bridge.evidence.looks import by_check
from pos_bridge.evidence.pci import PCI
from pos_bridge.evidence.requirement import Requirement, Row, State, judge
from pos_bridge.evidence.seal import Signer

REQUIREMENTS: tuple[Requirement, ...] = (*PCI, *LAW_25)


@dataclass(frozen=True, slots=True)
class Report:
    """`day`: in the till's time. `settings`: SHA-256 of the configuration file. `signer`: None where nobody signs."""

    till: int
    poiid: str
    day: date
    version: str
    settings: str
    signer: Signer | None
    findings: tuple[Finding, ...]
    rows: tuple[Row, ...]
    beyond: tuple[Beyond, ...] = BEYOND

    def count(self, state: State) -> int:
        return sum(row.state is state for row in self.rows)


def report(config: Config, findings: Iterable[Finding], day: date, signer: Signer | None) -> Report:
    """Raises OSError where the configuration file is gone meanwhile."""
    found = tuple(findings)
    seen = by_check(found)
    return Report(
        till=config.till.number,
        poiid=config.till.poiid,
        day=day,
        version=__version__,
        settings=hashlib.sha256(config.file.read_bytes()).hexdigest(),
        signer=signer,
        findings=found,
        rows=tuple(judge(requirement, seen) for requirement in REQUIREMENTS),
    )
